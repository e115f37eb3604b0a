//! Identifiers that other systems assign.

use super::{EntryCode, EntryError, EntryReason};
use domain::find_invisible;

/// Reports everything that is wrong with an identifier, except for its length and its control
/// characters.
pub(crate) fn check_id(errors: &mut Vec<EntryError>, pointer: &str, id: &str) {
    let mut invalid = |reason| {
        errors.push(EntryError::new(pointer, EntryCode::Invalid, reason));
    };
    if let Some(character) = find_invisible(id) {
        invalid(EntryReason::InvisibleCharacter(character));
    }
    if is_shortened_number(id) {
        invalid(EntryReason::ShortenedNumber);
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(id: &str) -> Option<EntryReason> {
        let mut errors = Vec::new();
        check_id(&mut errors, "/id", id);
        assert!(errors.len() <= 1, "{errors:?}");
        errors.pop().map(|error| error.reason)
    }

    #[test]
    fn invisible_character_is_rejected_unless_a_script_or_emoji_needs_it() {
        for (id, character) in [
            ("SKU\u{200B}1", '\u{200B}'),
            ("\u{FEFF}SKU1", '\u{FEFF}'),
            ("SKU1\u{AD}", '\u{AD}'),
            ("SKU\u{2060}1", '\u{2060}'),
            ("\u{202E}SKU1", '\u{202E}'),
            ("SKU1\u{200D}", '\u{200D}'),
            ("SKU1\u{FE0F}", '\u{FE0F}'),
            ("SKU1\u{E0041}", '\u{E0041}'),
            ("SKU\u{2028}1", '\u{2028}'),
        ] {
            let reason = EntryReason::InvisibleCharacter(character);
            assert_eq!(fault(id), Some(reason), "{id:?}");
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
    fn number_shortened_by_a_spreadsheet_is_rejected() {
        for id in ["1.23457E+12", "1,23457E+12", "4E+15", "1.2e+100"] {
            assert_eq!(fault(id), Some(EntryReason::ShortenedNumber), "{id}");
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
