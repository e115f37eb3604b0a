//! Addresses to return to: the page that a person requested before they had to sign in, and the
//! list in which they selected something. Both come from the request, so neither is trusted.

use crate::ListAddress;

/// Path of the Dashboard.
pub const HOME: &str = "/";

/// Returns `next` if it is a path of this site, and otherwise the first page.
///
/// Browsers read `//host` and `/\host` as other sites, and drop tabs and line breaks before they
/// parse the address.
pub fn same_site(next: &str) -> &str {
    let mut bytes = next.bytes();
    let is_safe = bytes.next() == Some(b'/')
        && !matches!(bytes.next(), Some(b'/' | b'\\'))
        && next.bytes().all(|b| b.is_ascii_graphic())
        // It would be useless to return to the form, or to sign out immediately.
        && !["/sign-in", "/sign-out", "/setup/"].iter().any(|path| next.starts_with(path));
    if is_safe { next } else { HOME }
}

/// Returns `address` if it is the list at `path` with any query, and otherwise `path`.
pub fn same_list<'a>(address: &'a str, path: &'a str) -> &'a str {
    let query = same_site(address).strip_prefix(path);
    let is_list = query.is_some_and(|query| query.starts_with('?'));
    if is_list { address } else { path }
}

/// Returns the sign-in page that leads back to `path`, or by default to the first page.
pub fn sign_in_url(path: &str) -> String {
    if path == HOME {
        return "/sign-in".to_owned();
    }
    ListAddress::new("/sign-in", [("next", path)]).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_path_is_kept_if_it_is_on_this_site() {
        for good in [
            "/keys",
            "/keys?a=b",
            "/inventory?cursor=01",
            "/keys/x/revoke",
            "/",
        ] {
            assert_eq!(same_site(good), good);
        }
    }

    #[test]
    fn any_other_next_path_leads_to_the_first_page() {
        for bad in [
            "",
            "keys",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
            "/a\r\nSet-Cookie: b=c",
            "/\u{0}",
            "/é",
            "javascript:alert(1)",
            "/sign-in?next=/sign-in",
            "/setup/x",
        ] {
            assert_eq!(same_site(bad), HOME, "{bad:?}");
        }
    }

    #[test]
    fn only_the_list_itself_is_an_address_of_the_list() {
        for good in ["/keys?q=rostock&status=active", "/keys?cursor=01"] {
            assert_eq!(same_list(good, "/keys"), good);
        }
        for bad in [
            "",
            "/keys",
            "/keys/x?q=a",
            "/keysx?q=a",
            "/leads?q=a",
            "//keys?q=a",
            "https://evil.example/keys?q=a",
            "/keys?q=a\r\nSet-Cookie: b=c",
        ] {
            assert_eq!(same_list(bad, "/keys"), "/keys", "{bad:?}");
        }
    }

    #[test]
    fn next_path_round_trips_through_the_sign_in_url() {
        let path = "/keys/new?name=A & B";
        let address = sign_in_url(path);
        let (_, query) = address.split_once('?').unwrap();
        let (_, next) = url::form_urlencoded::parse(query.as_bytes())
            .next()
            .unwrap();
        assert_eq!(next, path);
        assert_eq!(sign_in_url(HOME), "/sign-in");
    }
}
