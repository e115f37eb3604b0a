//! The console: sessions, pages, the forms that browsers submit without script, and the server
//! functions.

mod account;
mod audit;
mod backend;
mod bulk;
pub mod call;
mod call_totals;
mod compression;
mod content;
mod cookies;
mod dashboard;
pub mod events;
pub mod export;
mod fields;
mod first_call;
mod flash;
pub mod form;
mod form_request;
pub mod import;
mod inventory;
mod keys;
mod leads;
pub mod page;
mod refusals;
pub mod render;
mod return_path;
mod rotation;
pub mod same_origin;
mod settings;
mod status;
mod team;
mod visitor;

pub use first_call::first_call;
pub use form_request::{FormBody, FormRequest};
pub use visitor::{BackgroundVisitor, Visitor};

use crate::http::headers::RETRY_SECONDS;
use axum::http::header::{CONNECTION, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

/// Returns a short text, if no page can be drawn.
pub fn plain_text(status: StatusCode, text: &'static str) -> Response {
    (
        status,
        [(CONTENT_TYPE, "text/plain; charset=utf-8")],
        format!("{text}\n"),
    )
        .into_response()
}

/// Closes the connection after the response, since the rest of the request is not awaited.
fn with_connection_close(mut response: Response) -> Response {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(CONNECTION, close);
    response
}

/// Returns the response if it is unknown whether there is a session, since "signed out" might be
/// wrong.
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
    let text = "The server is reading too many large files right now. Nothing was changed. Try again in a moment.";
    let mut response = plain_text(StatusCode::SERVICE_UNAVAILABLE, text);
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
    response
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
