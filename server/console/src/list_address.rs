//! Addresses of lists, whose parameters are the filters, the order and the cursor.

use std::borrow::Cow;
use std::fmt;
use url::form_urlencoded::Serializer;

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
}
