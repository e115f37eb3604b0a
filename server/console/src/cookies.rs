//! Cookies of the console: the session, flash messages, and a person's choices for all pages.

use app::request::Theme;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use cookie::time::Duration;
use cookie::{Cookie, SameSite};
use web::PublicUrl;
use web::kept_forms::KEPT_SECONDS;
use zeroize::Zeroizing;

/// Returns the name of a cookie at this address.
///
/// Browsers send the cookies of a host to all of its ports, so the name contains the port: two
/// installations on one host would sign each other out otherwise. With the prefix `__Host-`,
/// browsers accept the cookie only from this very host, and only over HTTPS. On plain HTTP, Safari
/// refuses `Secure` cookies even from the local machine, so the cookie then has neither the prefix
/// nor that attribute.
fn cookie_name(base_name: &str, public_url: &PublicUrl) -> String {
    let host = if public_url.is_https() { "__Host-" } else { "" };
    match public_url.port() {
        Some(port) => format!("{host}voxum_{base_name}_{port}"),
        None => format!("{host}voxum_{base_name}"),
    }
}

const SESSION: &str = "session";
const FLASH: &str = "flash";
const KEPT_FORM: &str = "form";

/// Names that earlier versions gave the session's cookie, so that sessions survive an upgrade.
const EARLIER_NAMES: [&str; 2] = ["__Host-voxum_session", "voxum_session"];

/// Returns the session's token, if it has the right form: 64 hexadecimal digits.
pub fn session_token(headers: &HeaderMap, public_url: &PublicUrl) -> Option<Zeroizing<String>> {
    let name = cookie_name(SESSION, public_url);
    let names = std::iter::once(&*name).chain(EARLIER_NAMES);
    let token = names.into_iter().find_map(|name| find(headers, name))?;
    let is_valid = token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit());
    is_valid.then(|| Zeroizing::new(token))
}

pub fn theme(headers: &HeaderMap) -> Theme {
    find(headers, Theme::COOKIE)
        .map(|value| Theme::parse(&value))
        .unwrap_or_default()
}

/// Returns whether a person chose exact times for all pages. A script stores this choice, which is
/// a single word.
pub fn exact_times(headers: &HeaderMap) -> bool {
    find(headers, "voxum_times").is_some_and(|value| value == "exact")
}

/// Returns whether a person chose comfortable rows for all pages. A script stores this choice.
pub fn comfortable_rows(headers: &HeaderMap) -> bool {
    find(headers, "voxum_rows").is_some_and(|value| value == "comfortable")
}

/// Stores a session in the browser. The server may end it earlier than the cookie expires.
pub fn set_session(response: &mut Response, public_url: &PublicUrl, token: &str) {
    set(response, &session(public_url, token.to_owned()));
}

/// Deletes the session's cookie in the browser.
pub fn forget_session(response: &mut Response, public_url: &PublicUrl) {
    let mut cookie = session(public_url, String::new());
    cookie.set_max_age(Duration::ZERO);
    set(response, &cookie);
}

/// Returns the flash message in the cookie of a request, which `super::flash` verifies.
pub fn flash(headers: &HeaderMap, public_url: &PublicUrl) -> Option<String> {
    find(headers, &cookie_name(FLASH, public_url))
}

/// Stores a flash message in the browser for a minute.
pub fn set_flash(response: &mut Response, public_url: &PublicUrl, value: String) {
    let mut cookie = server_cookie(FLASH, public_url, value);
    cookie.set_max_age(Duration::MINUTE);
    set(response, &cookie);
}

/// Deletes the cookie of a flash message that has been shown.
pub fn forget_flash(response: &mut Response, public_url: &PublicUrl) {
    let mut cookie = server_cookie(FLASH, public_url, String::new());
    cookie.set_max_age(Duration::ZERO);
    set(response, &cookie);
}

/// Returns the id of the form that this server keeps for the browser (`super::kept_form`).
pub fn kept_form(headers: &HeaderMap, public_url: &PublicUrl) -> Option<String> {
    find(headers, &cookie_name(KEPT_FORM, public_url))
}

/// Has the browser send the id of a kept form with its next requests, as long as it is kept.
pub fn set_kept_form(response: &mut Response, public_url: &PublicUrl, id: String) {
    let mut cookie = server_cookie(KEPT_FORM, public_url, id);
    cookie.set_max_age(Duration::seconds(KEPT_SECONDS));
    set(response, &cookie);
}

/// Stores the theme in a cookie that scripts can read, since it is a single word.
pub fn set_theme(response: &mut Response, theme: Theme) {
    let cookie = Cookie::build((Theme::COOKIE, theme.as_str()))
        .path("/")
        .same_site(SameSite::Lax)
        .max_age(Duration::days(365))
        .build();
    set(response, &cookie);
}

fn session(public_url: &PublicUrl, token: String) -> Cookie<'static> {
    server_cookie(SESSION, public_url, token)
}

/// Returns a cookie that scripts cannot read.
fn server_cookie(base_name: &str, public_url: &PublicUrl, value: String) -> Cookie<'static> {
    Cookie::build((cookie_name(base_name, public_url), value))
        .path("/")
        .secure(public_url.is_https())
        .http_only(true)
        .same_site(SameSite::Lax)
        .build()
}

fn set(response: &mut Response, cookie: &Cookie<'_>) {
    if let Ok(mut value) = HeaderValue::from_str(&cookie.to_string()) {
        value.set_sensitive(true);
        response.headers_mut().append(SET_COOKIE, value);
    }
}

fn find(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok());
    let mut cookies = lines.flat_map(Cookie::split_parse).filter_map(Result::ok);
    cookies
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response_with(url: &str) -> String {
        let mut response = Response::new(axum::body::Body::empty());
        set_session(&mut response, &PublicUrl::parse(url).unwrap(), "abc");
        response.headers()[SET_COOKIE].to_str().unwrap().to_owned()
    }

    #[test]
    fn cookie_has_the_host_prefix_over_https() {
        for (url, name) in [
            ("https://console.example.com", "__Host-voxum_session"),
            (
                "https://console.example.com:8443",
                "__Host-voxum_session_8443",
            ),
        ] {
            let line = response_with(url);
            let attributes = "HttpOnly; SameSite=Lax; Secure; Path=/";
            assert_eq!(line, format!("{name}=abc; {attributes}"));
        }
    }

    #[test]
    fn cookie_over_plain_http_has_no_prefix_and_is_not_secure() {
        for url in [
            "http://192.168.1.7:3000",
            "http://127.0.0.1:3000",
            "http://localhost:3000",
        ] {
            let line = response_with(url);
            let attributes = "HttpOnly; SameSite=Lax; Path=/";
            assert_eq!(line, format!("voxum_session_3000=abc; {attributes}"));
        }
    }

    #[test]
    fn session_token_is_read_only_if_it_is_complete() {
        let url = PublicUrl::parse("http://127.0.0.1:3000").unwrap();
        let read = |line: &str| {
            let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(line).unwrap())]);
            session_token(&headers, &url).map(|token| token.len())
        };
        let token = "0123456789abcdef".repeat(4);
        assert_eq!(
            read(&format!("a=b; voxum_session_3000={token}; c=d")),
            Some(64)
        );
        for name in EARLIER_NAMES {
            assert_eq!(read(&format!("{name}={token}")), Some(64), "{name}");
        }
        // The cookie of another installation on this host.
        assert_eq!(read(&format!("voxum_session_3001={token}")), None);
        let both = format!("voxum_session=short; voxum_session_3000={token}");
        assert_eq!(read(&both), Some(64));
        assert_eq!(read("voxum_session_3000=short"), None);
        assert_eq!(read("nonsense"), None);
    }
}
