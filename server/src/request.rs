//! What is done for every request, whatever it asks for, in one place: each layer of its own would cost a call more than
//! all that it does.

use crate::api::{calls, ending, limit, refused};
use crate::console::same_origin;
use crate::headers::{REQUEST_ID, fill};
use crate::{AppState, Problem, drain};
use axum::extract::{FromRequestParts, MatchedPath, Path, Request};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderValue, Method};
use axum::response::{IntoResponse as _, Response};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use service::{Allowance, CalledKey, KeyCaller, KeyUsage, OsRandom, Random as _};
use std::any::Any;
use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Instant;
use tower::{Layer, Service};
use tracing::Instrument as _;

/// Our name for one request: 32 hexadecimal digits. What a client sends under this name is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId([u8; 32]);

/// Bytes of the operating system's generator, for some ids to come: asked for each, it would take longer than all else
/// that is done to check a key.
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

    /// The one of a request.
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

/// Travels with a request to where things become known of it, and is read once the answer is there, whatever that is.
/// Each is noted once: one request is one call.
pub struct Noted {
    pub id: RequestId,
    /// Whose call this is.
    pub called: OnceLock<Arc<KeyUsage>>,
    /// Of a call without a genuine key: which one was meant. It counts for nobody, and its refusal is told to the account
    /// of that key.
    pub meant: OnceLock<CalledKey>,
    /// What the caller's bucket said.
    pub allowance: OnceLock<Allowance>,
    /// Who was let in.
    pub caller: OnceLock<KeyCaller>,
}

impl Noted {
    /// There for each request that came in by [`Around`].
    pub fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get::<Arc<Self>>().map(|noted| &**noted)
    }
}

/// The one part of the path that a route leaves open, decoded; `None` where that is no text.
pub struct Segment(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(path.ok().map(|Path(text)| text)))
    }
}

/// Whether a path belongs to the HTTP API, whose every answer is JSON.
pub fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/") || path == "/healthz" || path == "/readyz"
}

/// Puts [`answer`] around what handles requests. By hand, since the library's own way costs a call three boxes more.
#[derive(Clone)]
pub struct Around(pub AppState);

impl<S> Layer<S> for Around {
    type Service = Surrounded<S>;

    fn layer(&self, handlers: S) -> Surrounded<S> {
        let Self(state) = self.clone();
        Surrounded { state, handlers }
    }
}

#[derive(Clone)]
pub struct Surrounded<S> {
    state: AppState,
    handlers: S,
}

impl<S> Service<Request> for Surrounded<S>
where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send>
        + Clone
        + Send
        + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.handlers.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let handlers = self.handlers.clone();
        // The one that was asked whether it is ready.
        let handlers = std::mem::replace(&mut self.handlers, handlers);
        answer(self.state.clone(), request, handlers)
            .map(Ok)
            .boxed()
    }
}

/// Names the request, has it answered, counts it, and writes what every answer says: its refusal, if it came to one, with
/// the request's name in it.
async fn answer<S>(state: AppState, mut request: Request, handlers: S) -> Response
where
    S: Service<Request, Response = Response, Error = Infallible>,
{
    let began = Instant::now();
    let noted = Arc::new(Noted {
        id: RequestId::fresh(),
        called: OnceLock::new(),
        meant: OnceLock::new(),
        allowance: OnceLock::new(),
        caller: OnceLock::new(),
    });
    let id = noted.id;
    request.extensions_mut().insert(Arc::clone(&noted));
    let api = is_api(request.uri().path());
    // The route's pattern and never the address itself, which may hold a one-time link; empty where there is none.
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("", MatchedPath::as_str);
    let method = known(request.method());
    // At the level of errors, so that no filter takes the id away from an error's line.
    let span = tracing::error_span!("request", %id, method, route);

    let answered = async {
        match same_origin::refusal(&state, &request) {
            Some(refusal) => refusal,
            None => drain::answer(request, handlers).await,
        }
    };
    let answered = AssertUnwindSafe(answered).catch_unwind();
    let answered = answered.instrument(span.clone()).await;
    let mut response = answered.unwrap_or_else(|panic| span.in_scope(|| panicked(panic)));

    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = problem.write(&id, response.headers());
    }
    let headers = response.headers_mut();
    if api && let Ok(value) = HeaderValue::from_bytes(&id.0) {
        headers.insert(REQUEST_ID, value);
    }
    if let Some(allowance) = noted.allowance.get() {
        limit::write(headers, allowance);
    }
    if let Some(caller) = noted.caller.get() {
        ending::write(headers, caller.ending());
    }
    fill(headers, state.public_url.is_https());
    if let Some(usage) = noted.called.get() {
        state.service.count_call(usage, calls::outcome(&response));
    }
    if api {
        refused::note(&state.service, &response, &noted, method, route);
    }
    state.requests.note(route, response.status(), began);
    tracing::debug!(parent: &span, status = response.status().as_u16(), "answered");
    response
}

/// A method's name for the log. Any word can be sent as one, and somebody may send a secret.
fn known(method: &Method) -> &'static str {
    const NAMES: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    NAMES
        .into_iter()
        .find(|name| method.as_str() == *name)
        .unwrap_or("other")
}

/// The answer where a handler panicked; the panic itself was printed where it happened.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    Problem::Internal.into_response()
}
