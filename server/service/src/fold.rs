//! Comparison of texts that people search or confirm.
//!
//! The same name is typed in many ways: "é" is one character or two, depending on the keyboard and
//! the system; a phone begins with a capital; "ß" has the capital "SS"; and a full-width form
//! differs only in its width. Two texts are the same here if they match by Unicode's compatibility
//! caseless matching (The Unicode Standard, section 3.13, D146).

use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};

/// Returns a form that is equal for texts that are the same.
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let composing = ComposingNormalizer::new_nfkc();
    let cases = CaseMapper::new();
    let fold_once = |text: &str| {
        let folded = cases.fold_string(text);
        composing.normalize(&folded).into_owned()
    };
    // Folding can apply once more after normalisation.
    fold_once(&fold_once(
        &DecomposingNormalizer::new_nfd().normalize(text),
    ))
}

/// Returns the spellings in which an address may have been stored before addresses had to be ASCII:
/// as it was typed, composed and decomposed.
pub fn spellings(text: &str) -> Vec<String> {
    let mut spellings = vec![text.to_owned()];
    if !text.is_ascii() {
        let composed = ComposingNormalizer::new_nfc().normalize(text).into_owned();
        let decomposed = DecomposingNormalizer::new_nfd()
            .normalize(text)
            .into_owned();
        spellings.extend([composed, decomposed]);
        spellings.sort_unstable();
        spellings.dedup();
    }
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_differ_only_in_case_or_unicode_form_fold_to_the_same_text() {
        for (left, right) in [
            ("CRM Sync", "crm sync"),
            ("Café", "cafe\u{301}"),
            ("ÅNGSTRÖM", "a\u{30A}ngstro\u{308}m"),
            ("\u{212B}", "å"),
            ("Straße", "STRASSE"),
            ("ẞ", "ss"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("ＦＵＬＬ　ｗｉｄｔｈ", "full width"),
            ("ﬁnance", "FINANCE"),
            ("\u{1E9B}\u{323}", "ṩ"),
            ("ᾳ", "ΑΙ"),
            ("서울", "\u{1109}\u{1165}\u{110B}\u{116E}\u{11AF}"),
        ] {
            assert_eq!(folded(left), folded(right), "{left} {right}");
            assert_eq!(folded(&folded(left)), folded(left), "{left}");
        }
        for (left, right) in [
            ("Cafe", "Café"),
            ("a b", "ab"),
            ("東京", "京東"),
            ("ı", "i"),
        ] {
            assert_ne!(folded(left), folded(right));
        }
    }

    #[test]
    fn ascii_email_address_has_one_spelling_and_any_other_has_several() {
        assert_eq!(spellings("ada@example.com"), ["ada@example.com"]);
        assert_eq!(spellings("zoë@example.com").len(), 2);
    }
}
