//! Texts of a file, as messages repeat them.

use domain::is_invisible;

/// Maximum length of a column's name or of a value, in characters.
const MAX_CHARS: usize = 80;

/// Returns the beginning of a text on one line. Invisible characters, which may be the error and
/// could change the order in which the text is shown, become a replacement character.
pub fn shorten(text: &str) -> String {
    let text = text.trim();
    let visible = text.chars().map(|c| match c {
        _ if c.is_control() || c.is_whitespace() => ' ',
        _ if is_invisible(c) => char::REPLACEMENT_CHARACTER,
        _ => c,
    });
    let mut short: String = visible.take(MAX_CHARS).collect();
    if text.chars().nth(MAX_CHARS).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_invisible_texts_are_shortened_and_replaced() {
        assert_eq!(shorten(" a\r\n\tb\u{202E}c "), "a   b\u{FFFD}c");
        let long = shorten(&"ü".repeat(1_000));
        assert_eq!(long.chars().count(), MAX_CHARS + 1);
        assert!(long.ends_with('…'));
    }
}
