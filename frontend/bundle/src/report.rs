//! The table of sizes that every build prints.

use std::fmt::Write;

use crate::manifest::Manifest;

pub fn table(manifest: &Manifest) -> String {
    let width = manifest
        .files
        .iter()
        .map(|file| file.path.len())
        .max()
        .unwrap_or(0);
    let mut table = format!(
        "{:<width$}{:>10}{:>10}{:>10}",
        "bytes", "raw", "gzip", "brotli"
    );
    for file in &manifest.files {
        let size_text =
            |size: Option<usize>| size.map_or_else(|| "-".to_owned(), |it| it.to_string());
        // Writing to a string cannot fail.
        let _ = write!(
            table,
            "\n{:<width$}{:>10}{:>10}{:>10}",
            file.path,
            file.raw,
            size_text(file.gzip),
            size_text(file.br)
        );
    }
    table
}
