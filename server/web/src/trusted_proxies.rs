//! `VOXUM_TRUSTED_PROXIES`: proxies whose information about a caller's address is trusted.

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Networks of the operator's own proxies. There are none by default, so that a header which anyone
/// can send is ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Parses addresses and networks, separated by commas. Returns `None` if one of them is
    /// invalid.
    pub fn parse(raw: &str) -> Option<Self> {
        let network = |text: &str| {
            let address = text.parse::<IpAddr>().map(IpNet::from);
            address.or_else(|_| text.parse()).ok()
        };
        let networks = raw.split(',').map(|text| network(text.trim()));
        networks.collect::<Option<_>>().map(Self)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn trusts(&self, ip: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&ip))
    }

    /// Returns the address of the caller: the peer, or the address that a trusted proxy names.
    ///
    /// Each proxy appends its own peer at the right. The first address from there that is not a
    /// trusted proxy is the caller's; the caller could have invented the addresses further left.
    pub fn client_address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            return peer;
        }
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let entries = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        let mut client = peer;
        for entry in entries {
            if !self.trusts(client) {
                break;
            }
            // The entry is not an address, so the last known one is used.
            let Some(ip) = std::str::from_utf8(entry).ok().and_then(address) else {
                break;
            };
            client = ip;
        }
        client
    }
}

/// An address, with or without the port that some proxies add.
fn address(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let with_port = || entry.parse::<SocketAddr>().map(|address| address.ip());
    let bracketed = || entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let ip = entry.parse().or_else(|_| with_port()).ok();
    ip.or_else(bracketed).map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn client_address(trusted: &str, peer: &str, lines: &[&str]) -> String {
        let proxies = TrustedProxies::parse(trusted).unwrap();
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, HeaderValue::from_str(line).unwrap());
        }
        proxies
            .client_address(peer.parse().unwrap(), &headers)
            .to_string()
    }

    #[test]
    fn forwarded_header_is_ignored_unless_a_trusted_proxy_sent_it() {
        assert_eq!(
            TrustedProxies::default()
                .client_address("203.0.113.9".parse().unwrap(), &HeaderMap::new())
                .to_string(),
            "203.0.113.9"
        );
        assert_eq!(
            client_address("10.0.0.0/8", "203.0.113.9", &["198.51.100.1"]),
            "203.0.113.9"
        );
    }

    #[test]
    fn caller_is_the_rightmost_address_that_is_not_a_trusted_proxy() {
        for (lines, expected) in [
            (&["198.51.100.1"][..], "198.51.100.1"),
            (&["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
            (&["1.1.1.1, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            (&["1.1.1.1", "198.51.100.1", "10.0.0.2"], "198.51.100.1"),
            (&["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            (&["198.51.100.1:4711"], "198.51.100.1"),
            (&["[2001:db8::1]:4711"], "2001:db8::1"),
            (&["[2001:db8::1]"], "2001:db8::1"),
            (&["2001:db8::1"], "2001:db8::1"),
            (&["::ffff:198.51.100.1"], "198.51.100.1"),
        ] {
            assert_eq!(
                client_address("10.0.0.0/8", "10.0.0.1", lines),
                expected,
                "{lines:?}"
            );
        }
    }

    #[test]
    fn caller_is_the_last_known_address_if_the_chain_is_unreadable() {
        for lines in [
            &[][..],
            &[""],
            &["unknown"],
            &["198.51.100.1, unknown"],
            &["_x"],
        ] {
            assert_eq!(
                client_address("10.0.0.1", "10.0.0.1", lines),
                "10.0.0.1",
                "{lines:?}"
            );
        }
        assert_eq!(
            client_address("10.0.0.1", "::ffff:10.0.0.1", &["1.1.1.1"]),
            "1.1.1.1"
        );
    }

    #[test]
    fn trusted_proxies_must_be_addresses_or_networks() {
        for invalid in [
            "",
            "proxy",
            "10.0.0.0/33",
            "10.0.0.1,,10.0.0.2",
            "10.0.0.1 10.0.0.2",
        ] {
            assert!(
                TrustedProxies::parse(invalid).is_none(),
                "{invalid:?} was taken"
            );
        }
        assert!(TrustedProxies::parse("127.0.0.1, ::1 ,10.0.0.0/8").is_some());
    }
}
