//! Values of cells.

use super::html;
use service::inventory::{EntryCode, EntryError, ItemDraft};

/// Words for an available item, without spaces, punctuation and capitals.
const AVAILABLE: [&str; 17] = [
    "true",
    "yes",
    "y",
    "ja",
    "j",
    "wahr",
    "x",
    "available",
    "instock",
    "verfuegbar",
    "lieferbar",
    "auflager",
    "active",
    "aktiv",
    "published",
    "onbackorder",
    "preorder",
];
const NOT_AVAILABLE: [&str; 19] = [
    "false",
    "no",
    "n",
    "nein",
    "falsch",
    "notavailable",
    "unavailable",
    "outofstock",
    "nichtverfuegbar",
    "nichtlieferbar",
    "ausverkauft",
    "verkauft",
    "sold",
    "soldout",
    "reserviert",
    "inactive",
    "inaktiv",
    "draft",
    "archived",
];

/// Stores the value of a cell that is not blank in its field.
pub fn set(draft: &mut ItemDraft, field: &str, cell: &str) {
    let text = cell.replace("\r\n", "\n");
    let place = match field {
        "id" => &mut draft.id,
        "name" => &mut draft.name,
        "category" => &mut draft.category,
        "price" => &mut draft.price,
        "currency" => &mut draft.currency,
        "url" => &mut draft.url,
        "description" => {
            draft.description = Some(html::to_text(&text));
            return;
        }
        "image_url" => {
            draft.image_url = Some(first_address(&text).to_owned());
            return;
        }
        _ => {
            draft.available = truth(&text);
            if draft.available.is_none() {
                let detail = "Write yes or no, in stock or out of stock, or the number in stock.";
                let error = EntryError::new("/available", EntryCode::Invalid, detail);
                draft.errors.push(error);
            }
            return;
        }
    };
    *place = Some(text);
}

/// Returns whether an item is available, from a word or the number in stock, or `None` if it is
/// neither.
pub fn truth(text: &str) -> Option<bool> {
    let text = text.trim();
    if let Ok(number) = text.parse::<i64>() {
        return Some(number > 0);
    }
    let word = super::names::normalised(text);
    if AVAILABLE.contains(&&*word) {
        Some(true)
    } else if NOT_AVAILABLE.contains(&&*word) {
        Some(false)
    } else {
        None
    }
}

/// Returns the first of several addresses in one cell.
pub fn first_address(text: &str) -> &str {
    let text = text.trim();
    let mut from = 1;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("http")) {
        let (before, next) = text.split_at(from + at);
        let is_next = next.starts_with("http://") || next.starts_with("https://");
        let is_separated =
            before.ends_with([',', ';', '|']) || before.ends_with(char::is_whitespace);
        if is_next && is_separated {
            let separator = |c: char| matches!(c, ',' | ';' | '|') || c.is_whitespace();
            return before.trim_end_matches(separator);
        }
        from += at + "http".len();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whether_an_item_is_available_is_read_from_a_word_or_a_number() {
        for (text, wanted) in [
            ("AVAILABLE", Some(true)),
            ("NOT_AVAILABLE", Some(false)),
            ("in stock", Some(true)),
            ("out_of_stock", Some(false)),
            (" Ja ", Some(true)),
            ("nein", Some(false)),
            ("1", Some(true)),
            ("0", Some(false)),
            ("12", Some(true)),
            ("-3", Some(false)),
            ("nicht verfügbar", Some(false)),
            ("draft", Some(false)),
            ("USED", None),
            ("", None),
        ] {
            assert_eq!(truth(text), wanted, "{text}");
        }
    }

    #[test]
    fn the_first_of_several_addresses_is_taken() {
        for (text, wanted) in [
            ("https://a.example/1.jpg", "https://a.example/1.jpg"),
            (
                "https://a.example/1.jpg, https://a.example/2.jpg",
                "https://a.example/1.jpg",
            ),
            (
                "https://a.example/1.jpg|https://a.example/2.jpg",
                "https://a.example/1.jpg",
            ),
            ("https://a.example/1,2.jpg", "https://a.example/1,2.jpg"),
            (
                "https://a.example/?u=https://b.example",
                "https://a.example/?u=https://b.example",
            ),
            ("photo.jpg", "photo.jpg"),
            ("ü", "ü"),
        ] {
            assert_eq!(first_address(text), wanted, "{text}");
        }
    }
}
