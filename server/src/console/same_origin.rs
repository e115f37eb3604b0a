//! No other site makes a browser change anything here (cross-site request forgery).
//!
//! The framework checks none of this, and its calls can be reached by forms of other sites, whatever they say of
//! their content type. So every request that could change something is judged before anything else looks at it, with
//! or without a cookie: signing somebody in unasked is an attack, too. `/api` is left out: it knows no cookies, and a
//! browser attaches no key by itself.

use super::plain;
use crate::AppState;
use crate::request::is_api;
use axum::extract::Request;
use axum::http::header::{COOKIE, ORIGIN};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::response::Response;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The answer to a request that another site may have caused.
pub fn refusal(state: &AppState, request: &Request) -> Option<Response> {
    let safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    let path = request.uri().path();
    if safe || is_api(path) || is_ours(request.headers(), path, state) {
        return None;
    }
    tracing::warn!("refused a request that another site caused");
    Some(plain(
        StatusCode::FORBIDDEN,
        "This request did not come from this console, so nothing was done. Open the console and try again there. \
         If you came from there, its address and VOXUM_PUBLIC_URL differ.",
    ))
}

fn is_ours(headers: &HeaderMap, path: &str, state: &AppState) -> bool {
    let mut sites = headers.get_all(SEC_FETCH_SITE).iter();
    if let Some(site) = sites.next() {
        return sites.next().is_none() && matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    // No browser leaves the header out on an origin that it trusts, so from here on it is one that is old, one on
    // plain http, or no browser at all.
    let mut origins = headers.get_all(ORIGIN).iter();
    match (origins.next(), origins.next()) {
        // Something that is no browser carries nobody's cookie by accident.
        (None, _) => !headers.contains_key(COOKIE),
        (Some(origin), None) if origin.as_bytes() == state.public_url.origin().as_bytes() => true,
        // The pages of one-time links send `Referrer-Policy: no-referrer`, and browsers then say `Origin: null` with
        // the page's own form. On plain http nothing better is there to judge by. It is let through for these forms
        // alone: the link's 256 bits, which work once, stand in the address, and a site that knows them has no need of
        // anybody's browser.
        (Some(origin), None) => {
            origin.as_bytes() == b"null"
                && path.starts_with("/setup/")
                && !state.public_url.is_trustworthy()
        }
        (Some(_), Some(_)) => false,
    }
}
