//! Refusal of conditional changes where conditions are not supported.

use super::possible_refusals::Refuses;
use axum::extract::FromRequestParts;
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use service::refusal::Refusal;
use std::convert::Infallible;
use std::future::ready;

/// The refusal of a request with `If-Match` or `If-None-Match`.
///
/// A change that was requested under a condition must not be made without it, and leads have no
/// entity tags that could fulfil one.
pub struct NoCondition(pub Result<(), Refusal>);

impl<S: Sync> FromRequestParts<S> for NoCondition {
    type Rejection = Infallible;

    fn from_request_parts(
        parts: &mut Parts,
        _: &S,
    ) -> impl Future<Output = Result<Self, Infallible>> {
        let named = |name| parts.headers.contains_key(name);
        let conditional = named(IF_MATCH) || named(IF_NONE_MATCH);
        let refusal = conditional.then_some(Refusal::NoConditions);
        ready(Ok(Self(refusal.map_or(Ok(()), Err))))
    }
}

impl Refuses for NoCondition {
    fn refusals(samples: &mut Vec<Refusal>) {
        samples.push(Refusal::NoConditions);
    }
}
