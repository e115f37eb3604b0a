//! Changes that are asked for under a condition.

use super::problem::Problem;
use axum::http::HeaderMap;
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};

/// A change that was asked for under a condition must not happen without it. Leads carry no entity tags that could
/// fulfil one.
pub fn no_condition(headers: &HeaderMap) -> Result<(), Problem> {
    let conditional = headers.contains_key(IF_MATCH) || headers.contains_key(IF_NONE_MATCH);
    if conditional {
        Err(Problem::NoConditions)
    } else {
        Ok(())
    }
}
