//! Where a request came from.

use axum::extract::ConnectInfo;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use service::Client;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The peer's address and user agent. Headers such as `X-Forwarded-For` are not believed: anybody can send them.
pub fn client(parts: &Parts) -> Client {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let ip = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| {
        address.ip()
    });
    let agent = parts.headers.get(USER_AGENT);
    let agent = agent.map(|value| String::from_utf8_lossy(value.as_bytes()));
    Client::new(ip, agent.as_deref())
}
