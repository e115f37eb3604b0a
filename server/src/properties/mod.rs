//! What holds for any bytes that a stranger may send to the readers of keys, cursors and feeds. `make fuzz` looks for
//! bytes for which it does not (`server/fuzz`), and `make unit` tries the seeds of that search and changes of them.

mod cursor;
mod feed;
mod key;
#[cfg(test)]
mod seeds;
mod write;

use crate::feed::Format;

/// # Panics
/// Where a property of keys does not hold.
pub fn key(data: &[u8]) {
    key::presented(data);
    key::generated(data);
}

/// # Panics
/// Where a property of cursors does not hold.
pub fn cursor(data: &[u8]) {
    cursor::presented(data);
    cursor::written(data);
}

/// # Panics
/// Where a property of feeds does not hold.
pub fn json(data: &[u8]) {
    feed::read(Format::Json, data);
}

/// # Panics
/// Where a property of feeds does not hold.
pub fn xml(data: &[u8]) {
    feed::read(Format::Xml, data);
}

/// # Panics
/// Where a property of feeds does not hold.
pub fn csv(data: &[u8]) {
    feed::read(Format::Csv, data);
}
