//! The parameters that the address of each list has. Unknown ones are removed from it.

use app::Page;
use app::components::{Notice, Tone};
use app::prelude::*;
use app::request::page_request;
use url::form_urlencoded::{self, Serializer};

/// Flash message for a list whose address had unknown parameters.
pub const CORRECTED: &str = "corrected-address";
/// The names are not repeated: they may contain anything that a person pasted.
pub const CORRECTED_TEXT: &str =
    "Filters and sort orders that this list doesn't have were removed from the address.";

/// Returns the parameters that the address of a list may have; `None` for other pages.
const fn parameters(page: Page) -> Option<&'static [&'static str]> {
    Some(match page {
        Page::Keys => &[
            "q", "status", "scope", "creator", "unused", "expires", "sort", "cursor",
        ],
        Page::Inventory => &["q", "cursor"],
        Page::Leads | Page::Team => &["cursor"],
        Page::Requests => &["reason", "key", "address", "id", "cursor"],
        Page::Audit => &["who", "what", "thing", "from", "to", "cursor"],
        _ => return None,
    })
}

/// Returns the address of a list without its unknown parameters, if it has some. Ignoring them
/// would show a list that differs from what its address says.
pub fn corrected(path: &str, query: &str) -> Option<String> {
    let known = parameters(Page::at(path))?;
    let given = || form_urlencoded::parse(query.as_bytes());
    let is_known = |name: &str| known.contains(&name);
    if given().all(|(name, _)| is_known(&name)) {
        return None;
    }
    let kept = given().filter(|(name, _)| is_known(name));
    let query = Serializer::new(String::new()).extend_pairs(kept).finish();
    let separator = if query.is_empty() { "" } else { "?" };
    Some(format!("{path}{separator}{query}"))
}

/// Renders the notice of a list whose address was corrected.
pub fn corrected_notice() -> Option<AnyView> {
    let is_corrected = page_request().flash(|word| (word == CORRECTED).then_some(()));
    is_corrected.map(|()| view! { <Notice tone=Tone::Warning text=CORRECTED_TEXT/> })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requests::filter::RefusalQuery;
    use domain::{AuditForm, KeyQuery};

    #[test]
    fn unknown_parameters_are_removed_from_the_address_of_a_list() {
        for (path, query, expected) in [
            ("/inventory", "sort=price", Some("/inventory")),
            (
                "/keys",
                "q=a%26b&after=01&sort=name",
                Some("/keys?q=a%26b&sort=name"),
            ),
            ("/team", "", None),
            ("/team", "cursor=", None),
            ("/keys/new", "preset=x", None),
            ("/docs", "anything", None),
        ] {
            assert_eq!(
                corrected(path, query).as_deref(),
                expected,
                "{path}?{query}"
            );
        }
    }

    #[test]
    fn every_parameter_of_a_form_is_known() {
        let keys = KeyQuery::default();
        let audit = AuditForm::default();
        let requests = RefusalQuery::default();
        let names = |fields: &[(&'static str, &str)]| -> Vec<_> {
            fields.iter().map(|(name, _)| *name).collect()
        };
        assert_eq!(parameters(Page::Keys).unwrap(), names(&keys.fields()));
        for (page, fields, others) in [
            (Page::Audit, names(&audit.fields()), &["cursor"] as &[_]),
            (Page::Requests, names(&requests.fields()), &["id", "cursor"]),
        ] {
            assert_eq!(parameters(page).unwrap(), [&fields, others].concat());
        }
    }
}
