//! The files in `public/`, which keep their own paths, because other sites and browsers know them
//! by name.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use walkdir::WalkDir;

use crate::site_file::SiteFile;

/// Returns every file below `folder`, sorted by path. Hidden files, which editors and operating
/// systems leave behind, are skipped.
pub fn collect(folder: &Path) -> Result<Vec<SiteFile>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let is_visible = |entry: &walkdir::DirEntry| {
        entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
    };
    let mut files = Vec::new();
    for entry in WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(is_visible)
    {
        let entry = entry?;
        if !entry.file_type().is_file() {
            continue;
        }
        let parts: Option<Vec<&str>> = entry
            .path()
            .strip_prefix(folder)?
            .iter()
            .map(|part| part.to_str())
            .collect();
        let path = parts
            .with_context(|| format!("{} is not a name for the web", entry.path().display()))?
            .join("/");
        files.push(SiteFile::with_path(&path, fs::read(entry.path())?)?);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_in_subfolders_keep_their_paths_and_hidden_files_are_excluded() -> Result<()> {
        let folder = tempfile::tempdir()?;
        fs::create_dir_all(folder.path().join("images/.cache"))?;
        for name in [
            "favicon.svg",
            "images/logo.png",
            ".swp",
            "images/.cache/x.png",
        ] {
            fs::write(folder.path().join(name), name)?;
        }
        let paths: Vec<String> = collect(folder.path())?
            .into_iter()
            .map(|it| it.path)
            .collect();
        assert_eq!(paths, ["favicon.svg", "images/logo.png"]);
        Ok(())
    }
}
