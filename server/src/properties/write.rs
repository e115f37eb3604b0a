//! Writers of items in each format, for tests of the parsers.

use files::formula::neutralise;
use serde_json::{Map, Value};
use service::inventory::ItemDraft;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Returns the fields that are texts in every format, in the order of the columns.
fn fields(draft: &ItemDraft) -> [(&'static str, Option<&str>); 9] {
    let truth = draft
        .available
        .map(|yes| if yes { "true" } else { "false" });
    [
        ("id", draft.id.as_deref()),
        ("name", draft.name.as_deref()),
        ("category", draft.category.as_deref()),
        ("price", draft.price.as_deref()),
        ("currency", draft.currency.as_deref()),
        ("description", draft.description.as_deref()),
        ("url", draft.url.as_deref()),
        ("image_url", draft.image_url.as_deref()),
        ("available", truth),
    ]
}

/// Writes the items in JSON, which can represent all of them.
pub fn json(drafts: &[ItemDraft]) -> String {
    let item = |draft: &ItemDraft| {
        let mut item = Map::new();
        for (name, value) in fields(draft) {
            let value = match draft.available.filter(|_| name == "available") {
                Some(truth) => Value::from(truth),
                None => Value::from(value),
            };
            item.insert(name.to_owned(), value);
        }
        let attributes = draft.attributes.iter();
        let attributes = attributes.map(|(name, value)| (name.clone(), Value::from(&**value)));
        item.insert("attributes".to_owned(), Value::Object(attributes.collect()));
        Value::Object(item)
    };
    let items: Vec<Value> = drafts.iter().map(item).collect();
    serde_json::json!({ "items": items }).to_string()
}

/// Writes the items in XML.
///
/// Returns `None` if a text is empty or has spaces around it, which parsers of XML ignore.
pub fn xml(drafts: &[ItemDraft]) -> Option<String> {
    let mut text = String::from("<inventory>");
    for draft in drafts {
        text.push_str("<item>");
        for (name, value) in fields(draft) {
            let Some(value) = value else { continue };
            if value.is_empty() || value.trim() != value {
                return None;
            }
            let _ = write!(text, "<{name}>{}</{name}>", escaped(value));
        }
        text.push_str("<attributes>");
        for (name, value) in &draft.attributes {
            if value.trim() != value {
                return None;
            }
            let (name, value) = (escaped(name), escaped(value));
            let _ = write!(text, "<attribute name=\"{name}\">{value}</attribute>");
        }
        text.push_str("</attributes></item>");
    }
    Some(text + "</inventory>")
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // These are markup, or white space that parsers would normalize unless it is escaped.
            '&' | '<' | '>' | '"' | '\'' | '\r' | '\n' | '\t' | '\u{85}' | '\u{2028}' => {
                let _ = write!(escaped, "&#{};", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// Writes the items in CSV.
///
/// Returns `None` if a text is blank, which is an empty cell, or contains a line break as
/// spreadsheets write it; if a row has no cells; or if there are more columns than a feed may have.
pub fn csv(drafts: &[ItemDraft]) -> Option<String> {
    let names: BTreeSet<&str> = drafts
        .iter()
        .flat_map(|draft| draft.attributes.keys().map(String::as_str))
        .collect();
    let is_writable = |text: &str| !text.trim().is_empty() && !text.contains("\r\n");
    let plain =
        |name: &&str| is_writable(name) && name.trim() == *name && name.chars().count() <= 128;
    if names.len() > 50 || !names.iter().all(plain) {
        return None;
    }
    let mut columns: Vec<String> = fields(drafts.first()?)
        .map(|(name, _)| name.to_owned())
        .to_vec();
    columns.extend(names.iter().map(|name| format!("attributes.{name}")));
    let mut text = row(columns.iter());
    for draft in drafts {
        let attributes = names.iter().map(|name| draft.attributes.get(*name));
        let attributes = attributes.map(|value| value.map(String::as_str));
        let fields = fields(draft).map(|(_, value)| value);
        let cells: Vec<_> = fields.into_iter().chain(attributes).collect();
        let mut values = cells.iter().flatten().peekable();
        values.peek()?;
        if !values.all(|value| is_writable(value)) {
            return None;
        }
        let cells = cells.into_iter().map(Option::unwrap_or_default);
        text += &row(cells.map(neutralise));
    }
    Some(text)
}

fn row(cells: impl Iterator<Item = impl AsRef<str>>) -> String {
    let cells = cells.map(|cell| format!("\"{}\"", cell.as_ref().replace('"', "\"\"")));
    let mut row = cells.collect::<Vec<_>>().join(",");
    row.push('\n');
    row
}
