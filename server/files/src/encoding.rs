//! Character encodings of bodies and files: UTF-8 is accepted, and any other encoding is refused by
//! its name.

use encoding_rs::{Encoding, UTF_8};

/// Mark with which spreadsheets and editors on Windows begin a text.
const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// Error for a text that is not in UTF-8 with at most one byte-order mark. The message quotes
/// nothing of the text, and explains what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodingError {
    #[error("The text begins with two byte-order marks. Remove the second one.")]
    MarkedTwice,
    #[error("The text is in UTF-16. {SAVE}")]
    Utf16,
    #[error("The text is in UTF-32. {SAVE}")]
    Utf32,
    #[error(
        "Line {line} is not in UTF-8 but in another encoding, such as Latin-1 (Windows-1252). {SAVE}"
    )]
    OtherBytes { line: usize },
    /// The declared name is that of a known encoding.
    #[error("The text is declared as {0}. {SAVE}")]
    Declared(String),
    #[error("The text is declared to be in an unknown encoding. {SAVE}")]
    Unknown,
}

const SAVE: &str =
    "Save the file as UTF-8, in a spreadsheet as \"CSV UTF-8\", and send it as UTF-8.";

/// Returns the text of a body or a file, without the byte-order mark.
///
/// # Errors
/// If the text is not in UTF-8.
pub fn decode(mut bytes: Vec<u8>) -> Result<String, EncodingError> {
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
        if bytes.starts_with(BYTE_ORDER_MARK) {
            return Err(EncodingError::MarkedTwice);
        }
    }
    match bytes.get(..4).or_else(|| bytes.get(..2)) {
        Some([0, 0, 0xFE, 0xFF] | [0xFF, 0xFE, 0, 0]) => return Err(EncodingError::Utf32),
        // A byte-order mark, or an ASCII character in two bytes. No accepted text begins with a
        // zero byte.
        Some([0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, _, ..] | [_, 0, ..]) => {
            return Err(EncodingError::Utf16);
        }
        _ => {}
    }
    String::from_utf8(bytes).map_err(|error| {
        let utf8_error = error.utf8_error();
        let valid = str::from_utf8(&error.as_bytes()[..utf8_error.valid_up_to()]);
        EncodingError::OtherBytes {
            line: 1 + valid.map_or(0, line_ends),
        }
    })
}

/// Checks the encoding that a `Content-Type` or an XML declaration names.
///
/// # Errors
/// If the encoding is neither UTF-8 nor ASCII, which is a subset of it.
pub fn check_declared(name: &str) -> Result<(), EncodingError> {
    let name = name.trim().trim_matches(['"', '\'']).trim();
    let ascii = ["us-ascii", "ascii"];
    if ascii.iter().any(|ascii| ascii.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    match Encoding::for_label(name.as_bytes()) {
        Some(known) if known == UTF_8 => Ok(()),
        Some(_) => Err(EncodingError::Declared(name.to_ascii_uppercase())),
        None => Err(EncodingError::Unknown),
    }
}

/// Counts the line ends in a text.
pub fn line_ends(text: &str) -> usize {
    let bytes = text.as_bytes();
    let ends = bytes.iter().enumerate().filter(|(index, byte)| {
        **byte == b'\n' || **byte == b'\r' && bytes.get(index + 1) != Some(&b'\n')
    });
    ends.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_order_mark_is_skipped_once() {
        assert_eq!(decode("\u{FEFF}{}".into()), Ok("{}".to_owned()));
        assert_eq!(
            decode("\u{FEFF}\u{FEFF}{}".into()),
            Err(EncodingError::MarkedTwice)
        );
        for plain in ["", "a", "é", "東京\n"] {
            assert_eq!(decode(plain.into()), Ok(plain.to_owned()));
        }
    }

    #[test]
    fn other_encodings_are_named_in_the_error() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (bytes, error) in [
            (utf16("\u{FEFF}{}"), EncodingError::Utf16),
            (utf16("東京"), EncodingError::OtherBytes { line: 1 }),
            (utf16("{}"), EncodingError::Utf16),
            (utf16("["), EncodingError::Utf16),
            (b"\xFE\xFF\0{\0}".to_vec(), EncodingError::Utf16),
            (b"\0{\0}".to_vec(), EncodingError::Utf16),
            (b"\xFF\xFE\0\0".to_vec(), EncodingError::Utf32),
            (b"\0\0\xFE\xFF".to_vec(), EncodingError::Utf32),
            (
                b"id,name\r\nA,Caf\xE9\r\n".to_vec(),
                EncodingError::OtherBytes { line: 2 },
            ),
            (b"a\n\xE9".to_vec(), EncodingError::OtherBytes { line: 2 }),
        ] {
            assert_eq!(decode(bytes), Err(error));
        }
    }

    #[test]
    fn utf_8_may_be_declared_by_any_of_its_names_and_other_encodings_are_rejected() {
        for name in [
            "utf-8",
            "UTF8",
            "\"utf-8\"",
            " utf8 ",
            "'UTF-8'",
            "us-ascii",
        ] {
            assert_eq!(check_declared(name), Ok(()), "{name}");
        }
        for (name, message) in [
            ("latin1", "declared as LATIN1"),
            ("ISO-8859-1", "declared as ISO-8859-1"),
            ("\"windows-1252\"", "declared as WINDOWS-1252"),
            ("utf-16", "declared as UTF-16"),
            ("<b>", "an unknown encoding"),
            ("", "an unknown encoding"),
        ] {
            let error = check_declared(name).unwrap_err().to_string();
            assert!(
                error.contains(message) && error.contains("Save the file as UTF-8"),
                "{error}"
            );
        }
    }
}
