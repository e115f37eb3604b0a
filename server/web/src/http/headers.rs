//! Headers of every response, for caches and for the security of browsers.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
pub const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Time after which to retry if the database does not answer.
pub const RETRY_SECONDS: u32 = 2;

/// Room for the headers of a response of the API, so that their map does not grow.
pub const HEADER_CAPACITY: usize = 12;

/// Headers of every response of the API, which browsers do not run as a page.
static API_DEFAULTS: [(HeaderName, HeaderValue); 3] = [
    (
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Headers of every other response.
static CONSOLE_DEFAULTS: [(HeaderName, HeaderValue); 7] = [
    // For all responses other than pages, which set their own with `page_policy`.
    (
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        ),
    ),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    // `no-referrer` would make browsers send `Origin: null` with the console's own forms.
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "camera=(), geolocation=(), microphone=(), payment=(), usb=(), clipboard-write=(self)",
        ),
    ),
    // The site's files, whose names depend on their content, override this.
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Returns the items of a header that lists them, from all of its lines.
pub fn list_items<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
}

/// One year. Subdomains are not included, since they are outside this server's responsibility.
static HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Returns the policy of a page: it may load the site's own files, and run the one inline script
/// with the nonce.
pub fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
         object-src 'none'"
    )
}

/// Adds the headers that apply unless a handler has set them.
pub fn add_defaults(headers: &mut HeaderMap, api: bool, https: bool) {
    let defaults = if api {
        &API_DEFAULTS[..]
    } else {
        &CONSOLE_DEFAULTS
    };
    for (name, value) in defaults {
        headers.entry(name).or_insert_with(|| value.clone());
    }
    if https {
        headers
            .entry(STRICT_TRANSPORT_SECURITY)
            .or_insert_with(|| HSTS.clone());
    }
}
