//! One file of the site before it is compressed: its public path, its content type, and its bytes.

use std::path::Path;

use anyhow::{Result, bail};
use sha2::{Digest, Sha256};

pub struct SiteFile {
    /// Path relative to the site's root, with `/` as separator and without a leading one.
    pub path: String,
    pub content_type: &'static str,
    /// Whether the name changes with the content, so that a browser never has to revalidate the
    /// file.
    pub immutable: bool,
    pub bytes: Vec<u8>,
}

impl SiteFile {
    /// Creates a file that keeps its own name.
    pub fn with_path(path: &str, bytes: Vec<u8>) -> Result<Self> {
        let content_type = content_type(path)?;
        Ok(Self {
            path: path.to_owned(),
            content_type,
            immutable: false,
            bytes,
        })
    }

    /// Creates a file of the console itself, named after its content.
    pub fn with_hash(extension: &str, bytes: Vec<u8>) -> Result<Self> {
        let path = format!("pkg/console.{}.{extension}", digest(&bytes));
        let content_type = content_type(&path)?;
        Ok(Self {
            path,
            content_type,
            immutable: true,
            bytes,
        })
    }

    /// Returns the last segment of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Returns whether compression helps. Images and fonts that are already compressed would only
    /// grow.
    pub fn is_compressible(&self) -> bool {
        !matches!(self.content_type, "image/png" | "image/webp" | "font/woff2")
    }
}

/// Returns the first 64 bits of a SHA-256, which suffice to distinguish the versions of one file.
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(&Sha256::digest(bytes)[..8])
}

/// Returns the content type for a path's extension. An unknown extension is an error, so that no
/// browser has to guess.
fn content_type(path: &str) -> Result<&'static str> {
    let extension = Path::new(path)
        .extension()
        .and_then(|it| it.to_str())
        .unwrap_or_default();
    Ok(match extension {
        "css" => "text/css; charset=utf-8",
        "ico" => "image/x-icon",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        // Source code for people to read; none of these is a script of the console.
        "mjs" | "py" | "sh" | "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        _ => bail!("{path}: no content type is known for this extension; add it to site_file.rs"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashed_name_changes_only_with_the_content() -> Result<()> {
        let first = SiteFile::with_hash("css", b"a{}".to_vec())?;
        let again = SiteFile::with_hash("css", b"a{}".to_vec())?;
        let other = SiteFile::with_hash("css", b"b{}".to_vec())?;
        assert_eq!(first.path, again.path);
        assert_ne!(first.path, other.path);
        assert!(first.immutable);
        Ok(())
    }

    #[test]
    fn public_file_keeps_its_name_and_is_not_immutable() -> Result<()> {
        let site_file = SiteFile::with_path("favicon.svg", Vec::new())?;
        assert_eq!(
            (site_file.path.as_str(), site_file.immutable),
            ("favicon.svg", false)
        );
        Ok(())
    }

    #[test]
    fn file_of_unknown_type_is_rejected() {
        assert!(SiteFile::with_path("notes.docx", Vec::new()).is_err());
        assert!(SiteFile::with_path("LICENSE", Vec::new()).is_err());
    }
}
