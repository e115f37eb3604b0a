//! What is done for every request, whatever it asks for: an id, a span in the log, and the last touch to a refusal.

use crate::Problem;
use crate::headers::REQUEST_ID;
use axum::extract::{FromRequestParts, MatchedPath, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use service::{OsRandom, Random as _};
use std::any::Any;
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use tracing::Instrument as _;

/// Our name for one request: 32 hexadecimal digits. What a client sends under this name is not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    fn fresh() -> Self {
        let mut bytes = [0; 16];
        OsRandom.fill(&mut bytes);
        Self(hex::encode(bytes).into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The one part of the path that a route leaves open, decoded; `None` where that is no text.
pub struct Segment(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(path.ok().map(|Path(text)| text)))
    }
}

/// Whether a path belongs to the HTTP API, whose every answer is JSON.
pub fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/") || path == "/healthz" || path == "/readyz"
}

/// Names the request, and writes its refusal, if it came to one, with that name in it.
pub async fn identify(mut request: Request, next: Next) -> Response {
    let id = RequestId::fresh();
    let api = is_api(request.uri().path());
    // At the level of errors, so that no filter takes the id away from an error's line.
    let route = route(&request);
    let method = known(request.method());
    let span = tracing::error_span!("request", %id, method, route);
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).instrument(span.clone()).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = problem.write(&id, response.headers());
    }
    if api && let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    tracing::debug!(parent: &span, status = response.status().as_u16(), "answered");
    response
}

/// The route's pattern and never the address itself, which may hold a one-time link; empty where there is none.
pub fn route(request: &Request) -> String {
    let route = request.extensions().get::<MatchedPath>();
    route.map_or("", MatchedPath::as_str).to_owned()
}

/// A method's name for the log. Any word can be sent as one, and somebody may send a secret.
pub fn known(method: &Method) -> &'static str {
    const NAMES: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    NAMES
        .into_iter()
        .find(|name| method.as_str() == *name)
        .unwrap_or("other")
}

/// The answer where a handler panicked; the panic itself was printed where it happened.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    Problem::Internal.into_response()
}
