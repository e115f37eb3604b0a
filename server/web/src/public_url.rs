//! `VOXUM_PUBLIC_URL`: the address at which people and integrations reach this installation.

use std::net::{IpAddr, SocketAddr};
use url::{Host, Url};

/// An origin: scheme, host and port, without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    https: bool,
    loopback: bool,
    /// Port, or `None` if it is the default of the scheme.
    port: Option<u16>,
}

impl PublicUrl {
    /// Parses an `http` or `https` URL with a host and optionally a port and a final slash;
    /// otherwise returns `None`.
    pub fn parse(raw: &str) -> Option<Self> {
        let url = Url::parse(raw).ok()?;
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let is_origin = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        let loopback = match url.host()? {
            Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::Ipv4(ip) => ip.is_loopback(),
            Host::Ipv6(ip) => ip.is_loopback(),
        };
        is_origin.then(|| Self {
            origin: url.origin().ascii_serialization(),
            https,
            loopback,
            port: url.port(),
        })
    }

    /// Returns the URL of the listening address.
    ///
    /// If this is the unspecified address, the loopback address is used, which works at least on
    /// this machine.
    pub fn of_listener(address: SocketAddr, https: bool) -> Self {
        let ip = match address.ip() {
            ip if !ip.is_unspecified() => ip,
            IpAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        };
        let address = SocketAddr::new(ip, address.port());
        let scheme = if https { "https" } else { "http" };
        let origin = format!("{scheme}://{address}");
        Self::parse(&origin).unwrap_or_else(|| Self {
            origin: origin.clone(),
            https,
            loopback: ip.is_loopback(),
            port: Some(address.port()),
        })
    }

    /// Returns the origin as browsers write it in `Origin`: without a final slash, and without the
    /// default port.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Returns the port, or `None` if it is the default of the scheme.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Returns whether browsers consider the origin trustworthy, which `Secure` cookies and
    /// `Sec-Fetch-*` headers require.
    pub fn is_trustworthy(&self) -> bool {
        self.https || self.loopback
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_url_is_normalised_as_browsers_write_an_origin() {
        let origin = |raw| PublicUrl::parse(raw).unwrap().origin;
        assert_eq!(
            origin("https://Console.Example.com:443/"),
            "https://console.example.com"
        );
        assert_eq!(origin("http://127.0.0.1:3000"), "http://127.0.0.1:3000");
    }

    #[test]
    fn url_that_is_not_an_http_origin_is_rejected() {
        for invalid in [
            "",
            "console",
            "ftp://a",
            "http://a/b",
            "http://a?b",
            "http://a#b",
            "http://u@a",
            "http://",
        ] {
            assert!(PublicUrl::parse(invalid).is_none(), "{invalid:?} was taken");
        }
    }

    #[test]
    fn https_and_loopback_are_trustworthy() {
        for (raw, trustworthy) in [
            ("https://a", true),
            ("http://localhost:3000", true),
            ("http://127.0.0.1", true),
            ("http://[::1]:3000", true),
            ("http://192.168.1.7:3000", false),
            ("http://localhost.example.com", false),
        ] {
            assert_eq!(
                PublicUrl::parse(raw).unwrap().is_trustworthy(),
                trustworthy,
                "{raw}"
            );
        }
    }

    #[test]
    fn unspecified_listen_address_becomes_a_loopback_url() {
        let url = PublicUrl::of_listener("0.0.0.0:3000".parse().unwrap(), false);
        assert_eq!(url.origin(), "http://127.0.0.1:3000");
        assert_eq!(
            PublicUrl::of_listener("[::]:1".parse().unwrap(), true).origin(),
            "https://[::1]:1"
        );
    }
}
