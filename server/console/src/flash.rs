//! Flash messages: a form redirects to a page, which reports once what the form did.
//!
//! The message travels in a cookie and not in the address, so that no link can claim that something
//! was done, and neither a reload nor a bookmark repeats the report. Only this server can write
//! one: the cookie contains the message, the page that it is for, and a MAC keyed with the
//! session's token. Any node can verify it, and it is invalid in another session.

use super::session_mac::session_mac;
use super::{cookies, see_other};
use app::request::Flash;
use axum::http::HeaderMap;
use axum::response::Response;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use web::AppState;

/// Redirects to the page at `path`, which may have a query. The page then shows the message,
/// provided that the session is still the same.
pub fn redirect(state: &AppState, session: Option<&str>, path: &str, flash: &Flash) -> Response {
    let page = path.split('?').next().unwrap_or_default();
    let mut response = see_other(path);
    add(&mut response, state, session, page, flash);
    response
}

/// Adds to a response the message that the page at the path `page` shows when it is opened next.
pub fn add(
    response: &mut Response,
    state: &AppState,
    session: Option<&str>,
    page: &str,
    Flash { word, detail }: &Flash,
) {
    // Only the detail may contain a colon.
    let message = format!("{word}:{detail}:{page}");
    let code = hex::encode(mac(session, &message).finalize().into_bytes());
    cookies::set_flash(response, &state.public_url, format!("{message}:{code}"));
}

/// Returns the page and its message, if the cookie was written by this server in this session.
pub fn read(
    state: &AppState,
    headers: &HeaderMap,
    session: Option<&str>,
) -> Option<(String, Flash)> {
    let cookie = cookies::flash(headers, &state.public_url)?;
    let (message, code) = cookie.rsplit_once(':')?;
    let code = hex::decode(code).ok()?;
    mac(session, message).verify_slice(&code).ok()?;
    let (flash, page) = message.rsplit_once(':')?;
    let (word, detail) = flash.split_once(':')?;
    Some((page.to_owned(), Flash::with_detail(word, detail)))
}

fn mac(session: Option<&str>, message: &str) -> Hmac<Sha256> {
    session_mac(session.unwrap_or_default(), "flash", message)
}
