//! Responses that are complete before they are sent, so that a response can be committed with the
//! change that it reports.

use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::LeadId;
use serde::Serialize;
use service::store::StoredAnswer;
use std::collections::BTreeMap;

const JSON: &str = "application/json";

/// Response extension: the idempotency key of the request is released and no response is stored.
#[derive(Clone)]
pub struct NotKept;

/// Response extension: the lead whose data is in the body.
#[derive(Clone)]
pub struct About(pub LeadId);

/// A complete JSON response.
pub struct Whole {
    status: StatusCode,
    location: Option<String>,
    tag: Option<HeaderValue>,
    body: Vec<u8>,
    lead: Option<LeadId>,
    not_kept: bool,
}

impl Whole {
    /// Creates a response with this body.
    ///
    /// # Panics
    /// Never: the API's own responses can be serialized to JSON.
    pub fn json(status: StatusCode, body: &impl Serialize) -> Self {
        Self {
            status,
            location: None,
            tag: None,
            body: serde_json::to_vec(body).expect("the API's answers have a JSON form"),
            lead: None,
            not_kept: false,
        }
    }

    /// Adds the path of the created resource.
    #[must_use]
    pub fn at(mut self, location: String) -> Self {
        self.location = Some(location);
        self
    }

    /// Adds the entity tag of the resource in the body.
    #[must_use]
    pub fn tagged(mut self, tag: HeaderValue) -> Self {
        self.tag = Some(tag);
        self
    }

    /// Adds the lead whose data is in the body.
    #[must_use]
    pub fn about(mut self, lead: LeadId) -> Self {
        self.lead = Some(lead);
        self
    }

    /// Marks the response to a request that changes nothing, so that its idempotency key stays
    /// free.
    #[must_use]
    pub const fn not_kept(mut self) -> Self {
        self.not_kept = true;
        self
    }
}

impl From<Whole> for StoredAnswer {
    fn from(whole: Whole) -> Self {
        let mut headers = BTreeMap::from([(CONTENT_TYPE.to_string(), JSON.to_owned())]);
        headers.extend(whole.location.map(|path| (LOCATION.to_string(), path)));
        let tag = whole.tag.as_ref().and_then(|tag| tag.to_str().ok());
        headers.extend(tag.map(|tag| (ETAG.to_string(), tag.to_owned())));
        Self {
            status: whole.status.as_u16(),
            headers,
            body: Some(whole.body),
            lead: whole.lead,
        }
    }
}

impl IntoResponse for Whole {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
        // Paths of the API are visible ASCII.
        if let Some(Ok(path)) = self.location.map(HeaderValue::try_from) {
            headers.insert(LOCATION, path);
        }
        if let Some(tag) = self.tag {
            headers.insert(ETAG, tag);
        }
        if let Some(lead) = self.lead {
            response.extensions_mut().insert(About(lead));
        }
        if self.not_kept {
            response.extensions_mut().insert(NotKept);
        }
        response
    }
}
