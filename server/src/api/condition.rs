//! Refusal of conditional changes where conditions are not supported.

use axum::http::HeaderMap;
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use service::refusal::Refusal;

/// Refuses a request with `If-Match` or `If-None-Match`.
///
/// A change that was requested under a condition must not be made without it, and leads have no
/// entity tags that could fulfil one.
pub fn no_condition(headers: &HeaderMap) -> Result<(), Refusal> {
    let conditional = headers.contains_key(IF_MATCH) || headers.contains_key(IF_NONE_MATCH);
    if conditional {
        Err(Refusal::NoConditions)
    } else {
        Ok(())
    }
}
