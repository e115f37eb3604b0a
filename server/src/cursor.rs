//! Where the next page of a list begins, as a text that callers pass back and do not read.

use service::inventory::MAX_ID_CHARS;

/// So that a later version can tell its own cursors from these.
const VERSION: u8 = 1;

/// The cursor after the item `id`.
pub fn write(id: &str) -> String {
    let mut bytes = vec![VERSION];
    bytes.extend_from_slice(id.as_bytes());
    hex::encode(bytes)
}

/// The id that [`write()`] was given; `None` for any text that it did not write.
pub fn read(cursor: &str) -> Option<String> {
    let bytes = hex::decode(cursor).ok()?;
    let (version, id) = bytes.split_first()?;
    let id = std::str::from_utf8(id).ok()?;
    let good = *version == VERSION && (1..=MAX_ID_CHARS).contains(&id.chars().count());
    good.then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_the_id_it_was_made_of() {
        for id in ["SKU001", "a/b", "🚗", " "] {
            assert_eq!(read(&write(id)).as_deref(), Some(id));
        }
    }

    #[test]
    fn other_texts_are_no_cursors() {
        let long = hex::encode([&[1], [b'x'; 129].as_slice()].concat());
        for bad in ["", "01", "zz", "0", "02414243", "01ff", "SKU001", &long] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }
}
