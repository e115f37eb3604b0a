//! Response headers that restrict what a browser may do with a response.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use std::sync::LazyLock;

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
pub const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Time after which to retry if the database does not answer.
pub const RETRY_SECONDS: u32 = 2;

/// Headers of every response, unless its handler has set its own.
const DEFAULTS: [(HeaderName, &str); 7] = [
    // For all responses other than pages, which set their own with `page_policy`.
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // `no-referrer` would make browsers send `Origin: null` with the console's own forms.
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
    // The site's files, whose names depend on their content, override this.
    (CACHE_CONTROL, "no-store"),
];

/// Returns the policy of a page: it may load the site's own files, and run the one inline script
/// with the nonce.
pub fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
         object-src 'none'"
    )
}

/// Returns the headers that apply unless a handler has set them.
pub fn defaults(https: bool) -> HeaderMap {
    static DEFAULTS_OF: LazyLock<[HeaderMap; 2]> = LazyLock::new(|| [false, true].map(prepared));
    DEFAULTS_OF[usize::from(https)].clone()
}

/// Builds the default headers with spare capacity, which their copies inherit: copying is much
/// cheaper than building.
fn prepared(https: bool) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(24);
    for (name, value) in DEFAULTS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if https {
        // One year. Subdomains are not included, since they are outside this server's
        // responsibility.
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    headers
}
