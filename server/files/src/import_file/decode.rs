//! Decoding of files. The console reads the encodings in which programs export files; the API
//! accepts only UTF-8.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// Bytes at the beginning of an XML text that are searched for its declaration.
const MAX_DECLARATION_BYTES: usize = 256;

/// A file as text, and the name of the encoding that it was in.
#[derive(Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// Borrowed if the file is in UTF-8.
    pub text: Cow<'a, str>,
    pub encoding: &'static str,
}

/// Decodes a file, or returns `None` if the bytes are not text.
pub fn decode(bytes: &[u8]) -> Option<Decoded<'_>> {
    let (encoding, mark) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, length),
        None => (detect_encoding(bytes), 0),
    };
    let name = match (encoding.name(), mark) {
        ("UTF-8", 0) => "UTF-8",
        ("UTF-8", _) => "UTF-8 with a byte-order mark",
        ("windows-1252", _) => "Windows-1252",
        (name, _) => name,
    };
    let bytes = &bytes[mark..];
    let text = if encoding == UTF_8 {
        Cow::Borrowed(str::from_utf8(bytes).ok()?)
    } else {
        let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
        Cow::Owned(redeclare_utf8(text.into_owned()))
    };
    // Bytes that are not text can be decoded as Windows-1252, too, and then contain control
    // characters.
    let is_control = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{C}');
    (!text.contains(is_control)).then_some(Decoded {
        text,
        encoding: name,
    })
}

/// Returns the encoding of a text without a byte-order mark.
fn detect_encoding(bytes: &[u8]) -> &'static Encoding {
    if bytes.starts_with(b"<?xml")
        && let Some((from, to)) = find_declaration(&bytes[..bytes.len().min(MAX_DECLARATION_BYTES)])
        && let Some(encoding) = Encoding::for_label(&bytes[from..to])
    {
        return encoding;
    }
    match bytes {
        [b'<' | b'{' | b'[', 0, ..] => UTF_16LE,
        [0, b'<' | b'{' | b'[', ..] => UTF_16BE,
        _ if str::from_utf8(bytes).is_ok() => UTF_8,
        _ => WINDOWS_1252,
    }
}

/// Returns the range of the encoding's name in an XML declaration.
fn find_declaration(head: &[u8]) -> Option<(usize, usize)> {
    let find = |from: usize, needle: &[u8]| {
        let mut windows = head.get(from..)?.windows(needle.len());
        windows
            .position(|window| window == needle)
            .map(|at| from + at)
    };
    let end = find(0, b"?>")?;
    let name = find(0, b"encoding").filter(|at| *at < end)?;
    let open = (name..end).find(|at| matches!(head[*at], b'"' | b'\''))?;
    let close = find(open + 1, &head[open..=open]).filter(|at| *at < end)?;
    Some((open + 1, close))
}

/// Replaces the encoding in the declaration of an XML text by UTF-8, which is its encoding after
/// decoding.
fn redeclare_utf8(mut text: String) -> String {
    if text.starts_with("<?xml") {
        let head = &text.as_bytes()[..text.len().min(MAX_DECLARATION_BYTES)];
        if let Some((from, to)) = find_declaration(head) {
            text.replace_range(from..to, "UTF-8");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_of_exports_are_recognised() {
        let utf16 = |mark: &str, order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            format!("{mark}id;näme")
                .encode_utf16()
                .flat_map(order)
                .collect()
        };
        for (bytes, encoding) in [
            (b"id;n\xC3\xA4me".to_vec(), "UTF-8"),
            ("\u{FEFF}id;näme".into(), "UTF-8 with a byte-order mark"),
            (utf16("\u{FEFF}", u16::to_le_bytes), "UTF-16LE"),
            (utf16("\u{FEFF}", u16::to_be_bytes), "UTF-16BE"),
            (b"id;n\xE4me".to_vec(), "Windows-1252"),
        ] {
            let decoded = decode(&bytes).unwrap();
            assert_eq!((&*decoded.text, decoded.encoding), ("id;näme", encoding));
        }
    }

    #[test]
    fn encoding_declared_by_an_xml_text_is_used() {
        let xml = b"<?xml version='1.0' encoding=\"ISO-8859-2\"?><a>\xB9</a>";
        let decoded = decode(xml).unwrap();
        let text = "<?xml version='1.0' encoding=\"UTF-8\"?><a>š</a>";
        assert_eq!((&*decoded.text, decoded.encoding), (text, "ISO-8859-2"));
    }

    #[test]
    fn bytes_that_are_not_text_are_rejected() {
        for bytes in [&b"%PDF\x01\xFF"[..], b"a\0b", b"\xFF\xFE\0", b"\x81\x8D"] {
            assert_eq!(decode(bytes), None, "{bytes:?}");
        }
    }
}
