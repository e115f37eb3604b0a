//! Takes the site that `cargo run -p bundle` built into the binary, or an empty one where none was,
//! so that checking and testing the server need no bundle.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// As in `frontend/bundle`, which writes it.
const MANIFEST: &str = "manifest.json";

fn main() -> Result<(), Box<dyn Error>> {
    let workspace = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("..");
    let out = PathBuf::from(env::var("OUT_DIR")?);

    // The bundle follows the same rule.
    println!("cargo::rerun-if-env-changed=CARGO_TARGET_DIR");
    let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let site = workspace.join(target).join("site");
    // Cargo takes a path that is not there for one that has always just changed, and would compile
    // the server again and again.
    fs::create_dir_all(&site)?;
    println!("cargo::rerun-if-changed={}", site.display());

    let manifest = fs::read(site.join(MANIFEST)).ok();
    let mut names = Vec::new();
    if manifest.is_some() {
        list(&site, "", &mut names)?;
    }
    names.sort();

    // A copy, since a new site may replace this one before the compiler reads it.
    let copy = out.join("site");
    let mut table = Vec::new();
    for name in &names {
        let path = copy.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&copy))?;
        fs::copy(site.join(name), &path)?;
        let path = path
            .to_str()
            .ok_or("the target folder's name is not text")?;
        table.push(format!("    ({name:?}, include_bytes!({path:?})),\n"));
    }
    if fs::read(site.join(MANIFEST)).ok() != manifest {
        return Err("the site was replaced while it was being read; build again".into());
    }
    fs::write(out.join("site.rs"), format!("&[\n{}]", table.concat()))?;
    Ok(())
}

/// Adds the files below `folder`, with `/` between the parts of their names.
fn list(folder: &Path, prefix: &str, names: &mut Vec<String>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry
            .file_name()
            .into_string()
            .map_err(|_| "a name in the site is not text")?;
        let name = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{name}/"), names)?;
        } else {
            names.push(name);
        }
    }
    Ok(())
}
