//! Manifest of a site: written by `frontend/bundle`, or derived from the folder if cargo-leptos
//! built the site.

use anyhow::{Context as _, Result};
use serde::Deserialize;
use std::fs;
use std::path::Path;

/// The part of the bundle's manifest that serving needs.
#[derive(Deserialize)]
pub(super) struct Manifest {
    pub(super) assets: AssetPaths,
    files: Vec<File>,
}

/// Paths of the console's files below the site's root.
#[derive(Deserialize)]
pub(super) struct AssetPaths {
    pub(super) js: String,
    pub(super) wasm: String,
    pub(super) css: String,
    /// The script that runs beside the module. cargo-leptos does not build it.
    pub(super) script: Option<String>,
    /// The script for search and shortcuts. cargo-leptos does not build it either.
    pub(super) palette: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) content_type: String,
    pub(super) immutable: bool,
    pub(super) digest: String,
    /// Sizes of the compressed files, if they exist.
    pub(super) gzip: Option<u64>,
    pub(super) br: Option<u64>,
}

impl Manifest {
    pub(super) const NAME: &str = "manifest.json";

    pub(super) fn parse(json: &[u8]) -> Result<Self> {
        serde_json::from_slice(json).context("the site's manifest is not one")
    }

    /// Returns the file at `path`. Only listed files are ever opened, so no path leads out of the
    /// site.
    pub(super) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Derives the manifest of a site that `cargo leptos watch` built in `root`.
    ///
    /// Such a site has no manifest and no hashes, and the console's files are in `pkg`.
    pub(super) fn of_folder(root: &Path) -> Result<Self> {
        let mut files = Vec::new();
        list(root, "", &mut files)?;
        let find = |extension: &str| {
            let file = files
                .iter()
                .find(|file| file.path.starts_with("pkg/") && kind(&file.path).0 == extension);
            file.map(|file| file.path.clone())
                .with_context(|| format!("{} holds no pkg/*.{extension}", root.display()))
        };
        let assets = AssetPaths {
            js: find("js")?,
            wasm: find("wasm")?,
            css: find("css")?,
            script: None,
            palette: None,
        };
        Ok(Self { assets, files })
    }
}

fn list(folder: &Path, prefix: &str, files: &mut Vec<File>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{path}/"), files)?;
        } else {
            let content_type = kind(&path).1.to_owned();
            let digest = String::new();
            files.push(File {
                path,
                content_type,
                immutable: false,
                digest,
                gzip: None,
                br: None,
            });
        }
    }
    Ok(())
}

/// Returns the extension and its content type. The bundle's manifest contains the type itself.
fn kind(path: &str) -> (&str, &'static str) {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let content_type = match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    };
    (extension, content_type)
}
