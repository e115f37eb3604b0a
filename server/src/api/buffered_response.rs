//! Responses that are complete before they are sent, so that a response can be committed with the
//! change that it reports.

use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::LeadId;
use serde::Serialize;
use service::store::StoredResponse;
use std::collections::BTreeMap;

const JSON: &str = "application/json";

/// Response extension: the idempotency key of the request is released and no response is stored.
#[derive(Clone)]
pub struct DoNotStore;

/// Response extension: the lead whose data is in the body.
#[derive(Clone)]
pub struct AboutLead(pub LeadId);

/// A complete JSON response.
pub struct BufferedResponse {
    status: StatusCode,
    location: Option<String>,
    tag: Option<HeaderValue>,
    body: Vec<u8>,
    lead: Option<LeadId>,
    do_not_store: bool,
}

impl BufferedResponse {
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
            do_not_store: false,
        }
    }

    /// Adds the path of the created resource.
    #[must_use]
    pub fn with_location(mut self, location: String) -> Self {
        self.location = Some(location);
        self
    }

    /// Adds the entity tag of the resource in the body.
    #[must_use]
    pub fn with_tag(mut self, tag: HeaderValue) -> Self {
        self.tag = Some(tag);
        self
    }

    /// Adds the lead whose data is in the body.
    #[must_use]
    pub fn with_lead(mut self, lead: LeadId) -> Self {
        self.lead = Some(lead);
        self
    }

    /// Marks the response to a request that changes nothing, so that its idempotency key stays
    /// free.
    #[must_use]
    pub const fn do_not_store(mut self) -> Self {
        self.do_not_store = true;
        self
    }
}

impl From<BufferedResponse> for StoredResponse {
    fn from(response: BufferedResponse) -> Self {
        let mut headers = BTreeMap::from([(CONTENT_TYPE.to_string(), JSON.to_owned())]);
        headers.extend(response.location.map(|path| (LOCATION.to_string(), path)));
        let tag = response.tag.as_ref().and_then(|tag| tag.to_str().ok());
        headers.extend(tag.map(|tag| (ETAG.to_string(), tag.to_owned())));
        Self {
            status: response.status.as_u16(),
            headers,
            body: Some(response.body),
            lead: response.lead,
        }
    }
}

impl IntoResponse for BufferedResponse {
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
            response.extensions_mut().insert(AboutLead(lead));
        }
        if self.do_not_store {
            response.extensions_mut().insert(DoNotStore);
        }
        response
    }
}
