//! Addresses on the API Keys page.

use domain::{Failure, KeyOrder, KeyQuery};
use service::store::KeyCursor;
use url::form_urlencoded::{self, Serializer};
use web::cursor;
use web::parameter_limits::{TooLong, repeated};

/// For each column, its first order and the opposite one.
const COLUMNS: [(&str, &str); 5] = [
    ("name", "-name"),
    ("preview", "-preview"),
    ("created", "-created"),
    ("used", "-used"),
    ("status", "-status"),
];
/// Columns whose first order is descending: times.
const DESCENDING_FIRST: [&str; 2] = ["created", "used"];

/// Parses the query of the page's address, with or without its question mark, and the position at
/// which the page begins.
///
/// # Errors
/// [`Failure::NotFound`], also for an address that is too long: a server function gets the text as
/// an argument, so the limit of addresses does not apply to it.
pub fn parse(search: &str) -> Result<(KeyQuery, Option<KeyCursor>), Failure> {
    TooLong::check_query(search).map_err(|_| Failure::NotFound)?;
    if repeated(search.trim_start_matches('?')).is_some() {
        return Err(Failure::NotFound);
    }
    let query = read(search);
    let after = match &*query.cursor {
        "" => None,
        cursor => Some(cursor::read_key(order(&query), cursor).ok_or(Failure::NotFound)?),
    };
    Ok((query, after))
}

fn order(query: &KeyQuery) -> KeyOrder {
    KeyOrder::parse(&query.sort).unwrap_or_default()
}

fn read(search: &str) -> KeyQuery {
    let mut query = KeyQuery::default();
    for (name, value) in form_urlencoded::parse(search.trim_start_matches('?').as_bytes()) {
        query.set(&name, value.into_owned());
    }
    query
}

/// Returns the page's address without parameters that do not affect its list.
pub fn canonical_address(search: &str) -> String {
    let query = read(search);
    address(&query, &query.sort, &query.cursor)
}

/// Returns the address of the first page; `None` on the first page itself.
pub fn first(query: &KeyQuery) -> Option<String> {
    (!query.cursor.is_empty()).then(|| address(query, &query.sort, ""))
}

/// Returns the address of the page that begins at `place`.
pub fn next(query: &KeyQuery, place: &KeyCursor) -> String {
    let cursor = cursor::write_key(order(query), place);
    address(query, &query.sort, &cursor)
}

/// Returns the sort links of the columns, as in [`KeysPage::sorts`](domain::KeysPage::sorts).
pub fn sorts(query: &KeyQuery) -> Vec<(String, String)> {
    COLUMNS.map(|column| sort(query, column)).to_vec()
}

fn sort(query: &KeyQuery, (first, reversed): (&str, &str)) -> (String, String) {
    let is_descending_first = DESCENDING_FIRST.contains(&first);
    let next = if query.sort == first { reversed } else { first };
    let direction = match &*query.sort {
        text if text == first && is_descending_first
            || text == reversed && !is_descending_first =>
        {
            "descending"
        }
        text if text == first || text == reversed => "ascending",
        _ => "",
    };
    (address(query, next, ""), direction.to_owned())
}

/// Returns the address of the page with the same filter in this order, from `cursor` on.
pub fn address(query: &KeyQuery, sort: &str, cursor: &str) -> String {
    let mut text = Serializer::new(String::new());
    for (name, value) in query.fields() {
        let value = match name {
            "sort" => sort,
            "cursor" => cursor,
            _ => value,
        };
        if !value.is_empty() {
            text.append_pair(name, value);
        }
    }
    match text.finish() {
        text if text.is_empty() => "/keys".to_owned(),
        text => format!("/keys?{text}"),
    }
}
