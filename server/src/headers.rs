//! The headers that tell a browser what it must not do with our answers.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use std::sync::LazyLock;

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
pub const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// How long to wait before asking a database again that did not answer.
pub const RETRY_SECONDS: u32 = 2;

/// Every answer carries these, unless its handler has set its own.
const DEFAULTS: [(HeaderName, &str); 7] = [
    // For whatever is no page of ours; pages set their own with `page_policy`.
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // `no-referrer` would make browsers send `Origin: null` with our own forms.
    (REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), clipboard-write=(self)",
    ),
    // The site's files, named by their content, say otherwise themselves.
    (CACHE_CONTROL, "no-store"),
];

/// What a page of the console may load and run: our own files, and the one inline script that carries the nonce.
pub fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
         object-src 'none'"
    )
}

/// What an answer says where its handler has not said otherwise.
pub fn defaults(https: bool) -> HeaderMap {
    static DEFAULTS_OF: LazyLock<[HeaderMap; 2]> = LazyLock::new(|| [false, true].map(prepared));
    DEFAULTS_OF[usize::from(https)].clone()
}

/// With room for what an answer says itself: a copy has it, too, and costs a fraction of what it costs to make one.
fn prepared(https: bool) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(24);
    for (name, value) in DEFAULTS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if https {
        // A year. Without subdomains: they are not ours to speak for.
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    headers
}
