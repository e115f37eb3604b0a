//! Where a request came from.

use crate::TrustedProxies;
use axum::extract::ConnectInfo;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use service::Client;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The caller's address, as far as we believe it, and its user agent.
pub fn client(parts: &Parts, proxies: &TrustedProxies) -> Client {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let ip = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| {
        address.ip()
    });
    let agent = parts.headers.get(USER_AGENT);
    let agent = agent.map(|value| String::from_utf8_lossy(value.as_bytes()));
    Client::new(proxies.caller(ip, &parts.headers), agent.as_deref())
}
