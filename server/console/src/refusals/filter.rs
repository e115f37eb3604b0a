//! Filters of the Requests page. Each of them is a link, which applies at once.

use domain::{FilterMenu, KeyId, ListLink, RefusalCode};
use service::refusals::RefusalPage;
use service::store::RefusalFilter;
use std::net::IpAddr;
use url::form_urlencoded;

/// The filters as they are in the address of the page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RefusalQuery {
    /// A code of the API.
    pub reason: String,
    /// Id of a key.
    pub key: String,
    pub address: String,
}

impl RefusalQuery {
    /// Reads the filters by their names in the address.
    pub fn read(asked: impl Fn(&str) -> Option<String>) -> Self {
        let asked = |name| asked(name).unwrap_or_default().trim().to_owned();
        Self {
            reason: asked("reason"),
            key: asked("key"),
            address: asked("address"),
        }
    }

    fn fields(&self) -> [(&'static str, &str); 3] {
        [
            ("reason", &self.reason),
            ("key", &self.key),
            ("address", &self.address),
        ]
    }

    /// Returns the query with another value of one filter.
    fn with(&self, name: &str, value: &str) -> Self {
        let mut query = self.clone();
        let field = match name {
            "reason" => &mut query.reason,
            "key" => &mut query.key,
            _ => &mut query.address,
        };
        value.clone_into(field);
        query
    }

    /// Returns an address with these filters, and with another parameter, unless that is empty.
    pub fn address(&self, path: &str, name: &str, value: &str) -> String {
        let fields = self.fields().into_iter().chain([(name, value)]);
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields.filter(|(_, value)| !value.is_empty()))
            .finish();
        if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        }
    }

    /// Returns the address of the list.
    pub fn list(&self) -> String {
        self.address(LIST, "", "")
    }

    /// Returns the address of the list with another value of one filter.
    pub fn list_with(&self, name: &str, value: &str) -> String {
        self.with(name, value).list()
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Parses the filters. Returns `None` if no call can match one of them.
    pub fn parse(&self) -> Option<RefusalFilter> {
        Some(RefusalFilter {
            code: match self.reason.as_str() {
                "" => None,
                text => Some(code(text)?),
            },
            key: match self.key.as_str() {
                "" => None,
                text => Some(KeyId::parse(text).ok()?),
            },
            address: match self.address.as_str() {
                "" => None,
                text => Some(address(text)?),
            },
        })
    }

    /// Returns the filters that apply and the reasons to choose from. Keys and addresses are chosen
    /// in the rows of the list. A value that names nothing of the account is not repeated.
    pub fn menus(&self, page: Option<&RefusalPage>) -> Vec<FilterMenu> {
        let current = |name, value: &str, text: Option<String>| {
            (!value.is_empty()).then(|| {
                let text = text.unwrap_or_else(|| "unknown".to_owned());
                (text, self.list_with(name, ""))
            })
        };
        let counts = page.map(|page| page.counts.as_slice()).unwrap_or_default();
        let choices = counts
            .iter()
            .filter(|(code, _)| *code != RefusalCode::Other);
        let choices = choices.map(|(code, count)| ListLink {
            text: format!("{} ({count})", code.label()),
            href: self.list_with("reason", code.as_str()),
            count: None,
            is_current: code.as_str() == self.reason,
        });
        let label = code(&self.reason).map(|code| code.label().to_owned());
        let reason = FilterMenu {
            name: "reason",
            label: "Reason",
            current: current("reason", &self.reason, label),
            choices: choices.collect(),
        };
        let key = KeyId::parse(&self.key).ok();
        let key = key.and_then(|id| page?.keys.get(&id));
        let key = current("key", &self.key, key.map(|key| key.name.to_string()));
        let address = address(&self.address).map(|address| address.to_string());
        let address = current("address", &self.address, address);
        let chosen = [("key", "Key", key), ("address", "Address", address)];
        let chosen = chosen.into_iter().filter(|(.., current)| current.is_some());
        let chosen = chosen.map(|(name, label, current)| FilterMenu {
            name,
            label,
            current,
            choices: Vec::new(),
        });
        [reason].into_iter().chain(chosen).collect()
    }
}

/// Path of the list.
pub const LIST: &str = "/refusals";

fn code(text: &str) -> Option<RefusalCode> {
    let code = RefusalCode::of(text);
    (code.as_str() == text).then_some(code)
}

fn address(text: &str) -> Option<IpAddr> {
    let address: IpAddr = text.parse().ok()?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(reason: &str, key: &str, address: &str) -> RefusalQuery {
        RefusalQuery {
            reason: reason.to_owned(),
            key: key.to_owned(),
            address: address.to_owned(),
        }
    }

    #[test]
    fn filters_are_parsed_and_invalid_ones_match_nothing() {
        assert_eq!(query("", "", "").parse(), Some(RefusalFilter::default()));
        let filter = query("paused_key", "k1", "2001:DB8::7").parse().unwrap();
        assert_eq!(filter.code, Some(RefusalCode::PausedKey));
        assert_eq!(filter.key, KeyId::parse("k1").ok());
        assert_eq!(filter.address, "2001:db8::7".parse().ok());
        for invalid in [
            query("nothing", "", ""),
            query("", " ", ""),
            query("", "", "203.0.113"),
        ] {
            assert_eq!(invalid.parse(), None, "{invalid:?}");
        }
    }

    #[test]
    fn address_contains_the_filters_that_apply() {
        let all = query("paused_key", "k1", "2001:db8::7");
        assert_eq!(
            all.address("/refusals", "id", "0f"),
            "/refusals?reason=paused_key&key=k1&address=2001%3Adb8%3A%3A7&id=0f"
        );
        assert_eq!(query("", "k1", "").list_with("key", ""), "/refusals");
        assert_eq!(
            query("", "k1", "").list_with("reason", "internal"),
            "/refusals?reason=internal&key=k1"
        );
    }
}
