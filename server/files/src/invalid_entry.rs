//! Sentences about refused values of bodies: the reason, and what to do.

use service::entry::EntryReason;
use std::borrow::Cow;

pub fn describe(reason: &EntryReason) -> Cow<'_, str> {
    use EntryReason as R;
    let text = match reason {
        R::Worded(text) => text.as_str(),
        R::Value(invalid) => invalid.0,

        R::Missing { field, max } => {
            return format!("Set `{field}` to a value of 1 to {max} characters.").into();
        }
        R::TooManyCharacters { max } => return format!("Use at most {max} characters.").into(),
        R::ControlCharacters => {
            "Remove the control characters; tab and newline are the only ones allowed."
        }
        R::NotAWebAddress => "Use a URL that begins with http:// or https:// and has no spaces.",
        R::NotAnEmail => "Use a valid email address, such as name@company.com.",
        R::NoContact => "Send `email` or `phone`, so that the person can be contacted.",

        R::InvisibleCharacter(character) => {
            let character = invisible_character(*character);
            return format!("Remove the invisible character {character}.").into();
        }
        R::ShortenedNumber => {
            "This is a number as a spreadsheet shortens it, so its last digits are lost. Format the column as text, and \
             export the file again."
        }
        R::UnusableId => "Use an ID without control characters that is not `.` or `..`.",
        R::ReservedId => "Use another ID: `/api/inventory/changes` is the list of changes.",
        R::BlanksAroundId => "Remove the blanks around the ID in the path.",
        R::DuplicateId { first, line } => return duplicate_id(*first, *line).into(),
        R::NoSuchItem => {
            "There is no item with this ID, and an update creates none. Add the item first, with all its fields."
        }
        R::UnreadableIds => {
            "The IDs of these items cannot be read, so a feed that replaces the inventory might remove them. Nothing was \
             changed. Correct them, or send the feed with mode=merge."
        }

        R::DuplicateAttribute => "Two attributes have this name, apart from blanks around it.",
        R::TooManyAttributes { max } => return format!("Use at most {max} attributes.").into(),
        R::AttributeName { max } => {
            return format!(
                "Name attributes with 1 to {max} characters that can be seen, and no control characters."
            )
            .into();
        }
        R::ItemTooLarge { bytes, max } => {
            return format!(
                "The texts of this item have {bytes} bytes in all. Use at most {max}, counted in UTF-8 with the names of \
                 its attributes."
            )
            .into();
        }

        R::UnknownCurrency => "Use an ISO 4217 code in capitals, such as USD.",
        R::PriceOutOfRange => "Use a price from 0 to 9999999999.99.",
        R::NegativePrice => "Use a price of 0 or more, such as 32500.",
        R::NotAPrice { decimals } => {
            let places = decimal_places(*decimals);
            return format!("Use a number such as 32500, with {places} in this currency.").into();
        }
        R::PriceWithCurrency { number } => {
            return format!("Send only the number, {number}, and the currency in `currency`.")
                .into();
        }
        R::PriceTooPrecise { decimals, reading } => {
            let places = decimal_places(*decimals);
            return format!(
                "Use {places} in this currency. If the period separates thousands, write {reading}."
            )
            .into();
        }
        R::PriceNotation { decimals, reading } => {
            let places = decimal_places(*decimals);
            return format!(
                "Write {reading}: a period before the decimals, no separator between thousands, and {places} in this \
                 currency."
            )
            .into();
        }
        R::AmbiguousPrice { readings } => {
            let [reading, alternative] = &**readings;
            return format!(
                "Write {reading} or {alternative}: a period before the decimals, and no separator between thousands."
            )
            .into();
        }
    };
    text.into()
}

fn duplicate_id(first: usize, line: Option<usize>) -> String {
    let first = match line {
        Some(line) => format!("The item on line {line}"),
        None => format!("Item {first}"),
    };
    format!("{first} has this ID already. Use each ID once.")
}

/// Describes how many decimal places a price may have, such as `at most two decimal places`.
pub fn decimal_places(decimals: u32) -> Cow<'static, str> {
    match decimals {
        0 => "no decimal places".into(),
        1 => "at most one decimal place".into(),
        2 => "at most two decimal places".into(),
        _ => format!("at most {decimals} decimal places").into(),
    }
}

/// Returns an invisible character by its number and its name, such as `U+200B ZERO WIDTH SPACE`.
pub fn invisible_character(character: char) -> String {
    let (number, name) = (u32::from(character), invisible_name(character));
    format!("U+{number:04X} {name}")
}

/// Returns the Unicode name of a character that [`domain::find_invisible`] finds.
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

    #[test]
    fn invisible_character_is_described_by_its_number_and_name() {
        for (character, name) in [
            ('\u{200B}', "U+200B ZERO WIDTH SPACE"),
            ('\u{FEFF}', "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
            ('\u{AD}', "U+00AD SOFT HYPHEN"),
            ('\u{2060}', "U+2060 WORD JOINER"),
            ('\u{202E}', "U+202E RIGHT-TO-LEFT OVERRIDE"),
            ('\u{200D}', "U+200D ZERO WIDTH JOINER"),
            ('\u{FE0F}', "U+FE0F VARIATION SELECTOR"),
            ('\u{E0041}', "U+E0041 TAG"),
            ('\u{2028}', "U+2028 LINE SEPARATOR"),
        ] {
            let detail = describe(&EntryReason::InvisibleCharacter(character)).into_owned();
            assert_eq!(detail, format!("Remove the invisible character {name}."));
        }
    }

    #[test]
    fn refused_price_is_described_with_its_correction() {
        // The longest number that is corrected.
        let reading = "12345678901234567.89".to_owned();
        for (reason, text) in [
            (
                EntryReason::NotAPrice { decimals: 2 },
                "Use a number such as 32500, with at most two decimal places in this currency.",
            ),
            (
                EntryReason::NotAPrice { decimals: 0 },
                "Use a number such as 32500, with no decimal places in this currency.",
            ),
            (
                EntryReason::PriceWithCurrency {
                    number: reading.clone(),
                },
                "Send only the number, 12345678901234567.89, and the currency in `currency`.",
            ),
            (
                EntryReason::PriceTooPrecise {
                    decimals: 1,
                    reading: reading.clone(),
                },
                "Use at most one decimal place in this currency. If the period separates thousands, write 12345678901234567.89.",
            ),
            (
                EntryReason::PriceNotation {
                    decimals: 3,
                    reading: reading.clone(),
                },
                "Write 12345678901234567.89: a period before the decimals, no separator between thousands, and at most 3 decimal places in this currency.",
            ),
            (
                EntryReason::AmbiguousPrice {
                    readings: Box::new([reading.clone(), reading.clone()]),
                },
                "Write 12345678901234567.89 or 12345678901234567.89: a period before the decimals, and no separator between thousands.",
            ),
        ] {
            let detail = describe(&reason);
            assert_eq!(detail, text);
            assert!(detail.len() <= 200 && detail.is_ascii());
        }
    }

    #[test]
    fn duplicate_id_refers_to_the_line_of_the_earlier_item_or_to_its_index() {
        let detail = |line| describe(&EntryReason::DuplicateId { first: 3, line }).into_owned();
        assert_eq!(
            detail(Some(5)),
            "The item on line 5 has this ID already. Use each ID once."
        );
        assert_eq!(
            detail(None),
            "Item 3 has this ID already. Use each ID once."
        );
    }
}
