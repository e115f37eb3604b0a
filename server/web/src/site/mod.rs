//! The site: the files that a browser loads besides the pages. They are embedded in the binary, so
//! that only one file has to be deployed.
//!
//! Nothing is compressed here: `frontend/bundle` did this once and better, and this module only
//! selects the encoding to send.

mod manifest;
mod negotiation;
#[cfg(test)]
mod tests;

use anyhow::{Result, ensure};
use app::request::Assets;
use axum::body::{Body, Bytes};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, VARY,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use manifest::{File, Manifest};
use std::fs;
use std::path::PathBuf;

/// A site that can be served.
pub struct Site(Source);

enum Source {
    /// There is no site; the console then works as plain pages.
    Empty,
    Embedded {
        manifest: Manifest,
        files: &'static [(&'static str, &'static [u8])],
    },
    /// A folder that is read for every request, so that a rebuilt site is visible immediately.
    Folder(PathBuf),
}

impl Site {
    /// Returns the site in a folder: that of the bundle, or that of `cargo leptos watch`.
    pub fn from_dir(folder: impl Into<PathBuf>) -> Result<Self> {
        let folder = folder.into();
        ensure!(
            folder.is_dir(),
            "LEPTOS_SITE_ROOT: {} is not a folder",
            folder.display()
        );
        Ok(Self(Source::Folder(folder)))
    }

    /// Returns the site with these files, sorted by name, or an empty site without any.
    pub fn of_table(files: &'static [(&'static str, &'static [u8])]) -> Result<Self> {
        let Some(manifest) = find(files, Manifest::NAME) else {
            return Ok(Self(Source::Empty));
        };
        Ok(Self(Source::Embedded {
            manifest: Manifest::parse(manifest)?,
            files,
        }))
    }

    /// Returns the URLs for the head of a page, or `None` if there is no site.
    pub fn assets(&self) -> Option<Assets> {
        self.with_manifest(|manifest| {
            let url = |path: &String| format!("/{path}");
            let names = &manifest.assets;
            Some(Assets {
                js: url(&names.js),
                wasm: url(&names.wasm),
                css: url(&names.css),
                script: names.script.as_ref().map(url),
                palette: names.palette.as_ref().map(url),
            })
        })
    }

    /// Returns the response with one of the site's files, or `None` if the path is not one of them.
    pub fn serve(&self, method: &Method, path: &str, headers: &HeaderMap) -> Option<Response> {
        if method != Method::GET && method != Method::HEAD {
            return None;
        }
        let path = path.strip_prefix('/')?;
        self.with_manifest(|manifest| {
            let file = manifest.file(path)?;
            let coding = negotiation::negotiate(headers, file.br.is_some(), file.gzip.is_some());

            let mut response = Response::builder().header(CACHE_CONTROL, self.caching(file));
            if file.br.is_some() || file.gzip.is_some() {
                response = response.header(VARY, "Accept-Encoding");
            }
            if let Some(etag) = self.etag(file, coding) {
                response = response.header(ETAG, &etag);
                if negotiation::is_not_modified(headers, &etag) {
                    return response
                        .status(StatusCode::NOT_MODIFIED)
                        .body(Body::empty())
                        .ok();
                }
            }
            if let Some(coding) = coding.header_value() {
                response = response.header(CONTENT_ENCODING, coding);
            }
            let bytes = self.read(&format!("{path}{}", coding.suffix()))?;
            response = response
                .header(CONTENT_TYPE, &file.content_type)
                .header(CONTENT_LENGTH, bytes.len());
            let body = if method == Method::HEAD {
                Body::empty()
            } else {
                Body::from(bytes)
            };
            response.body(body).ok()
        })
    }

    /// Returns the caching policy of a file. A file on disk may change under its name at any time.
    const fn caching(&self, file: &File) -> &'static str {
        match self.0 {
            Source::Folder(_) => "no-cache",
            _ if file.immutable => "public, max-age=31536000, immutable",
            _ => "public, max-age=3600",
        }
    }

    /// Returns the entity tag of a file in one encoding. Strong tags have to differ between
    /// encodings.
    fn etag(&self, file: &File, coding: negotiation::ContentCoding) -> Option<String> {
        match self.0 {
            Source::Folder(_) => None,
            _ => Some(format!("\"{}{}\"", file.digest, coding.suffix())),
        }
    }

    fn with_manifest<T>(&self, read: impl FnOnce(&Manifest) -> Option<T>) -> Option<T> {
        match &self.0 {
            Source::Empty => None,
            Source::Embedded { manifest, .. } => read(manifest),
            Source::Folder(folder) => {
                let manifest = match fs::read(folder.join(Manifest::NAME)) {
                    Ok(json) => Manifest::parse(&json),
                    Err(_) => Manifest::of_folder(folder),
                };
                read(
                    &manifest
                        .inspect_err(|error| tracing::warn!("{error:#}"))
                        .ok()?,
                )
            }
        }
    }

    /// Reads a file that the manifest names.
    fn read(&self, name: &str) -> Option<Bytes> {
        match &self.0 {
            Source::Empty => None,
            Source::Embedded { files, .. } => find(files, name).map(Bytes::from_static),
            Source::Folder(folder) => fs::read(folder.join(name)).ok().map(Bytes::from),
        }
    }
}

/// Finds a file in the table, which the build script has sorted by name.
fn find(files: &[(&str, &'static [u8])], name: &str) -> Option<&'static [u8]> {
    files
        .binary_search_by_key(&name, |(name, _)| name)
        .ok()
        .map(|index| files[index].1)
}
