//! Feeds of items, in the three formats that integrations and files come in. Each reader turns its text into drafts,
//! and notes in a draft what is wrong with the form of a value, so that a caller learns of it together with everything
//! else. What items must be is decided by the service alone.

mod csv;
mod json;
pub mod workers;
mod xml;

pub use json::item_without_id;

use crate::api::fields::{pointer, twice, unknown};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use service::inventory::{EntryCode, EntryError, ItemDraft};

/// The media types of feeds, as a refusal lists them between backticks.
pub const TAKEN: &str = "application/json`, `application/xml` or `text/csv";
/// In bytes.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
pub const MAX_ITEMS: usize = crate::api::json::MAX_ELEMENTS;
/// What is wrong with one item, of which no more is told: enough to mend it by, and a feed that is nothing but wrong must
/// not fill the memory.
const MAX_REASONS: usize = 32;

/// The fields of an item, besides its attributes.
const FIELDS: [&str; 9] = [
    "id",
    "name",
    "category",
    "price",
    "currency",
    "description",
    "url",
    "image_url",
    "available",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Json,
    Xml,
    Csv,
}

/// Why a text is no feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedError {
    /// It is not of its format; the text says where, and quotes nothing.
    Malformed(String),
    /// It is, but says something else; pointers are from the body on.
    Invalid(Vec<EntryError>),
}

impl Format {
    /// By the one `Content-Type` that a request has; `None` for another one, or another character set than UTF-8.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let mut kinds = headers.get_all(CONTENT_TYPE).iter();
        let (Some(kind), None) = (kinds.next(), kinds.next()) else {
            return None;
        };
        Self::of_media_type(kind.to_str().ok()?)
    }

    pub fn of_media_type(kind: &str) -> Option<Self> {
        let kind = kind.to_ascii_lowercase();
        let mut parts = kind.split(';').map(str::trim);
        let format = match parts.next()? {
            "application/json" => Self::Json,
            "application/xml" | "text/xml" => Self::Xml,
            "text/csv" => Self::Csv,
            _ => return None,
        };
        let utf8 = parts.all(|part| match part.split_once('=') {
            Some(("charset", set)) => {
                matches!(set.trim_matches('"'), "utf-8" | "utf8" | "us-ascii")
            }
            _ => true,
        });
        utf8.then_some(format)
    }

    /// By a file's name.
    pub fn of_file(name: &str) -> Option<Self> {
        let (_, end) = name.rsplit_once('.')?;
        match end.to_ascii_lowercase().as_str() {
            "json" => Some(Self::Json),
            "xml" => Some(Self::Xml),
            "csv" | "txt" => Some(Self::Csv),
            _ => None,
        }
    }
}

/// The items of a feed.
///
/// # Errors
/// See [`FeedError`]. What is wrong with single items stands in their drafts.
pub fn read(format: Format, text: String) -> Result<Vec<ItemDraft>, FeedError> {
    match format {
        Format::Json => json::read(text),
        Format::Xml => xml::read(&text),
        Format::Csv => csv::read(&text),
    }
}

/// Puts a value where it belongs; `None` where no field has this name. Formats whose values are all texts share this.
fn set(draft: &mut ItemDraft, field: &str, value: String) -> Option<()> {
    let place = match field {
        "id" => &mut draft.id,
        "name" => &mut draft.name,
        "category" => &mut draft.category,
        "price" => &mut draft.price,
        "currency" => &mut draft.currency,
        "description" => &mut draft.description,
        "url" => &mut draft.url,
        "image_url" => &mut draft.image_url,
        "available" => {
            match truth(&value) {
                Some(truth) => draft.available = Some(truth),
                None => draft.errors.push(EntryError::new(
                    "/available",
                    EntryCode::Invalid,
                    "Give true or false.",
                )),
            }
            return Some(());
        }
        _ => return None,
    };
    *place = Some(value);
    Some(())
}

/// The draft with no more reasons than are told.
fn cut(mut draft: ItemDraft) -> ItemDraft {
    draft.errors.truncate(MAX_REASONS);
    draft.errors.shrink_to_fit();
    draft
}

/// As XML Schema and spreadsheets write it.
fn truth(text: &str) -> Option<bool> {
    let is = |words: [&str; 3]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is(["true", "1", "yes"]) {
        Some(true)
    } else if is(["false", "0", "no"]) {
        Some(false)
    } else {
        None
    }
}

/// No items, or too many of them.
fn wrong_count() -> FeedError {
    let detail = format!("Send 1 to {MAX_ITEMS} items in one request.");
    FeedError::Invalid(vec![EntryError::new(
        "/items",
        EntryCode::OutOfRange,
        detail,
    )])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_told_by_the_media_type() {
        for (kind, format) in [
            ("application/json", Some(Format::Json)),
            ("Application/JSON; charset=\"UTF-8\"", Some(Format::Json)),
            ("text/xml;charset=utf-8", Some(Format::Xml)),
            ("application/xml", Some(Format::Xml)),
            ("text/csv; header=present; charset=utf-8", Some(Format::Csv)),
            ("text/csv; charset=iso-8859-1", None),
            ("text/plain", None),
            ("application/jsonx", None),
            ("", None),
        ] {
            assert_eq!(Format::of_media_type(kind), format, "{kind}");
        }
    }

    #[test]
    fn the_format_of_a_file_is_told_by_its_name() {
        assert_eq!(Format::of_file("feed.2024.CSV"), Some(Format::Csv));
        assert_eq!(Format::of_file("cars.xml"), Some(Format::Xml));
        assert_eq!(Format::of_file("json"), None);
        assert_eq!(Format::of_file("cars.xlsx"), None);
    }

    /// The same two items, in each format.
    #[test]
    fn all_formats_say_the_same() {
        let json = r#"{"items":[
            {"id":"SKU001","name":"Honda Accord 2024","price":32500.50,"available":false,"attributes":{"color":"red"}},
            {"id":"SKU002","name":"A & B \"<x>\"","description":"one\ntwo, three"}]}"#;
        let xml = r#"<?xml version="1.0" encoding="UTF-8"?>
            <inventory><item><id>SKU001</id><name>Honda Accord 2024</name><price>32500.50</price>
              <available>false</available><attributes><attribute name="color">red</attribute></attributes></item>
            <item><id>SKU002</id><name>A &amp; B "<![CDATA[<x>]]>"</name>
              <description>one&#10;two, three</description><category/></item></inventory>"#;
        let csv = "id,name,price,available,description,attributes.color\r\n\
            SKU001,Honda Accord 2024,32500.50,false,,red\r\n\
            SKU002,\"A & B \"\"<x>\"\"\",,,\"one\ntwo, three\",\r\n";
        let read = |format, text: &str| read(format, text.to_owned()).unwrap();
        let expected = read(Format::Json, json);
        assert_eq!(read(Format::Xml, xml), expected);
        assert_eq!(read(Format::Csv, csv), expected);
        assert!(expected.iter().all(|draft| draft.errors.is_empty()));
    }
}
