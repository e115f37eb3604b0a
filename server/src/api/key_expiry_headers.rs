//! Headers about the end of a key, in every response to a call with it.
//!
//! `Deprecation` (RFC 9745) reports that another key has replaced it, and `Sunset` (RFC 8594) that
//! it is about to expire.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use domain::Timestamp;
use service::ExpiryNotice;
use std::time::{Duration, UNIX_EPOCH};

const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// Writes the headers for a key that was accepted.
pub fn write(headers: &mut HeaderMap, notice: ExpiryNotice) {
    let ExpiryNotice { replaced, end } = notice;
    let deprecation = replaced.map(|at| format!("@{}", seconds(at)));
    let sunset = end.map(|at| httpdate::fmt_http_date(UNIX_EPOCH + since_epoch(at)));
    for (name, text) in [(DEPRECATION, deprecation), (SUNSET, sunset)] {
        if let Some(value) = text.and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(name, value);
        }
    }
}

fn seconds(at: Timestamp) -> i64 {
    at.millis().div_euclid(1000)
}

/// Returns whole seconds since the epoch, within the years that the format can represent.
fn since_epoch(at: Timestamp) -> Duration {
    const LAST: u64 = 253_402_300_799;
    Duration::from_secs(u64::try_from(seconds(at)).unwrap_or(0).min(LAST))
}
