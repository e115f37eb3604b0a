//! The networks that a key may be used from.

use crate::invalid::InvalidReason;
use ipnet::IpNet;
use std::fmt;
use std::net::IpAddr;

/// Maximum number of invalid texts that an error names.
const MAX_EXCERPTS: usize = 5;

/// The networks that a key may be used from: 1 to 100, sorted and without duplicates.
///
/// # Examples
/// ```
/// use service::key::AllowList;
///
/// let list = AllowList::parse("203.0.113.7/24, 2001:db8::1")?.expect("two networks");
/// assert_eq!(list.texts(), ["203.0.113.0/24", "2001:db8::1"]);
/// assert!(list.admits([203, 0, 113, 200].into()));
/// assert!(!list.admits([198, 51, 100, 1].into()));
/// assert_eq!(AllowList::parse(" ")?, None);
/// # Ok::<(), service::InvalidReason>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowList(Vec<IpNet>);

impl AllowList {
    /// Upper bound of the networks in a list.
    pub const MAX: usize = 100;

    /// Parses addresses and networks, one per line, or separated by spaces or commas; `None` if
    /// there are none.
    ///
    /// Each is brought into its canonical form: without host bits, and IPv4 that is mapped into
    /// IPv6 as IPv4.
    ///
    /// # Errors
    /// [`InvalidReason::NotANetwork`] and [`InvalidReason::TooManyNetworks`].
    pub fn parse(raw: &str) -> Result<Option<Self>, InvalidReason> {
        let texts = raw.split(|c: char| c.is_whitespace() || c == ',');
        let (mut networks, mut excerpts) = (Vec::new(), Vec::new());
        for text in texts.filter(|text| !text.is_empty()) {
            match network(text) {
                Some(network) => networks.push(network),
                // Anything may have been pasted into the field; a long text is not a network.
                None => excerpts.push(text.chars().take(50).collect()),
            }
            if excerpts.len() == MAX_EXCERPTS {
                break;
            }
        }
        if !excerpts.is_empty() {
            return Err(InvalidReason::NotANetwork { excerpts });
        }
        networks.sort_unstable();
        networks.dedup();
        if networks.len() > Self::MAX {
            return Err(InvalidReason::TooManyNetworks { max: Self::MAX });
        }
        Ok((!networks.is_empty()).then_some(Self(networks)))
    }

    /// Whether calls from an address are accepted.
    pub fn admits(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.0.iter().any(|network| network.contains(&ip))
    }

    pub(crate) fn networks(&self) -> &[IpNet] {
        &self.0
    }

    /// Returns each network as [`Self::parse`] reads it; a single address without its prefix
    /// length.
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(|network| text(*network)).collect()
    }
}

/// One network per line.
impl fmt::Display for AllowList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.texts().join("\n"))
    }
}

fn network(text: &str) -> Option<IpNet> {
    let address = text.parse::<IpAddr>().map(IpNet::from);
    let network: IpNet = address.or_else(|_| text.parse()).ok()?;
    let network = match network {
        IpNet::V6(v6) if v6.prefix_len() >= 96 => match v6.addr().to_ipv4_mapped() {
            Some(v4) => IpNet::new(v4.into(), v6.prefix_len() - 96).ok()?,
            None => network,
        },
        other => other,
    };
    Some(network.trunc())
}

fn text(network: IpNet) -> String {
    if network.prefix_len() == network.max_prefix_len() {
        network.addr().to_string()
    } else {
        network.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(raw: &str) -> String {
        AllowList::parse(raw).unwrap().unwrap().to_string()
    }

    #[test]
    fn networks_are_normalised_sorted_and_deduplicated() {
        for (raw, form) in [
            ("203.0.113.7", "203.0.113.7"),
            ("203.0.113.7/32", "203.0.113.7"),
            ("203.0.113.7/24", "203.0.113.0/24"),
            ("0.0.0.0/0 ::/0", "0.0.0.0/0\n::/0"),
            ("2001:DB8:0::1", "2001:db8::1"),
            ("2001:db8::ffff/64", "2001:db8::/64"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
            (" 10.0.0.2\r\n10.0.0.1,\n\n10.0.0.2 ", "10.0.0.1\n10.0.0.2"),
        ] {
            assert_eq!(canonical(raw), form, "{raw}");
            assert_eq!(canonical(form), form, "its form is its own");
        }
    }

    #[test]
    fn blank_text_yields_no_list_and_an_invalid_network_is_named_in_the_error() {
        assert_eq!(AllowList::parse(" \r\n , "), Ok(None));
        for bad in [
            "example.com",
            "10.0.0.300",
            "10.0.0.0/33",
            "010.0.0.1",
            "10.0.0.1-10.0.0.9",
            "10.0.0.*",
            "fe80::1%eth0",
            "::/129",
            "10.0.0.1:80",
        ] {
            let excerpt = bad.to_owned();
            let parsed = AllowList::parse(&format!("10.0.0.1\n{bad}"));
            let excerpts = vec![excerpt];
            assert_eq!(parsed, Err(InvalidReason::NotANetwork { excerpts }));
        }
    }

    #[test]
    fn first_few_invalid_networks_are_named_together() {
        let named = |raw: &str| match AllowList::parse(raw) {
            Err(InvalidReason::NotANetwork { excerpts }) => excerpts.join(" "),
            other => panic!("{other:?}"),
        };
        assert_eq!(named("10.0.0.300\n10.0.0.1\nfoo"), "10.0.0.300 foo");
        assert_eq!(named("a b c d e f"), "a b c d e");
        assert_eq!(named(&"x".repeat(51)), "x".repeat(50));
    }

    #[test]
    fn list_is_rejected_if_it_has_more_than_100_networks() {
        let lines = |count: u8| {
            let texts: Vec<_> = (0..count).map(|n| format!("10.0.0.{n}")).collect();
            texts.join(" ")
        };
        assert_eq!(AllowList::parse(&lines(100)).unwrap().unwrap().0.len(), 100);
        let too_many = InvalidReason::TooManyNetworks { max: 100 };
        assert_eq!(AllowList::parse(&lines(101)), Err(too_many));
    }

    #[test]
    fn address_is_admitted_if_any_network_contains_it() {
        let list = AllowList::parse("203.0.113.0/25 198.51.100.4 2001:db8:1::/64");
        let list = list.unwrap().unwrap();
        for (ip, admitted) in [
            ("203.0.113.127", true),
            ("203.0.113.128", false),
            ("198.51.100.4", true),
            ("198.51.100.5", false),
            ("::ffff:198.51.100.4", true),
            ("2001:db8:1::9", true),
            ("2001:db8:1:1::9", false),
            ("::1", false),
        ] {
            assert_eq!(list.admits(ip.parse().unwrap()), admitted, "{ip}");
        }
        let all = AllowList::parse("0.0.0.0/0").unwrap().unwrap();
        assert!(all.admits([127, 0, 0, 1].into()) && !all.admits("::1".parse().unwrap()));
    }
}
