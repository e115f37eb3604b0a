//! Id in the path of something that has to exist.

use super::parameters::descriptions::{ItemPath, LeadPath};
use super::possible_refusals::Refuses;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use service::refusal::Refusal;
use std::borrow::Cow;
use std::convert::Infallible;
use std::future::ready;
use std::marker::PhantomData;
use web::http::Segment;

/// Decoded id in the path of what `P` describes, or `None` if it is not UTF-8.
pub struct PathId<P> {
    pub id: Option<String>,
    described: PhantomData<P>,
}

impl<P: Send, S: Sync> FromRequestParts<S> for PathId<P> {
    type Rejection = Infallible;

    fn from_request_parts(
        parts: &mut Parts,
        _: &S,
    ) -> impl Future<Output = Result<Self, Infallible>> {
        let id = Segment::read(parts).map(Cow::into_owned);
        let described = PhantomData;
        ready(Ok(Self { id, described }))
    }
}

impl Refuses for PathId<ItemPath> {
    fn refusals(samples: &mut Vec<Refusal>) {
        samples.push(Refusal::NoSuchItem);
    }
}

impl Refuses for PathId<LeadPath> {
    fn refusals(samples: &mut Vec<Refusal>) {
        samples.push(Refusal::NoSuchLead);
    }
}
