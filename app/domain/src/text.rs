//! Common parsing of free text that people type, and formatting of numbers.

use std::fmt;

/// Reason for rejecting a value. The text advises how to correct it, and may be shown to the
/// sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidValue(pub &'static str);

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for InvalidValue {}

/// Formats a number with thousands separators, such as `1,204`.
pub fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Parses a single line: trims it, collapses white space to single spaces, and rejects lines that
/// are empty, longer than `max` characters or contain invisible characters.
///
/// Invisible characters are rejected since an admin who revokes a key by its name must not be
/// deceived by a name that looks like another one. White space is collapsed since pages render it
/// so anyway.
pub(crate) fn line(
    raw: &str,
    max: usize,
    empty: &'static str,
    long: &'static str,
    odd: &'static str,
) -> Result<String, InvalidValue> {
    let words: Vec<&str> = raw.split_whitespace().collect();
    let line = words.join(" ");
    if line.is_empty() {
        return Err(InvalidValue(empty));
    }
    if line.chars().count() > max {
        return Err(InvalidValue(long));
    }
    // Line breaks are white space too, but a single line never contains one by accident.
    let broken = raw.trim().chars().any(char::is_control);
    if broken || has_invisible(&line) {
        return Err(InvalidValue(odd));
    }
    Ok(line)
}

/// Parses a block of text: trims it, normalizes line breaks, and rejects texts that are longer than
/// `max` characters or contain invisible characters. Returns `None` if nothing is left.
pub(crate) fn block(
    raw: &str,
    max: usize,
    long: &'static str,
    odd: &'static str,
) -> Result<Option<String>, InvalidValue> {
    let text = raw.replace("\r\n", "\n");
    let text = text.trim();
    if text.chars().count() > max {
        return Err(InvalidValue(long));
    }
    let control = |c: char| c.is_control() && c != '\n' && c != '\t';
    if text.chars().any(control) || has_invisible(text) {
        return Err(InvalidValue(odd));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn has_invisible(line: &str) -> bool {
    find_invisible(line).is_some()
}

/// Returns the first character that is invisible or changes how others are displayed.
///
/// Joiners after a character outside ASCII are accepted, since emoji and several scripts need them.
///
/// # Examples
/// ```
/// use domain::find_invisible;
/// assert_eq!(find_invisible("zero\u{200B}width"), Some('\u{200B}'));
/// assert_eq!(find_invisible("👩\u{200D}🔧"), None);
/// ```
pub fn find_invisible(line: &str) -> Option<char> {
    let mut before = ' ';
    line.chars().find(|&c| {
        // Emoji and several scripts join the preceding character, which is not an ASCII character
        // then.
        let joins = matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE0F}') && !before.is_ascii();
        before = c;
        is_invisible(c) && !joins
    })
}

/// Returns whether a character is invisible or changes how others are displayed.
///
/// Covers direction marks, joiners, fillers and tags of Unicode's `Default_Ignorable_Code_Point`,
/// separators, and the blank Braille pattern.
pub const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Implements serde and `Display` for a text newtype by its `as_str` and its `parse`, or another
/// constructor of the same signature.
macro_rules! serde_by_parse {
    ($name:ty) => {
        crate::text::serde_by_parse!($name, parse);
    };
    ($name:ty, $parse:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::$parse(&text).map_err(serde::de::Error::custom)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use serde_by_parse;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (count, text) in [
            (0, "0"),
            (999, "999"),
            (1_204, "1,204"),
            (1_000_000, "1,000,000"),
        ] {
            assert_eq!(number(count), text);
        }
    }

    fn read(raw: &str) -> Result<String, InvalidValue> {
        line(raw, 10, "empty", "long", "odd")
    }

    #[test]
    fn whitespace_collapses_to_one_space_as_browsers_display_it() {
        assert_eq!(read(" a  \u{a0} b\u{3000}c "), Ok("a b c".into()));
    }

    #[test]
    fn invisible_characters_are_rejected() {
        for odd in [
            "a\nb",
            "a\tb",
            "a\0b",
            "\u{200D}",
            "\u{2800}",
            "\u{3164}",
            "a\u{200B}b",
            "a\u{200C}b",
            "a\u{200E}b",
            "a\u{202E}b",
            "a\u{2060}b",
            "a\u{AD}b",
            "a\u{E0041}b",
            "a\u{FE0F}",
        ] {
            assert_eq!(read(odd), Err(InvalidValue("odd")), "{odd:?}");
        }
    }

    #[test]
    fn joiners_in_scripts_and_emoji_are_kept() {
        for good in ["👩\u{200D}🔧", "❤\u{FE0F}", "می\u{200C}شود", "Škoda 東京"] {
            assert_eq!(read(good).as_deref(), Ok(good));
        }
    }
}
