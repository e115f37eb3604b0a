//! Protection against cross-site request forgery.
//!
//! The framework checks none of this, and forms of other sites can reach its server functions,
//! whatever content type they declare. Every request that could change something is therefore
//! checked before anything else, with or without a cookie: signing a person in without their
//! consent is an attack, too. `/api` is exempt: it uses no cookies, and a browser attaches no key
//! by itself.

use super::plain_text;
use axum::extract::Request;
use axum::http::header::{COOKIE, ORIGIN};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::response::Response;
use web::AppState;
use web::http::address::is_api;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Returns the refusal of a request that another site may have caused.
pub fn refusal(state: &AppState, request: &Request) -> Option<Response> {
    let is_safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    let path = request.uri().path();
    if is_safe || is_api(path) || is_same_origin(request.headers(), path, state) {
        return None;
    }
    tracing::warn!("a cross-site request was refused");
    Some(plain_text(
        StatusCode::FORBIDDEN,
        "Request blocked: it came from a different origin. Reload the console and try again. If the problem persists, \
             check that VOXUM_PUBLIC_URL matches the address of the console.",
    ))
}

fn is_same_origin(headers: &HeaderMap, path: &str, state: &AppState) -> bool {
    if let Some(is_own) = is_declared_own(headers) {
        return is_own;
    }
    let mut origins = headers.get_all(ORIGIN).iter();
    match (origins.next(), origins.next()) {
        // A program that is not a browser sends no cookie unintentionally.
        (None, _) => !headers.contains_key(COOKIE),
        (Some(origin), None) if origin.as_bytes() == state.public_url.origin().as_bytes() => true,
        // The pages of one-time links send `Referrer-Policy: no-referrer`, and browsers then send
        // `Origin: null` with the page's own form. On plain HTTP there is no better evidence. It is
        // accepted for these forms only: the address contains the link's 256 bits, which work once,
        // and a site that has them does not need a person's browser.
        (Some(origin), None) => {
            origin.as_bytes() == b"null"
                && path.starts_with("/setup/")
                && !state.public_url.is_trustworthy()
        }
        (Some(_), Some(_)) => false,
    }
}

/// Returns whether the browser declares that this console or the person caused the request.
///
/// Browsers send the header to every trustworthy origin. If there is none (`None`), this is an old
/// browser, a browser on plain HTTP, or another program.
pub fn is_declared_own(headers: &HeaderMap) -> Option<bool> {
    let mut sites = headers.get_all(SEC_FETCH_SITE).iter();
    let site = sites.next()?;
    Some(sites.next().is_none() && matches!(site.as_bytes(), b"same-origin" | b"none"))
}
