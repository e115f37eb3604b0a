//! The server side of the console: sessions, pages, forms, and the server functions of the browser.
//!
//! Each feature has a folder: `show` handles the requests for its pages and loads their facts,
//! `page` makes the page model from these, `view` renders it, `form` handles its forms, and `words`
//! has its sentences. The view of a hydrated page is in `app`, which the browser shares.

mod account;
mod audit;
mod backend;
mod bulk;
mod call;
mod call_totals;
mod charts;
mod components;
mod compression;
mod cookies;
mod dashboard;
mod docs;
mod error_pages;
mod export;
mod fields;
mod flash;
mod form;
mod form_request;
mod import;
mod inventory;
mod kept_form;
mod keys;
mod leads;
mod list_address;
mod list_parameters;
mod refused;
pub mod render;
mod requests;
mod return_path;
mod rotation;
mod routes;
pub mod same_origin;
mod search;
mod session_mac;
mod settings;
mod setup;
mod sign_in;
mod status;
mod team;
mod theme;
mod typed_words;
mod visit;
mod visitor;

use form_request::{FormBody, FormRequest};
use list_address::ListAddress;
pub use routes::ROUTES;
use visit::Visit;
use visitor::BackgroundVisitor;
pub use visitor::Visitor;

use axum::http::header::{CONNECTION, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use web::http::headers::RETRY_SECONDS;

/// Returns a short text, for when no page can be rendered.
pub fn plain_text(status: StatusCode, text: &'static str) -> Response {
    (
        status,
        [(CONTENT_TYPE, "text/plain; charset=utf-8")],
        format!("{text}\n"),
    )
        .into_response()
}

/// Closes the connection after the response, since the rest of the request is not read.
fn with_connection_close(mut response: Response) -> Response {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(CONNECTION, close);
    response
}

/// Returns the response if the server could not determine whether there is a session. Redirecting
/// to the sign-in page could be wrong.
fn unavailable() -> Response {
    retry_later(
        "We can't reach the database right now. Nothing was changed. Try again in a moment.",
    )
}

/// Returns the response if a listing did not finish before its deadline.
fn past_deadline() -> Response {
    retry_later(
        "The database took longer than a second to respond, so the request was stopped. Try again in a moment, or narrow your search.",
    )
}

/// Returns a response with status 503 and the time after which to try again.
fn retry_later(text: &'static str) -> Response {
    let mut response = plain_text(StatusCode::SERVICE_UNAVAILABLE, text);
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
    response
}

/// Returns the response if the memory for large bodies is in use.
fn busy() -> Response {
    retry_later(
        "The server is reading too many large files right now. Nothing was changed. Try again in a moment.",
    )
}

/// Returns the response if the database did not confirm a change, and no page can show this.
fn outcome_unknown() -> Response {
    let text = "The database didn't confirm this change, so it may or may not have been made. Check before you repeat it.";
    plain_text(StatusCode::SERVICE_UNAVAILABLE, text)
}

/// Redirects to another page with `GET`.
fn see_other(path: &str) -> Response {
    // Paths of the console, and those that `next` accepts, are visible ASCII.
    let target = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, target)]).into_response()
}
