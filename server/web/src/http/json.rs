//! JSON responses.

use super::headers::HEADER_CAPACITY;
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// Response with a value in JSON.
///
/// Its buffers have room for a small response of the API and for the headers that every response
/// gets, so that they need not grow.
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    /// # Panics
    /// Never: the server's own types have a JSON form.
    fn into_response(self) -> Response {
        let mut text = Vec::with_capacity(512);
        serde_json::to_writer(&mut text, &self.0).expect("the value has a JSON form");
        let mut headers = HeaderMap::with_capacity(HEADER_CAPACITY);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let mut response = Response::new(Body::from(text));
        *response.headers_mut() = headers;
        response
    }
}
