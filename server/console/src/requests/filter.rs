//! Filters of the Requests page. Each of them is a link that applies the filter.

use crate::ListAddress;
use domain::{FilterMenu, KeyId, ListLink, RefusalCode};
use service::refusals::RefusalPage;
use service::store::RefusalFilter;
use std::net::IpAddr;

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

    /// Returns the address of the list with these filters.
    pub fn list(&self) -> ListAddress<'_> {
        self.at("/requests")
    }

    /// Returns the address at which newer calls with these filters are reported.
    pub fn news(&self) -> ListAddress<'_> {
        self.at("/requests/new")
    }

    fn at(&self, path: &'static str) -> ListAddress<'_> {
        ListAddress::new(path, self.fields())
    }

    /// Returns every filter with its name in the address.
    pub fn fields(&self) -> [(&'static str, &str); 3] {
        [
            ("reason", &self.reason),
            ("key", &self.key),
            ("address", &self.address),
        ]
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
    /// in the rows of the list. A value that does not name anything of the account is not shown.
    pub fn menus(&self, page: Option<&RefusalPage>) -> Vec<FilterMenu> {
        let current = |name, value: &str, text: Option<String>| {
            (!value.is_empty()).then(|| {
                let text = text.unwrap_or_else(|| "unknown".to_owned());
                (text, self.list().without(name).to_string())
            })
        };
        let counts = page.map(|page| page.counts.as_slice()).unwrap_or_default();
        let choices = counts
            .iter()
            .filter(|(code, _)| *code != RefusalCode::Other);
        let choices = choices.map(|(code, count)| ListLink {
            text: format!("{} ({count})", code.label()),
            href: self.list().with("reason", code.as_str()).to_string(),
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
        let chosen = [("key", "Key", key), ("address", "IP address", address)];
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
    fn addresses_contain_the_filters_that_apply() {
        let all = query("paused_key", "k1", "2001:db8::7");
        assert_eq!(
            all.list().with("id", "0f").to_string(),
            "/requests?reason=paused_key&key=k1&address=2001%3Adb8%3A%3A7&id=0f"
        );
        let one = query("", "k1", "");
        assert_eq!(one.news().to_string(), "/requests/new?key=k1");
        assert_eq!(one.list().without("key").to_string(), "/requests");
    }
}
