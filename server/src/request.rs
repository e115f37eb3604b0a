//! Work that every request needs, in one function.
//!
//! A middleware layer for each part would cost a call more than all of this work together.

use crate::api::address::{misses_api, unknown_path};
use crate::api::{calls, ending, limit, refused};
use crate::client::address;
use crate::console::{plain, same_origin};
use crate::counted::Counted;
use crate::headers::{API_KEY, REQUEST_ID};
use crate::listen::{Answers, BadHead};
use crate::memory::Share;
use crate::{AppState, Problem, headers};
use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::{FromRequestParts, RawPathParams, Request};
use axum::http::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, COOKIE, Entry};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, Version};
use axum::response::{IntoResponse as _, Response};
use domain::MemberView;
use futures::FutureExt as _;
use service::key::Whose;
use service::{Allowance, CalledKey, KeyCaller, KeyUsage, OsRandom, Random as _};
use std::any::Any;
use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;
use tower::ServiceExt as _;

/// The server's id of a request: 32 hexadecimal digits. An id that the client sends is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId([u8; 32]);

/// Bytes from the operating system's generator, enough for several ids.
///
/// Reading the generator for each id would take longer than everything else that a check of a key
/// does.
struct Drawn {
    bytes: [u8; 64 * 16],
    left: usize,
}

thread_local! {
    static DRAWN: RefCell<Drawn> = const { RefCell::new(Drawn { bytes: [0; 64 * 16], left: 0 }) };
}

impl RequestId {
    fn fresh() -> Self {
        DRAWN.with_borrow_mut(|drawn| {
            if drawn.left == 0 {
                OsRandom.fill(&mut drawn.bytes);
                drawn.left = drawn.bytes.len();
            }
            let next = drawn.left - 16..drawn.left;
            drawn.left = next.start;
            let mut digits = [0; 32];
            hex::encode_to_slice(&drawn.bytes[next], &mut digits).expect("two digits a byte");
            Self(digits)
        })
    }

    /// Returns the id of a request.
    pub fn of(parts: &Parts) -> Self {
        Noted::of(&parts.extensions).map_or_else(Self::fresh, |noted| noted.id)
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("digits are text")
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Context of a request.
///
/// It travels with the request to the code that finds out about it, and is read once the response
/// is there, whatever that is.
pub struct Noted {
    pub id: RequestId,
    pub method: &'static str,
    /// Pattern of the route, as the router knows it; empty if there is none.
    pub route: &'static str,
    /// Set once, since one request is one call.
    pub key: OnceLock<NotedKey>,
    /// The member who sent the request, if it was a member.
    pub member: OnceLock<MemberView>,
    /// Reserved memory for the body.
    pub share: Mutex<Option<Share>>,
}

/// Outcome of the authentication by key, if the key is known.
pub enum NotedKey {
    /// The key was accepted; with the state of its bucket.
    LetIn(KeyCaller, Allowance),
    Refused(Whose),
}

tokio::task_local! {
    /// Context of the current request, for the log only. Code that decides about a request reads
    /// the context from the request itself.
    static UNDER_WAY: Arc<Noted>;
}

impl Noted {
    /// Returns the context, which each request that came in by [`App`] has.
    pub fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get::<Arc<Self>>().map(|noted| &**noted)
    }

    /// Returns the caller whose key was accepted, and the state of its bucket.
    pub fn let_in(&self) -> Option<(&KeyCaller, &Allowance)> {
        match self.key.get() {
            Some(NotedKey::LetIn(caller, allowance)) => Some((caller, allowance)),
            _ => None,
        }
    }

    /// Returns the key whose call this is, whether the key was accepted or refused.
    pub fn called(&self) -> Option<&Arc<KeyUsage>> {
        match self.key.get()? {
            NotedKey::LetIn(caller, _) => Some(caller.usage()),
            NotedKey::Refused(Whose::Genuine(usage)) => Some(usage),
            NotedKey::Refused(Whose::Meant(_)) => None,
        }
    }

    /// Returns the key that this call is reported to, which may be one that the caller only seems
    /// to have meant.
    pub fn about(&self) -> Option<&CalledKey> {
        match self.key.get()? {
            NotedKey::Refused(Whose::Meant(key)) => Some(key),
            _ => self.called().map(|usage| usage.key()),
        }
    }
}

/// Decoded value of the one path parameter of a route, or `None` if it is not UTF-8.
///
/// In a route without parameters, this is the last segment of the path.
pub struct Segment(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let open = RawPathParams::from_request_parts(parts, state).await;
        let text = open.ok().and_then(|open| {
            let last = parts.uri.path().rsplit('/').next();
            let open = open.iter().next().map(|(_, text)| text);
            open.or(last).map(str::to_owned)
        });
        Ok(Self(text))
    }
}

/// Paths to which feeds are posted: by integrations, and by the console's form.
const FEEDS: [&str; 2] = ["/api/inventory", "/inventory/import"];

/// Returns whether a path belongs to the HTTP API, in which every response is JSON.
pub fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/") || path == "/healthz" || path == "/readyz"
}

/// The routes, with the work around them that every request needs.
#[derive(Clone)]
pub struct App {
    state: AppState,
    routes: Router,
}

impl App {
    pub const fn new(state: AppState, routes: Router) -> Self {
        Self { state, routes }
    }
}

impl Answers for App {
    fn takes_feed<B>(&self, request: &axum::http::Request<B>) -> bool {
        request.method() == Method::POST && FEEDS.contains(&request.uri().path())
    }

    /// Assigns an id to the request, has it answered, counts it, and adds what every response
    /// contains.
    ///
    /// A refusal is written here, since its body contains the id of the request.
    async fn answer(self, mut request: Request) -> Response {
        let Self { state, routes } = self;
        let began = Instant::now();
        // The pattern of the route, and never the path itself, which may contain a one-time link.
        let route = state.requests.route(request.uri().path());
        let noted = Arc::new(Noted {
            id: RequestId::fresh(),
            method: known(request.method()),
            route: route.name(),
            key: OnceLock::new(),
            member: OnceLock::new(),
            share: Mutex::default(),
        });
        // A request for a path that misses the API is answered like one of the API.
        let routed = !route.name().is_empty();
        let missed = misses_api(request.uri().path(), request.headers(), routed);
        let api = missed || is_api(request.uri().path());
        let is_head = request.method() == Method::HEAD;
        let http1 = request.version() < Version::HTTP_2;
        let bad_head = request.extensions().get::<BadHead>().copied();
        keep_out_of_sight(request.headers_mut());
        let address = address(&request, &state.trusted_proxies);
        request.extensions_mut().insert(Arc::clone(&noted));

        let answered = async {
            let answered = async {
                // The order matters: nothing reads the request before its head and its origin have
                // been checked.
                if let Some(BadHead(why)) = bad_head {
                    return refused_head(why, api);
                }
                if missed {
                    let problem = unknown_path(&state.requests, request.uri().path());
                    return problem.into_response();
                }
                if let Some(refusal) = same_origin::refusal(&state, &request) {
                    return refusal;
                }
                let request =
                    request.map(|body| Counted::wrap(body, &state.memory, &noted, address));
                routes
                    .oneshot(request)
                    .await
                    .unwrap_or_else(|never| match never {})
            };
            let answered = AssertUnwindSafe(answered).catch_unwind().await;
            let response = answered.unwrap_or_else(panicked);
            tracing::debug!(status = response.status().as_u16(), "answered");
            response
        };
        let mut response = UNDER_WAY.scope(Arc::clone(&noted), answered).await;

        // The body of a refusal contains the request's id, so it is written here.
        if let Some(problem) = response.extensions_mut().remove::<Problem>() {
            response = problem.write(&noted.id, response.headers());
            if is_head {
                response = without_body(response);
            }
        }
        let mut headers = headers::defaults(state.public_url.is_https());
        // Headers that a handler has set take precedence.
        headers.extend(std::mem::take(response.headers_mut()));
        if api && let Ok(value) = HeaderValue::from_bytes(&noted.id.0) {
            headers.insert(REQUEST_ID, value);
        }
        // The bytes after a bad head may not be a request. If the server is about to stop, the
        // client's next request uses a new connection, which goes to a server that stays. HTTP/2
        // has a frame for this, which is sent when the listener is closed.
        if http1 && (bad_head.is_some() || state.leaving.is_cancelled()) {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some((caller, allowance)) = noted.let_in() {
            limit::write(&mut headers, allowance);
            ending::write(&mut headers, caller.ending());
        }
        *response.headers_mut() = headers;
        // The outcome is read from the final response, so that it is counted as the caller sees it.
        if let Some(usage) = noted.called() {
            state.service.count_call(usage, calls::outcome(&response));
        }
        if api {
            refused::note(&state.service, &response, &noted);
        }
        route.note(response.status(), began);
        response
    }
}

fn refused_head(why: &'static str, api: bool) -> Response {
    if api {
        return Problem::InvalidParameter(why.to_owned()).into_response();
    }
    plain(StatusCode::BAD_REQUEST, why)
}

/// Marks credentials as sensitive, so that they appear in no line of any log.
fn keep_out_of_sight(headers: &mut HeaderMap) {
    for name in [API_KEY, AUTHORIZATION, COOKIE] {
        if let Entry::Occupied(mut values) = headers.entry(name) {
            values
                .iter_mut()
                .for_each(|value| value.set_sensitive(true));
        }
    }
}

/// Removes the body as the router does for `HEAD`: the length is the one that `GET` would have
/// sent.
fn without_body(mut response: Response) -> Response {
    if let Some(length) = response.body().size_hint().exact() {
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
    response.map(|_| Body::empty())
}

/// Lets a separate task log under the request that the current task answers.
pub fn in_its_name<T>(task: impl Future<Output = T>) -> impl Future<Output = T> {
    match under_way() {
        Some(noted) => UNDER_WAY.scope(noted, task).left_future(),
        None => task.right_future(),
    }
}

/// Returns the context of the request that the current task answers, if any.
pub fn under_way() -> Option<Arc<Noted>> {
    UNDER_WAY.try_with(Arc::clone).ok()
}

/// Returns the name of a method for the log. A client can send any text as a method, even a secret.
fn known(method: &Method) -> &'static str {
    const NAMES: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    NAMES
        .into_iter()
        .find(|name| method.as_str() == *name)
        .unwrap_or("other")
}

/// Returns the response after a panic of a handler, which the panic hook has already printed.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    Problem::Internal.into_response()
}
