//! The manifest of the site, a file that the server reads (`server/web/src/site/mod.rs` has the
//! reader).

use std::path::Path;
use std::{env, fs};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::compress::CompressedFile;
use crate::site_file;

pub const NAME: &str = "manifest.json";

#[derive(Serialize, Deserialize)]
pub struct Manifest {
    /// A digest of everything that went into this site; see [`Fingerprint`].
    pub fingerprint: String,
    pub assets: Assets,
    pub files: Vec<File>,
}

/// The files that the head of every page refers to.
#[derive(Serialize, Deserialize)]
pub struct Assets {
    pub js: String,
    pub wasm: String,
    pub css: String,
    /// The script that runs beside the module, and on pages without it.
    pub script: String,
    /// The script for search and shortcuts, which is loaded when it is first used.
    pub palette: String,
}

#[derive(Serialize, Deserialize)]
pub struct File {
    /// Path relative to the site's root. The compressed forms have the same path with `.gz` and
    /// `.br` appended.
    pub path: String,
    pub content_type: String,
    pub immutable: bool,
    /// A digest of the uncompressed content.
    pub digest: String,
    /// Size in bytes.
    pub raw: usize,
    pub gzip: Option<usize>,
    pub br: Option<usize>,
}

impl File {
    /// Returns the number of bytes sent to a browser that accepts brotli.
    pub fn transfer_size(&self) -> usize {
        self.br.unwrap_or(self.raw)
    }
}

impl Manifest {
    pub fn new(fingerprint: String, assets: Assets, files: &[CompressedFile]) -> Self {
        let files = files
            .iter()
            .map(|file| File {
                path: file.site_file.path.clone(),
                content_type: file.site_file.content_type.to_owned(),
                immutable: file.site_file.immutable,
                digest: site_file::digest(&file.site_file.bytes),
                raw: file.site_file.bytes.len(),
                gzip: file.gzip.as_ref().map(Vec::len),
                br: file.br.as_ref().map(Vec::len),
            })
            .collect();
        Self {
            fingerprint,
            assets,
            files,
        }
    }

    /// Returns the number of bytes that the file at `path` costs a visitor, or 0 if there is no
    /// such file.
    pub fn transfer_size(&self, path: &str) -> usize {
        self.files
            .iter()
            .find(|file| file.path == path)
            .map_or(0, File::transfer_size)
    }
}

/// Reads the manifest of the site in `site`, if there is one that this program understands.
pub fn read(site: &Path) -> Option<Manifest> {
    serde_json::from_slice(&fs::read(site.join(NAME)).ok()?).ok()
}

/// A digest of all inputs of a site, which determines whether the site has to be built at all.
///
/// Optimising and compressing take most of the time, and a site that is not rewritten does not
/// trigger a rebuild of the server either.
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// Starts with the digest of this program, so that a change of how sites are built counts too.
    pub fn new() -> Result<Self> {
        let program = env::current_exe()
            .and_then(fs::read)
            .context("reading this program")?;
        let mut fingerprint = Self(Sha256::new());
        fingerprint.add(program);
        Ok(fingerprint)
    }

    /// Adds one input, preceded by its length, so that the boundary between two inputs is
    /// unambiguous.
    pub fn add(&mut self, input: impl AsRef<[u8]>) {
        let input = input.as_ref();
        self.0.update(input.len().to_be_bytes());
        self.0.update(input);
    }

    pub fn finish(self) -> String {
        hex::encode(self.0.finalize())
    }
}
