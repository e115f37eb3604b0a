//! Properties of the parsers of keys, cursors and feeds, which hold for any bytes that an unknown
//! client may send.
//!
//! `make fuzz` searches for counterexamples (`server/fuzz`), and `make unit` tries the seeds of
//! that search and variations of them.

mod cursor;
mod feed;
mod key;
#[cfg(test)]
mod seeds;
mod write;

use files::feed::Format;

/// Checks the properties of keys.
///
/// # Panics
/// If one does not hold.
pub fn key(data: &[u8]) {
    key::check_parsing(data);
    key::check_generation(data);
}

/// Checks the properties of cursors.
///
/// # Panics
/// If one does not hold.
pub fn cursor(data: &[u8]) {
    cursor::check_parsing(data);
    cursor::check_writing(data);
}

/// Checks the properties of feeds in JSON.
///
/// # Panics
/// If one does not hold.
pub fn json(data: &[u8]) {
    feed::read(Format::Json, data);
}

/// Checks the properties of feeds in XML.
///
/// # Panics
/// If one does not hold.
pub fn xml(data: &[u8]) {
    feed::read(Format::Xml, data);
}

/// Checks the properties of feeds in CSV.
///
/// # Panics
/// If one does not hold.
pub fn csv(data: &[u8]) {
    feed::read(Format::Csv, data);
}
