//! Identifiers that other systems assign.

use super::{EntryCode, EntryError};
use domain::find_invisible;

/// Reports everything that is wrong with an identifier, except for its length and its control
/// characters.
pub(crate) fn check_id(errors: &mut Vec<EntryError>, pointer: &str, id: &str) {
    let mut invalid = |detail: String| {
        errors.push(EntryError::new(pointer, EntryCode::Invalid, detail));
    };
    if let Some(character) = invisible_in(id) {
        invalid(format!("Remove the invisible character {character}."));
    }
    if is_shortened_number(id) {
        invalid(
            "This is a number as a spreadsheet shortens it, so its last digits are lost. Format the column as text, and \
             export the file again."
                .to_owned(),
        );
    }
}

/// Returns the first invisible character of a text, such as `U+200B ZERO WIDTH SPACE`.
pub fn invisible_in(text: &str) -> Option<String> {
    let character = find_invisible(text)?;
    let (number, name) = (u32::from(character), invisible_name(character));
    Some(format!("U+{number:04X} {name}"))
}

/// Whether a spreadsheet has written the number in exponent form because the number has too many
/// digits for its column, such as `1.23457E+12`.
fn is_shortened_number(id: &str) -> bool {
    let Some((number, exponent)) = id.split_once("E+").or_else(|| id.split_once("e+")) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, places) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    digits(whole) && digits(places) && digits(exponent) && exponent.len() <= 3
}

/// Returns the Unicode name of a character that [`find_invisible`] finds.
const fn invisible_name(character: char) -> &'static str {
    match character {
        '\u{AD}' => "SOFT HYPHEN",
        '\u{34F}' => "COMBINING GRAPHEME JOINER",
        '\u{61C}' => "ARABIC LETTER MARK",
        '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' => "HANGUL FILLER",
        '\u{17B4}' | '\u{17B5}' => "KHMER VOWEL INHERENT",
        '\u{180E}' => "MONGOLIAN VOWEL SEPARATOR",
        '\u{200B}' => "ZERO WIDTH SPACE",
        '\u{200C}' => "ZERO WIDTH NON-JOINER",
        '\u{200D}' => "ZERO WIDTH JOINER",
        '\u{200E}' => "LEFT-TO-RIGHT MARK",
        '\u{200F}' => "RIGHT-TO-LEFT MARK",
        '\u{2028}' => "LINE SEPARATOR",
        '\u{2029}' => "PARAGRAPH SEPARATOR",
        '\u{202A}' => "LEFT-TO-RIGHT EMBEDDING",
        '\u{202B}' => "RIGHT-TO-LEFT EMBEDDING",
        '\u{202C}' => "POP DIRECTIONAL FORMATTING",
        '\u{202D}' => "LEFT-TO-RIGHT OVERRIDE",
        '\u{202E}' => "RIGHT-TO-LEFT OVERRIDE",
        '\u{2060}' => "WORD JOINER",
        '\u{2061}' => "FUNCTION APPLICATION",
        '\u{2062}' => "INVISIBLE TIMES",
        '\u{2063}' => "INVISIBLE SEPARATOR",
        '\u{2064}' => "INVISIBLE PLUS",
        '\u{2066}' => "LEFT-TO-RIGHT ISOLATE",
        '\u{2067}' => "RIGHT-TO-LEFT ISOLATE",
        '\u{2068}' => "FIRST STRONG ISOLATE",
        '\u{2069}' => "POP DIRECTIONAL ISOLATE",
        '\u{2800}' => "BRAILLE PATTERN BLANK",
        '\u{FEFF}' => "ZERO WIDTH NO-BREAK SPACE",
        '\u{180B}'..='\u{180F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => {
            "VARIATION SELECTOR"
        }
        '\u{E0000}'..='\u{E007F}' => "TAG",
        _ => "DEFAULT IGNORABLE",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(id: &str) -> Option<String> {
        let mut errors = Vec::new();
        check_id(&mut errors, "/id", id);
        assert!(errors.len() <= 1, "{errors:?}");
        errors.pop().map(|error| error.detail)
    }

    #[test]
    fn invisible_character_is_rejected_by_name_unless_a_script_or_emoji_needs_it() {
        for (id, name) in [
            ("SKU\u{200B}1", "U+200B ZERO WIDTH SPACE"),
            ("\u{FEFF}SKU1", "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
            ("SKU1\u{AD}", "U+00AD SOFT HYPHEN"),
            ("SKU\u{2060}1", "U+2060 WORD JOINER"),
            ("\u{202E}SKU1", "U+202E RIGHT-TO-LEFT OVERRIDE"),
            ("SKU1\u{200D}", "U+200D ZERO WIDTH JOINER"),
            ("SKU1\u{FE0F}", "U+FE0F VARIATION SELECTOR"),
            ("SKU1\u{E0041}", "U+E0041 TAG"),
            ("SKU\u{2028}1", "U+2028 LINE SEPARATOR"),
        ] {
            let detail = fault(id).unwrap();
            assert_eq!(detail, format!("Remove the invisible character {name}."));
        }
        // Joined scripts and emoji need these characters.
        for id in [
            "SKU 1",
            "می\u{200C}شود",
            "❤\u{FE0F}",
            "👩\u{200D}🔧",
            "東京",
        ] {
            assert_eq!(fault(id), None, "{id:?}");
        }
    }

    #[test]
    fn number_shortened_by_a_spreadsheet_is_rejected_with_advice() {
        for id in ["1.23457E+12", "1,23457E+12", "4E+15", "1.2e+100"] {
            let detail = fault(id).unwrap();
            assert!(detail.contains("Format the column as text"), "{detail}");
        }
        for id in [
            "1E12",
            "E+12",
            "1.E+12",
            "1.2.3E+4",
            "SKU1E+12",
            "1E+",
            "1E+1234",
            "1E-5",
            "12345678901234",
        ] {
            assert_eq!(fault(id), None, "{id}");
        }
    }
}
