//! Addresses on the API Keys page.

use crate::ListAddress;
use domain::{Failure, KeyOrder, KeyQuery};
use service::store::KeyCursor;
use url::form_urlencoded;
use web::cursor;
use web::parameter_limits::{TooLong, repeated};

/// For each column, its first order and the opposite one.
const COLUMNS: [(&str, &str); 6] = [
    ("name", "-name"),
    ("preview", "-preview"),
    ("created", "-created"),
    ("used", "-used"),
    ("expires", "-expires"),
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
    list(&read(search)).to_string()
}

/// Returns the address of the first page; `None` on the first page itself.
pub fn first(query: &KeyQuery) -> Option<String> {
    (!query.cursor.is_empty()).then(|| first_page(query).to_string())
}

/// Returns the address of the page that begins at `place`.
pub fn next(query: &KeyQuery, place: &KeyCursor) -> String {
    let cursor = cursor::write_key(order(query), place);
    list(query).with("cursor", cursor).to_string()
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
    let address = first_page(query).with("sort", next);
    (address.to_string(), direction.to_owned())
}

/// Returns the address of the first page with the same filters and order.
pub fn first_page(query: &KeyQuery) -> ListAddress<'_> {
    list(query).without("cursor")
}

/// Returns the address of this page of the list.
pub fn list(query: &KeyQuery) -> ListAddress<'_> {
    ListAddress::new("/keys", query.fields())
}
