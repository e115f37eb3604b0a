//! Context of a request: its id, route and caller, for the log, the counters and the handlers.

use super::RequestId;
use crate::memory::Share;
use axum::extract::FromRequestParts;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderValue, Method};
use domain::MemberView;
use futures::FutureExt as _;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use service::{Allowance, Client, KeyCaller, KeyUsage, RequestOrigin};
use std::borrow::Cow;
use std::convert::Infallible;
use std::future::ready;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, OnceLock};

/// Context of a request.
///
/// It accompanies the request, so that each step adds what it determines, and it is read once there
/// is a response, whatever that is.
pub struct RequestContext {
    pub id: RequestId,
    pub method: &'static str,
    /// Pattern of the route; empty if there is none.
    pub route: &'static str,
    /// Address of the caller, which trusted proxies may have reported.
    pub address: IpAddr,
    /// Set once, since one request is one call.
    pub key: OnceLock<KeyOutcome>,
    /// The member who sent the request, if it was a member.
    pub member: OnceLock<MemberView>,
    /// Reserved memory for the body.
    pub share: Mutex<Option<Share>>,
}

/// Outcome of the authentication by key, if the key is known.
pub enum KeyOutcome {
    /// The key was accepted; with the state of its bucket.
    Accepted(KeyCaller, Allowance),
    /// The key was refused, or the caller presumably intended to use this key.
    Refused(Arc<KeyUsage>),
}

tokio::task_local! {
    /// Context of the current request, for the log only. Code that decides about a request reads
    /// the context from the request itself.
    static CURRENT: Arc<RequestContext>;
}

impl RequestContext {
    pub fn new(method: &Method, route: &'static str, address: IpAddr) -> Self {
        Self {
            id: RequestId::generate(),
            method: method_name(method),
            route,
            address,
            key: OnceLock::new(),
            member: OnceLock::new(),
            share: Mutex::default(),
        }
    }

    /// Returns the context, which each request in the pipeline has.
    pub fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get::<Arc<Self>>().map(|context| &**context)
    }

    /// Returns the context of the request that the current task answers, if any.
    pub fn current() -> Option<Arc<Self>> {
        CURRENT.try_with(Arc::clone).ok()
    }

    /// Lets a task log under this request.
    pub fn scope<T>(self: Arc<Self>, task: impl Future<Output = T>) -> impl Future<Output = T> {
        CURRENT.scope(self, task)
    }

    /// Returns the caller whose key was accepted, and the state of its bucket.
    pub fn accepted_call(&self) -> Option<(&KeyCaller, &Allowance)> {
        match self.key.get() {
            Some(KeyOutcome::Accepted(caller, allowance)) => Some((caller, allowance)),
            _ => None,
        }
    }

    /// Returns the key under which the call is counted and listed, whether it was accepted or
    /// refused.
    pub fn key_usage(&self) -> Option<&Arc<KeyUsage>> {
        match self.key.get()? {
            KeyOutcome::Accepted(caller, _) => Some(caller.usage()),
            KeyOutcome::Refused(usage) => Some(usage),
        }
    }
}

/// Lets a separate task log under the request that the current task answers.
pub fn in_current_request<T>(task: impl Future<Output = T>) -> impl Future<Output = T> {
    match RequestContext::current() {
        Some(context) => context.scope(task).left_future(),
        None => task.right_future(),
    }
}

/// Returns the name of a method for the log. A client can send any text as a method, even a secret.
fn method_name(method: &Method) -> &'static str {
    const NAMES: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    NAMES
        .into_iter()
        .find(|name| method.as_str() == *name)
        .unwrap_or("other")
}

/// Returns the id of a request.
pub fn request_id(parts: &Parts) -> RequestId {
    RequestContext::of(&parts.extensions).map_or_else(RequestId::generate, |context| context.id)
}

/// Returns the caller's address and user agent.
pub fn source(parts: &Parts) -> RequestOrigin<'_> {
    let agent = parts.headers.get(USER_AGENT).map(HeaderValue::as_bytes);
    let context = RequestContext::of(&parts.extensions);
    let unknown = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    RequestOrigin::new(context.map_or(unknown, |context| context.address), agent)
}

/// Returns the origin of the request in the form that is stored with what it changes.
pub fn client(parts: &Parts) -> Client {
    source(parts)
        .client()
        .of_request(request_id(parts).as_str())
}

/// Characters that are encoded in a segment of a path: all but the unreserved ones of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Decoded value of the one path parameter of a route, or `None` if it is not UTF-8.
///
/// In a route without parameters, this is the last segment of the path.
pub struct Segment(pub Option<String>);

impl Segment {
    /// Returns a value as one segment of a path, from which [`Self::read`] returns the value.
    pub fn encode(value: &str) -> String {
        utf8_percent_encode(value, ENCODED).to_string()
    }

    /// Returns the value without a copy if nothing in it had to be decoded.
    pub fn read(parts: &Parts) -> Option<Cow<'_, str>> {
        let path = parts.uri.path();
        let context = RequestContext::of(&parts.extensions);
        match context.and_then(|context| context.route.split_once('{')) {
            Some((before, parameter)) => {
                // All before the first parameter is the same in the pattern and in the path.
                let rest = path.get(before.len()..)?;
                let encoded = if parameter.starts_with('*') {
                    Some(rest)
                } else {
                    rest.split('/').next()
                };
                percent_decode_str(encoded?).decode_utf8().ok()
            }
            None => path.rsplit('/').next().map(Cow::Borrowed),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = Infallible;

    fn from_request_parts(
        parts: &mut Parts,
        _: &S,
    ) -> impl Future<Output = Result<Self, Infallible>> {
        ready(Ok(Self(Self::read(parts).map(Cow::into_owned))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn segment(route: &'static str, path: &str) -> Option<String> {
        let mut request = Request::get(path).body(()).unwrap();
        let address = Ipv4Addr::LOCALHOST.into();
        let context = RequestContext::new(request.method(), route, address);
        request.extensions_mut().insert(Arc::new(context));
        let (parts, ()) = request.into_parts();
        Segment::read(&parts).map(Cow::into_owned)
    }

    #[test]
    fn encoded_segment_is_read_as_its_value() {
        for value in [
            "a",
            "a/b",
            "50%",
            "%2F",
            "a.b-c_d~e",
            "a?b#c&d=e",
            "Škoda 🚗",
            "...",
        ] {
            let encoded = Segment::encode(value);
            let path = format!("/inventory/items/{encoded}");
            let read = segment("/inventory/items/{id}", &path);
            assert_eq!(read.as_deref(), Some(value), "{encoded}");
        }
        assert_eq!(Segment::encode("a.b-c_d~e"), "a.b-c_d~e");
    }

    #[test]
    fn segment_is_the_decoded_parameter_of_the_route() {
        for (route, path, value) in [
            ("/keys/{id}", "/keys/a%2Fb?x=/y", "a/b"),
            ("/keys/{id}/edit", "/keys/edit/edit", "edit"),
            ("/call/{*function}", "/call/keys/list", "keys/list"),
            (
                "/api/inventory/changes",
                "/api/inventory/changes",
                "changes",
            ),
            ("", "/api/%C3%A9", "%C3%A9"),
        ] {
            assert_eq!(segment(route, path).as_deref(), Some(value), "{path}");
        }
        assert_eq!(segment("/keys/{id}", "/keys/%FF"), None);
    }
}
