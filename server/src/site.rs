//! The site: what a browser loads besides the pages themselves. It travels inside the binary, so that one file is all
//! there is to deploy.
//!
//! Nothing is compressed here: `frontend/bundle` did that once and better, and this only picks the form to send.

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
use std::path::PathBuf;
use std::{env, fs};

/// From the build script: every file of the site with its name, or nothing.
static EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/site.rs"));

/// A site that can be served.
pub struct Site(Source);

enum Source {
    /// There is none; the console then works as plain pages.
    Empty,
    Embedded {
        manifest: Manifest,
        files: &'static [(&'static str, &'static [u8])],
    },
    /// Read again for every request, so that a rebuilt site is seen at once.
    Folder(PathBuf),
}

impl Site {
    /// The embedded site, or the one in the folder `LEPTOS_SITE_ROOT` while somebody works on it.
    pub fn for_this_process() -> Result<Self> {
        match env::var_os("LEPTOS_SITE_ROOT") {
            Some(folder) => Self::from_dir(folder),
            None => Self::embedded(),
        }
    }

    /// The site that was there when this binary was built.
    pub fn embedded() -> Result<Self> {
        Self::of_table(EMBEDDED)
    }

    /// The site in a folder: the bundle's, or the one of `cargo leptos watch`.
    pub fn from_dir(folder: impl Into<PathBuf>) -> Result<Self> {
        let folder = folder.into();
        ensure!(
            folder.is_dir(),
            "LEPTOS_SITE_ROOT: {} is not a folder",
            folder.display()
        );
        Ok(Self(Source::Folder(folder)))
    }

    fn of_table(files: &'static [(&'static str, &'static [u8])]) -> Result<Self> {
        let Some(manifest) = find(files, Manifest::NAME) else {
            return Ok(Self(Source::Empty));
        };
        Ok(Self(Source::Embedded {
            manifest: Manifest::parse(manifest)?,
            files,
        }))
    }

    /// The URLs that the head of a page names; `None` where there is no site.
    pub fn assets(&self) -> Option<Assets> {
        self.with_manifest(|manifest| {
            let url = |path: &String| format!("/{path}");
            let names = &manifest.assets;
            Some(Assets {
                js: url(&names.js),
                wasm: url(&names.wasm),
                css: url(&names.css),
                script: names.script.as_ref().map(url),
            })
        })
    }

    /// The answer to a request for one of the site's files; `None` where it is for something else.
    pub fn serve(&self, method: &Method, path: &str, headers: &HeaderMap) -> Option<Response> {
        if method != Method::GET && method != Method::HEAD {
            return None;
        }
        let path = path.strip_prefix('/')?;
        self.with_manifest(|manifest| {
            let file = manifest.file(path)?;
            let form = negotiation::form(headers, file.br.is_some(), file.gzip.is_some());

            let mut response = Response::builder().header(CACHE_CONTROL, self.caching(file));
            if file.br.is_some() || file.gzip.is_some() {
                response = response.header(VARY, "Accept-Encoding");
            }
            if let Some(etag) = self.etag(file, form) {
                response = response.header(ETAG, &etag);
                if negotiation::is_known(headers, &etag) {
                    return response
                        .status(StatusCode::NOT_MODIFIED)
                        .body(Body::empty())
                        .ok();
                }
            }
            if let Some(coding) = form.coding() {
                response = response.header(CONTENT_ENCODING, coding);
            }
            let bytes = self.read(&format!("{path}{}", form.suffix()))?;
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

    /// A file on disk may change under its name at any time.
    const fn caching(&self, file: &File) -> &'static str {
        match self.0 {
            Source::Folder(_) => "no-cache",
            _ if file.immutable => "public, max-age=31536000, immutable",
            _ => "public, max-age=3600",
        }
    }

    /// Each form has a tag of its own, as strong tags must.
    fn etag(&self, file: &File, form: negotiation::Form) -> Option<String> {
        match self.0 {
            Source::Folder(_) => None,
            _ => Some(format!("\"{}{}\"", file.digest, form.suffix())),
        }
    }

    fn with_manifest<T>(&self, answer: impl FnOnce(&Manifest) -> Option<T>) -> Option<T> {
        match &self.0 {
            Source::Empty => None,
            Source::Embedded { manifest, .. } => answer(manifest),
            Source::Folder(folder) => {
                let manifest = match fs::read(folder.join(Manifest::NAME)) {
                    Ok(json) => Manifest::parse(&json),
                    Err(_) => Manifest::of_folder(folder),
                };
                answer(
                    &manifest
                        .inspect_err(|error| tracing::warn!("{error:#}"))
                        .ok()?,
                )
            }
        }
    }

    /// `name` is one that the manifest led to.
    fn read(&self, name: &str) -> Option<Bytes> {
        match &self.0 {
            Source::Empty => None,
            Source::Embedded { files, .. } => find(files, name).map(Bytes::from_static),
            Source::Folder(folder) => fs::read(folder.join(name)).ok().map(Bytes::from),
        }
    }
}

/// The build script sorts by name.
fn find(files: &[(&str, &'static [u8])], name: &str) -> Option<&'static [u8]> {
    files
        .binary_search_by_key(&name, |(name, _)| name)
        .ok()
        .map(|place| files[place].1)
}
