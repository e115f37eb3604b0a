//! Origin of a request: the caller's address and user agent.

use crate::TrustedProxies;
use axum::extract::ConnectInfo;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Request};
use service::{Client, Source};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Returns the caller's address, as far as the trusted proxies vouch for it.
pub fn address<B>(request: &Request<B>, proxies: &TrustedProxies) -> IpAddr {
    believed(request.extensions(), request.headers(), proxies)
}

/// Returns the caller's address and user agent.
pub fn source<'a>(parts: &'a Parts, proxies: &TrustedProxies) -> Source<'a> {
    let agent = parts.headers.get(USER_AGENT);
    let agent = agent.map(axum::http::HeaderValue::as_bytes);
    let ip = believed(&parts.extensions, &parts.headers, proxies);
    Source::new(ip, agent)
}

fn believed(extensions: &Extensions, headers: &HeaderMap, proxies: &TrustedProxies) -> IpAddr {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>();
    let ip = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| {
        address.ip()
    });
    proxies.caller(ip, headers)
}

/// Returns the caller's address and user agent in the form that is stored.
pub fn client(parts: &Parts, proxies: &TrustedProxies) -> Client {
    source(parts, proxies).client()
}
