//! What every answer to a key says of the key's end: `Deprecation` (RFC 9745) where another one has taken its place, and
//! `Sunset` (RFC 8594) where it is about to end.

use axum::extract::Request;
use axum::http::{Extensions, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use domain::Timestamp;
use service::key::Ending;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, UNIX_EPOCH};

const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// Travels with the request to where its caller is known, and is read once the answer is there, whatever that is.
#[derive(Clone, Default)]
struct Noted(Arc<OnceLock<Ending>>);

/// Remembers what is known of the caller's end, for the answer's header.
pub fn note(extensions: &Extensions, ending: Ending) {
    if let Some(Noted(noted)) = extensions.get() {
        // One request is one call.
        let _ = noted.set(ending);
    }
}

/// Writes the fields where a key was let in.
pub async fn tell(mut request: Request, next: Next) -> Response {
    let noted = Noted::default();
    request.extensions_mut().insert(noted.clone());
    let mut response = next.run(request).await;
    if let Some(Ending { replaced, end }) = noted.0.get() {
        let deprecation = replaced.map(|at| format!("@{}", seconds(at)));
        let sunset = end.map(|at| httpdate::fmt_http_date(UNIX_EPOCH + since_epoch(at)));
        for (name, text) in [(DEPRECATION, deprecation), (SUNSET, sunset)] {
            if let Some(value) = text.and_then(|text| HeaderValue::from_str(&text).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
    }
    response
}

fn seconds(at: Timestamp) -> i64 {
    at.millis().div_euclid(1000)
}

/// Whole seconds, within the years that the format can write.
fn since_epoch(at: Timestamp) -> Duration {
    const LAST: u64 = 253_402_300_799;
    Duration::from_secs(u64::try_from(seconds(at)).unwrap_or(0).min(LAST))
}
