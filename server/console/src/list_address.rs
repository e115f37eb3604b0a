//! Addresses of lists, whose parameters are the filters, the order and the cursor.

use app::Page;
use app::components::{Notice, Tone};
use app::prelude::*;
use app::request::page_request;
use std::borrow::Cow;
use std::fmt;
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

/// Address of a list. Parameters without a value are left out of its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListAddress<'a> {
    path: &'a str,
    parameters: Vec<(&'a str, Cow<'a, str>)>,
}

impl<'a> ListAddress<'a> {
    pub fn new(path: &'a str, parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let parameters = parameters.into_iter();
        Self {
            path,
            parameters: parameters
                .map(|(name, value)| (name, Cow::Borrowed(value)))
                .collect(),
        }
    }

    /// Returns the address with another value of one parameter.
    #[must_use]
    pub fn with(mut self, name: &'a str, value: impl Into<Cow<'a, str>>) -> Self {
        let value = value.into();
        match self.parameters.iter_mut().find(|(other, _)| *other == name) {
            Some((_, old)) => *old = value,
            None => self.parameters.push((name, value)),
        }
        self
    }

    /// Returns the address without one parameter.
    #[must_use]
    pub fn without(self, name: &'a str) -> Self {
        self.with(name, "")
    }

    /// Returns the parameters as the query string of an address.
    pub fn query(&self) -> String {
        let filled = self
            .parameters
            .iter()
            .filter(|(_, value)| !value.is_empty());
        Serializer::new(String::new()).extend_pairs(filled).finish()
    }
}

impl fmt::Display for ListAddress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.path)?;
        match self.query() {
            query if query.is_empty() => Ok(()),
            query => write!(f, "?{query}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{AuditForm, KeyQuery};

    #[test]
    fn parameter_is_replaced_in_its_place_or_appended() {
        let address = ListAddress::new("/list", [("q", "crm sync"), ("sort", "name")]);
        assert_eq!(address.to_string(), "/list?q=crm+sync&sort=name");
        let other = address.clone().with("q", "a&b").with("cursor", "0f");
        assert_eq!(other.to_string(), "/list?q=a%26b&sort=name&cursor=0f");
        assert_eq!(other.query(), "q=a%26b&sort=name&cursor=0f");
        let shorter = address.without("q").without("unknown");
        assert_eq!(shorter.to_string(), "/list?sort=name");
        assert_eq!(shorter.without("sort").to_string(), "/list");
    }

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
        let names = |fields: &[(&'static str, &str)]| -> Vec<_> {
            fields.iter().map(|(name, _)| *name).collect()
        };
        assert_eq!(parameters(Page::Keys).unwrap(), names(&keys.fields()));
        let [audited @ .., "cursor"] = parameters(Page::Audit).unwrap() else {
            panic!("the log has pages");
        };
        assert_eq!(audited, names(&audit.fields()));
    }
}
