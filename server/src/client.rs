//! Where a request came from.

use crate::TrustedProxies;
use axum::extract::ConnectInfo;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use service::{Client, Source};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The caller's address, as far as we believe it, and its user agent.
pub fn source<'a>(parts: &'a Parts, proxies: &TrustedProxies) -> Source<'a> {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let ip = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| {
        address.ip()
    });
    let agent = parts.headers.get(USER_AGENT);
    let agent = agent.map(axum::http::HeaderValue::as_bytes);
    Source::new(proxies.caller(ip, &parts.headers), agent)
}

/// The same, to be kept.
pub fn client(parts: &Parts, proxies: &TrustedProxies) -> Client {
    source(parts, proxies).client()
}
