//! Replaces the published site in one step, so that it is never seen half written.

use std::fs::{self, File};
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::compress::CompressedFile;
use crate::manifest::{self, Manifest};

pub fn publish(out: &Path, manifest: &Manifest, files: &[CompressedFile]) -> Result<()> {
    let parent = out.parent().context("a site needs a folder to stand in")?;
    fs::create_dir_all(parent)?;
    // The temporary folder is next to the old site, because a rename does not cross file systems.
    // It is removed when dropped, whether or not publishing succeeds.
    let temporary = tempfile::Builder::new()
        .prefix("site-")
        .tempdir_in(parent)?;
    let new = temporary.path().join("new");
    for file in files {
        let path = new.join(&file.site_file.path);
        fs::create_dir_all(path.parent().unwrap_or(&new))?;
        let encodings = [
            ("", Some(&file.site_file.bytes)),
            (".gz", file.gzip.as_ref()),
            (".br", file.br.as_ref()),
        ];
        for (suffix, bytes) in encodings {
            if let Some(bytes) = bytes {
                fs::write(new.join(format!("{}{suffix}", file.site_file.path)), bytes)?;
            }
        }
    }
    fs::write(
        new.join(manifest::NAME),
        serde_json::to_vec_pretty(manifest)?,
    )?;

    if out.exists() {
        fs::rename(out, temporary.path().join("old"))?;
    }
    fs::rename(&new, out).with_context(|| format!("moving the site to {}", out.display()))?;
    touch(&out.join(manifest::NAME))
}

/// Sets the modification time to now.
///
/// Cargo compares modification times. Otherwise a server build that began while the site was being
/// written would count as newer than a site that it never read.
#[expect(
    clippy::disallowed_methods,
    reason = "the time of modification of a file is the clock's"
)]
fn touch(path: &Path) -> Result<()> {
    File::options()
        .write(true)
        .open(path)?
        .set_modified(SystemTime::now())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress::{Level, compress};
    use crate::manifest::Assets;
    use crate::site_file::SiteFile;

    fn publish_file(out: &Path, name: &str) -> Result<()> {
        let files = [compress(
            SiteFile::with_path(name, "text ".repeat(99).into_bytes())?,
            Level::Quick,
        )?];
        let assets = Assets {
            js: String::new(),
            wasm: String::new(),
            css: String::new(),
            script: String::new(),
            palette: String::new(),
        };
        publish(
            out,
            &Manifest::new("print".to_owned(), assets, &files),
            &files,
        )
    }

    #[test]
    fn new_site_replaces_the_old_one_as_a_whole() -> Result<()> {
        let parent = tempfile::tempdir()?;
        let out = parent.path().join("site");
        publish_file(&out, "deep/one.txt")?;
        publish_file(&out, "two.txt")?;
        let mut names: Vec<_> = walkdir::WalkDir::new(parent.path())
            .into_iter()
            .filter_map(Result::ok)
            .filter(|it| it.file_type().is_file())
            .map(|it| it.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        assert_eq!(
            names,
            ["manifest.json", "two.txt", "two.txt.br", "two.txt.gz"]
        );
        assert_eq!(
            manifest::read(&out).map(|it| it.fingerprint),
            Some("print".to_owned())
        );
        Ok(())
    }
}
