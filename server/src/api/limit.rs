//! What every answer to a key says of its limit: the fields of draft-ietf-httpapi-ratelimit-headers.

use axum::extract::Request;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use service::Allowance;
use std::sync::{Arc, OnceLock};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STATE: HeaderName = HeaderName::from_static("ratelimit");

/// Travels with the request to where its caller is known, and is read once the answer is there, whatever that is.
#[derive(Clone, Default)]
struct Noted(Arc<OnceLock<Allowance>>);

/// Remembers what the caller's bucket said, for the answer's header.
pub fn note(extensions: &Extensions, allowance: Allowance) {
    if let Some(Noted(noted)) = extensions.get() {
        // One request is one call.
        let _ = noted.set(allowance);
    }
}

/// Writes the fields where a key was let in.
pub async fn tell(mut request: Request, next: Next) -> Response {
    let noted = Noted::default();
    request.extensions_mut().insert(noted.clone());
    let mut response = next.run(request).await;
    if let Some(allowance) = noted.0.get() {
        write(response.headers_mut(), allowance);
    }
    response
}

fn write(headers: &mut HeaderMap, allowance: &Allowance) {
    let Allowance {
        limit,
        remaining,
        seconds,
        ..
    } = allowance;
    let (depth, window) = (limit.depth(), limit.window_seconds());
    for (name, text) in [
        (POLICY, format!("\"default\";q={depth};w={window}")),
        (STATE, format!("\"default\";r={remaining};t={seconds}")),
    ] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
}
