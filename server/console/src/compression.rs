//! Compression of pages (decision 40).
//!
//! A page is compressed only if all of this holds:
//! - it is the response to `GET` or `HEAD`, and so not the direct response to a form;
//! - it is not the page of a one-time link, and its content was not made by a handler that shows
//!   something once (`show` in `render.rs`);
//! - it shows no secret: the text of a [`domain::ShownSecret`] can be read only by reporting it to
//!   the [`PageSecrets`] of the page;
//! - its address contains no key: a member may paste one into a search, and the page would repeat
//!   it;
//! - no other site caused the request, so that no other site can choose what is compressed together
//!   with the content of the page. If the console's address is one to which browsers declare this
//!   (`Sec-Fetch-Site`), a request without the declaration gets an uncompressed page: it may come
//!   from an old browser, or through a proxy that removes the header.

use super::same_origin::is_declared_own;
use axum::http::header::VARY;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method};
use axum::response::Response;
use domain::PageSecrets;
use service::key::PlainKey;
use web::PublicUrl;
use web::http::accept_encoding::{Coding, preferred};
use web::http::compression;

/// Returns the coding in which a page may be sent for this request.
pub fn coding(
    Parts {
        method,
        uri,
        headers,
        ..
    }: &Parts,
    public_url: &PublicUrl,
) -> Coding {
    let is_read = matches!(*method, Method::GET | Method::HEAD);
    let may_contain_key = uri.query().is_some_and(PlainKey::may_be_in);
    let is_own = is_declared_own(headers).unwrap_or(!public_url.is_trustworthy());
    if !is_read || may_contain_key || !is_own {
        return Coding::Identity;
    }
    preferred(headers)
}

/// Compresses a page, unless it shows a secret.
pub async fn compress(mut page: Response, coding: Coding, secrets: &PageSecrets) -> Response {
    let vary = HeaderValue::from_static("Sec-Fetch-Site");
    page.headers_mut().append(VARY, vary);
    compression::compress(page, coding, || !secrets.any_shown()).await
}
