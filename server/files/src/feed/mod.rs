//! Feeds of items, in the three formats that integrations and files use.
//!
//! Each reader converts a text into drafts. A draft records the values that have the wrong form, so
//! that a caller receives all errors of an item together. The rules for items are the service's
//! alone.

pub(crate) mod csv;
mod json;
pub mod workers;
mod xml;

pub use csv::{ATTRIBUTE, MAX_COLUMNS};
pub use json::{edits_at, item_at};

use crate::encoding::{self, EncodingError};
use crate::json::MAX_MEMBERS;
use crate::json::fields::{duplicate_field, pointer, unknown_field};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use service::inventory::{EntryCode, EntryError, FeedMode, ItemDraft};
use service::refusal::Refusal;

/// Media types of feeds, as a refusal lists them between backticks.
pub const MEDIA_TYPES: &str = "application/json`, `application/xml` or `text/csv";
/// Most bytes of a feed.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
pub const MAX_ITEMS: usize = crate::json::MAX_ELEMENTS;
/// Most errors that are reported for one item.
///
/// These are enough to correct it, and a feed of nothing but errors must not fill the memory.
const MAX_REASONS: usize = 32;

/// Fields of an item, besides its attributes.
pub const FIELDS: [&str; 9] = [
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

/// The reason why a text is not a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedError {
    /// The text is not well-formed. The message contains the position and does not quote the text.
    Malformed(String),
    /// The text is well-formed but is not a feed of items. Pointers are relative to the body.
    Invalid(Vec<EntryError>),
}

impl From<FeedError> for Refusal {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::Malformed(reason) => Self::MalformedBody(reason),
            FeedError::Invalid(errors) => Self::InvalidBody(errors),
        }
    }
}

impl Format {
    /// Returns the format of a request by its single `Content-Type`, with an error if that declares
    /// another encoding than UTF-8. Returns `None` for another media type.
    pub fn of(headers: &HeaderMap) -> Option<(Self, Result<(), EncodingError>)> {
        let mut kinds = headers.get_all(CONTENT_TYPE).iter();
        let (Some(kind), None) = (kinds.next(), kinds.next()) else {
            return None;
        };
        Self::of_media_type(kind.to_str().ok()?)
    }

    fn of_media_type(kind: &str) -> Option<(Self, Result<(), EncodingError>)> {
        let mut parts = kind.split(';').map(str::trim);
        let format = match &*parts.next()?.to_ascii_lowercase() {
            "application/json" => Self::Json,
            "application/xml" | "text/xml" => Self::Xml,
            "text/csv" => Self::Csv,
            _ => return None,
        };
        let charsets = parts.filter_map(|part| part.split_once('='));
        let mut charsets = charsets.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
        let charset = charsets.try_for_each(|(_, name)| encoding::check_declared(name));
        Some((format, charset))
    }

    /// Returns the media type of the format, without parameters.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xml => "application/xml",
            Self::Csv => "text/csv",
        }
    }
}

/// Treatment of a field that an item does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// The field is empty, as is one without a value (null, an empty cell, an empty element).
    Clear,
    /// The stored value is kept. A field without a value is cleared, which the draft records.
    Keep,
}

impl Absent {
    pub const fn of(mode: FeedMode) -> Self {
        match mode {
            FeedMode::Merge | FeedMode::Replace { .. } => Self::Clear,
            FeedMode::Update => Self::Keep,
        }
    }

    /// Records that a field has no value.
    ///
    /// An item with too many names is refused, so the remaining ones are dropped.
    pub fn clear(self, draft: &mut ItemDraft, field: &str) {
        if self == Self::Keep
            && !matches!(field, "id" | "updated_at")
            && draft.cleared.len() < 2 * MAX_MEMBERS
        {
            draft.cleared.push(field.to_owned());
        }
    }
}

/// Parses the items of a feed.
///
/// # Errors
/// See [`FeedError`]. Each draft contains the errors of its item.
pub fn read(format: Format, text: &str, absent: Absent) -> Result<Vec<ItemDraft>, FeedError> {
    match format {
        Format::Json => json::read(text, absent),
        Format::Xml => xml::read(text, absent),
        Format::Csv => csv::read(text, absent),
    }
}

/// Sets a field of the draft, for formats whose values are all texts. Returns `None` if there is no
/// such field.
fn set(draft: &mut ItemDraft, field: &str, value: String) -> Option<()> {
    let target = match field {
        "id" => &mut draft.id,
        "name" => &mut draft.name,
        "category" => &mut draft.category,
        "price" => &mut draft.price,
        "currency" => &mut draft.currency,
        "description" => &mut draft.description,
        "url" => &mut draft.url,
        "image_url" => &mut draft.image_url,
        "available" => {
            match parse_bool(&value) {
                Some(available) => draft.available = Some(available),
                None => draft.errors.push(EntryError::new(
                    "/available",
                    EntryCode::Invalid,
                    "Send true or false.",
                )),
            }
            return Some(());
        }
        _ => return None,
    };
    *target = Some(value);
    Some(())
}

/// Limits the errors of a draft to those that are reported.
fn cap_errors(mut draft: ItemDraft) -> ItemDraft {
    draft.errors.truncate(MAX_REASONS);
    draft.errors.shrink_to_fit();
    draft
}

/// Parses a truth value as XML Schema and spreadsheets write it.
fn parse_bool(text: &str) -> Option<bool> {
    let text = text.trim();
    let is = |words: [&str; 3]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is(["true", "1", "yes"]) {
        Some(true)
    } else if is(["false", "0", "no"]) {
        Some(false)
    } else {
        None
    }
}

/// Returns the error of a feed without items, or with too many of them.
pub(crate) fn item_count_error() -> FeedError {
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
    use service::inventory::Position;

    #[test]
    fn format_and_encoding_follow_from_the_media_type() {
        for (kind, format) in [
            ("application/json", Some(Format::Json)),
            ("Application/JSON; charset=\"UTF-8\"", Some(Format::Json)),
            ("application/json;Charset=utf8", Some(Format::Json)),
            ("text/xml;charset=utf-8", Some(Format::Xml)),
            ("application/xml", Some(Format::Xml)),
            ("text/csv; header=present; charset=utf-8", Some(Format::Csv)),
            ("text/csv; charset = us-ascii", Some(Format::Csv)),
            ("text/plain", None),
            ("application/jsonx", None),
            ("", None),
        ] {
            let read = Format::of_media_type(kind);
            assert_eq!(read, format.map(|format| (format, Ok(()))), "{kind}");
        }
        let latin = EncodingError::Declared("ISO-8859-1".into());
        for kind in [
            "text/csv; charset=iso-8859-1",
            "text/csv;CHARSET=\"ISO-8859-1\"",
        ] {
            let read = Format::of_media_type(kind);
            assert_eq!(read, Some((Format::Csv, Err(latin.clone()))), "{kind}");
        }
    }

    /// The same two items in each format.
    #[test]
    fn all_formats_yield_the_same_items() {
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
        let read = |format, text: &str| {
            let mut drafts = super::read(format, text, Absent::Clear).unwrap();
            for draft in &mut drafts {
                draft.position = Position::default();
            }
            drafts
        };
        let expected = read(Format::Json, json);
        assert_eq!(read(Format::Xml, xml), expected);
        assert_eq!(read(Format::Csv, csv), expected);
        assert!(expected.iter().all(|draft| draft.errors.is_empty()));
    }

    /// The same changes of three items in each format.
    #[test]
    fn all_formats_clear_a_field_without_a_value_and_keep_an_omitted_one() {
        let json = r#"{"items":[{"id":"A","price":1,"category":null,"attributes":{"color":null,"doors":"4"}},
            {"id":"B","price":null,"category":"Sedan","attributes":{"color":"red","doors":null}}]}"#;
        let xml = r#"<inventory><item><id>A</id><price>1</price><category/><attributes><attribute name="color"/>
            <attribute name="doors">4</attribute></attributes></item><item><id>B</id><price> </price>
            <category>Sedan</category><attributes><attribute name="color">red</attribute><attribute name="doors"/>
            </attributes></item></inventory>"#;
        let csv = "id,price,category,attributes.color,attributes.doors\nA,1,,,4\nB,,Sedan,red,\n";
        let read = |format, text: &str| {
            let mut drafts = read(format, text, Absent::Keep).unwrap();
            for draft in &mut drafts {
                draft.position = Position::default();
            }
            drafts
        };
        let expected = read(Format::Json, json);
        assert_eq!(expected[0].cleared, ["category", "attributes.color"]);
        assert_eq!(expected[1].cleared, ["price", "attributes.doors"]);
        assert_eq!(read(Format::Xml, xml), expected);
        assert_eq!(read(Format::Csv, csv), expected);
        assert!(expected.iter().all(|draft| draft.errors.is_empty()));
    }
}
