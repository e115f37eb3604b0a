//! Values of cells.

use super::html;
use super::names::{normalise, words};
use super::shorten::shorten;
use service::inventory::{EntryCode, EntryError, ItemDraft};

/// Words for an available item, in the form of [`normalise`]: in English, then German, French,
/// Spanish, Italian and Dutch.
const AVAILABLE: &str = "true yes y x on available instock active published onbackorder backorder backordered preorder \
    availablefororder limitedavailability lowstock onlineonly instoreonly \
    ja j wahr verfuegbar sofortverfuegbar lieferbar sofortlieferbar auflager vorraetig aktiv veroeffentlicht \
    vrai oui enstock disponible disponibles dispo actif active publie publiee \
    si verdadero enexistencias hayexistencias activo activa publicado publicada \
    vero disponibile disponibili instock inmagazzino attivo attiva pubblicato pubblicata \
    waar opvoorraad beschikbaar leverbaar actief gepubliceerd";
/// Words for an item that is not available.
const NOT_AVAILABLE: &str = "false no n off notavailable unavailable outofstock notinstock sold soldout reserved inactive draft \
    archived discontinued unpublished disabled hidden deleted expired \
    nein falsch nichtverfuegbar nichtlieferbar nichtvorraetig nichtauflager ausverkauft vergriffen verkauft \
    reserviert inaktiv entwurf archiviert ausgelaufen geloescht \
    faux non epuise epuisee enrupture rupture rupturedestock enrupturedestock horsstock indisponible \
    nondisponible vendu vendue reserve reservee archive archivee inactif brouillon \
    falso agotado agotada sinexistencias sinstock nodisponible vendido vendida reservado reservada \
    archivado inactivo borrador descatalogado \
    esaurito esaurita nondisponibile venduto venduta riservato riservata archiviato inattivo bozza \
    nee onwaar uitverkocht nietopvoorraad nietbeschikbaar nietleverbaar verkocht gereserveerd gearchiveerd \
    inactief";

/// Stores the value of a cell that is not blank in its field. The values of an own file are not
/// converted. A name is appended to the parts of it from earlier columns.
pub fn set(draft: &mut ItemDraft, field: &str, cell: &str, is_console_export: bool) {
    let text = || cell.replace("\r\n", "\n");
    let decoded = || {
        if is_console_export {
            text()
        } else {
            html::decode_entities(&text())
        }
    };
    match field {
        "id" => draft.id = Some(text()),
        "name" => {
            draft.name = Some(match draft.name.take() {
                Some(parts) => format!("{} {}", parts.trim_end(), decoded().trim_start()),
                None => decoded(),
            });
        }
        "category" => draft.category = Some(decoded()),
        "price" => draft.price = Some(text()),
        "currency" => draft.currency = Some(text()),
        "url" => draft.url = Some(text()),
        "description" if is_console_export => draft.description = Some(text()),
        "description" => draft.description = Some(html::to_text(&text())),
        "image_url" if is_console_export => draft.image_url = Some(text()),
        "image_url" => draft.image_url = Some(first_address(&text()).to_owned()),
        _ => {
            draft.available = parse_availability(cell);
            if draft.available.is_none() {
                let detail = "Write yes or no, in stock or out of stock, or the number in stock.";
                let error = EntryError::new("/available", EntryCode::Invalid, detail);
                draft.errors.push(error);
            }
        }
    }
}

/// Words whose meaning is the same for every reader, in the form of [`normalise`].
const PLAIN: &str = "true false yes no";

/// Returns the word in a cell that was read as available or not, and how it was read. It is `None`
/// for a number in stock and for words such as `yes`.
pub fn availability_word(cell: &str) -> Option<(String, bool)> {
    let word = cell.trim();
    let is_available = parse_availability(word)?;
    let is_plain =
        is_in_stock(word).is_some() || words(PLAIN).any(|plain| plain == normalise(word));
    (!is_plain).then(|| (shorten(word), is_available))
}

/// Returns whether an item is available, from a word or the number in stock, or `None` if it is
/// neither.
pub fn parse_availability(text: &str) -> Option<bool> {
    let text = text.trim();
    if let Some(is_in_stock) = is_in_stock(text) {
        return Some(is_in_stock);
    }
    // As search engines define the words.
    let word = ["https://schema.org/", "http://schema.org/"]
        .into_iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .unwrap_or(text);
    let word = normalise(word);
    if words(AVAILABLE).any(|known| known == word) {
        Some(true)
    } else if words(NOT_AVAILABLE).any(|known| known == word) {
        Some(false)
    } else {
        None
    }
}

/// Returns whether a number in stock, such as `7`, `2.5`, `1,000` or `10+`, is more than none, or
/// `None` if the text is not a number.
fn is_in_stock(text: &str) -> Option<bool> {
    let (number, is_negative) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(number) => (number, true),
        None => (text.strip_prefix(['+', '>']).unwrap_or(text), false),
    };
    let number = number.strip_suffix('+').unwrap_or(number).trim_start();
    let is_separator = |c: char| matches!(c, '.' | ',' | '\'' | '\u{2019}') || c.is_whitespace();
    let is_number = number.starts_with(|c: char| c.is_ascii_digit())
        && number.ends_with(|c: char| c.is_ascii_digit())
        && number
            .chars()
            .all(|c| c.is_ascii_digit() || is_separator(c));
    is_number.then(|| !is_negative && number.contains(|c: char| matches!(c, '1'..='9')))
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
    fn availability_is_read_from_a_word_or_a_number() {
        for (text, expected) in [
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
            ("\u{2212}3", Some(false)),
            ("2.5", Some(true)),
            ("1,000", Some(true)),
            ("1 000", Some(true)),
            ("0.00", Some(false)),
            ("10+", Some(true)),
            ("> 10", Some(true)),
            ("1.", None),
            ("12 boxes", None),
            ("VRAI", Some(true)),
            ("Faux", Some(false)),
            ("oui", Some(true)),
            ("Non", Some(false)),
            ("En stock", Some(true)),
            ("Épuisé", Some(false)),
            ("E\u{301}puise\u{301}", Some(false)),
            ("Rupture de stock", Some(false)),
            ("WAHR", Some(true)),
            ("FALSCH", Some(false)),
            ("Auf Lager", Some(true)),
            ("nicht vorrätig", Some(false)),
            ("sí", Some(true)),
            ("Agotado", Some(false)),
            ("Verdadero", Some(true)),
            ("vero", Some(true)),
            ("falso", Some(false)),
            ("sì", Some(true)),
            ("Esaurito", Some(false)),
            ("waar", Some(true)),
            ("onwaar", Some(false)),
            ("Uitverkocht", Some(false)),
            ("Op voorraad", Some(true)),
            ("discontinued", Some(false)),
            ("archived", Some(false)),
            ("Sold", Some(false)),
            ("available for order", Some(true)),
            ("https://schema.org/OutOfStock", Some(false)),
            ("TBD", None),
            ("n/a", None),
            ("-", None),
            ("nicht verfügbar", Some(false)),
            ("draft", Some(false)),
            ("USED", None),
            ("", None),
        ] {
            assert_eq!(parse_availability(text), expected, "{text}");
        }
    }

    #[test]
    fn first_of_several_urls_is_used() {
        for (text, expected) in [
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
            assert_eq!(first_address(text), expected, "{text}");
        }
    }
}
