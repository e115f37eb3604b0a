//! The site that the build script has embedded in the binary.

use anyhow::Result;
use std::env;
use web::Site;

/// Files of the site with their names, sorted by name. Empty if no site was built.
static EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/site.rs"));

/// Returns the embedded site, or the one in the folder `LEPTOS_SITE_ROOT` during development.
pub fn for_this_process() -> Result<Site> {
    match env::var_os("LEPTOS_SITE_ROOT") {
        Some(folder) => Site::from_dir(folder),
        None => embedded(),
    }
}

/// Returns the site that existed when this binary was built.
pub fn embedded() -> Result<Site> {
    Site::of_table(EMBEDDED)
}
