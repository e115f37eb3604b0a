//! The steps of every request, in their order.
//!
//! A middleware layer for each step would cost a call more than all of the steps together.
//!
//! 1. *Context*: the request gets its id, and its route is found.
//! 2. *Bad head*: a head that a proxy could read as another request is refused.
//! 3. *Unknown API path*: a request that misses the API is answered by it.
//! 4. *Other origins*: a request that another site may have caused is refused.
//! 5. *Body*: a large body reserves memory while it is read.
//! 6. *Handler*: the route's handler, or the fallback, answers. Its extractors authenticate the
//!    caller and spend from the rate limit (`Scoped`, `Visitor`). A panic becomes a refusal.
//! 7. *Refusal*: its body is written, which contains the id. A response to `HEAD` loses its body.
//! 8. *Headers*: those that every response has are added.
//! 9. *Records*: the request is counted, and the reason of a refusal is kept.

use super::fallback;
use super::routes::{RouteIndex, Routes};
use crate::api::address::{misses_api, unknown_path};
use crate::api::{call_outcome, key_expiry_headers, rate_limit_headers};
use crate::metrics::Requests;
use crate::{AppState, Problem};
use axum::body::HttpBody as _;
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, COOKIE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version};
use axum::response::{IntoResponse as _, Response};
use console::{plain_text, same_origin};
use domain::Outcome;
use futures::FutureExt as _;
use service::refusal::{Cause, Refusal};
use std::any::Any;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;
use web::http::address::is_api;
use web::http::headers::{API_KEY, REQUEST_ID, add_defaults};
use web::http::listen::{App, BadHead};
use web::http::{CountedBody, RequestContext};

/// Paths to which feeds are posted: by integrations, and by the console's form.
const FEED_PATHS: [&str; 2] = ["/api/inventory", "/inventory/import"];

/// Headers with credentials.
static SECRETS: [HeaderName; 3] = [API_KEY, AUTHORIZATION, COOKIE];

/// The routes, with the steps around them.
#[derive(Clone)]
pub struct Pipeline {
    state: AppState,
    routes: Arc<Routes>,
}

/// Facts about a request that the steps before and after the handler need.
#[derive(Clone, Copy)]
struct RequestHead {
    route: Option<RouteIndex>,
    /// Whether the request is meant for the API and misses its paths.
    misses_api: bool,
    /// Whether the response is one of the API.
    api: bool,
    http1: bool,
    error: Option<BadHead>,
}

impl Pipeline {
    pub const fn new(state: AppState, routes: Arc<Routes>) -> Self {
        Self { state, routes }
    }

    /// Returns the counters of requests, for the metrics.
    pub(crate) fn requests(&self) -> Arc<Requests> {
        Arc::clone(&self.routes.requests)
    }
}

impl App for Pipeline {
    fn takes_feed<B>(&self, request: &axum::http::Request<B>) -> bool {
        request.method() == Method::POST && FEED_PATHS.contains(&request.uri().path())
    }

    async fn answer(&self, peer: SocketAddr, mut request: Request) -> Response {
        let started_at = Instant::now();
        // Step 1. The context has the pattern of the route, and never the path itself, which may
        // contain a one-time link.
        let head = self.read_head(&request);
        mark_secrets(request.headers_mut());
        let proxies = &self.state.trusted_proxies;
        let address = proxies.client_address(peer.ip(), request.headers());
        let route = self.routes.name(head.route);
        let context = Arc::new(RequestContext::new(request.method(), route, address));
        request.extensions_mut().insert(Arc::clone(&context));

        // Steps 2 to 6
        let handling = AssertUnwindSafe(self.handle(request, &context, head)).catch_unwind();
        let handling = handling.map(|result| {
            let response = result.unwrap_or_else(panic_response);
            tracing::debug!(status = response.status().as_u16(), "answered");
            response
        });
        let mut response = Arc::clone(&context).scope(handling).await;

        // Step 7. Handlers add a problem to the response instead of a body.
        let refusal = response.extensions_mut().remove::<Problem>();
        if let Some(problem) = &refusal {
            problem.write(&context.id, &mut response);
        }
        if context.method == "HEAD" {
            remove_body(&mut response);
        }
        // Step 8
        self.add_headers(response.headers_mut(), &context, head);
        // Step 9. Only refusals of the API can be looked up later.
        let api_refusal = refusal.as_ref().filter(|_| head.api);
        self.record(&response, api_refusal, &context);
        self.routes.count(head.route, response.status(), started_at);
        response
    }
}

impl Pipeline {
    fn read_head(&self, request: &Request) -> RequestHead {
        let path = request.uri().path();
        let route = self.routes.find(path);
        let in_api = is_api(path);
        let misses_api = !in_api && misses_api(path, request.headers(), route.is_some());
        RequestHead {
            route,
            misses_api,
            api: misses_api || in_api,
            http1: request.version() < Version::HTTP_2,
            error: request.extensions().get().copied(),
        }
    }

    /// Steps 2 to 6. Nothing else reads the request before its head and its origin are checked.
    async fn handle(
        &self,
        request: Request,
        context: &Arc<RequestContext>,
        head: RequestHead,
    ) -> Response {
        // Step 2
        if let Some(BadHead(reason)) = head.error {
            return bad_head_response(reason, head.api);
        }
        // Step 3
        if head.misses_api || (head.api && head.route.is_none()) {
            let route = |path: &str| self.routes.name(self.routes.find(path));
            return Problem(unknown_path(request.uri().path(), route)).into_response();
        }
        // Step 4
        if let Some(refusal) = same_origin::refusal(&self.state, &request) {
            return refusal;
        }
        // Step 5
        let request = request.map(|body| CountedBody::wrap(body, &self.state.memory, context));
        // Step 6
        match head.route {
            Some(route) => self.routes.answer(route, request, &self.state).await,
            None => Box::pin(fallback::not_found(&self.state, request)).await,
        }
    }

    /// Step 8. Headers that a handler has set take precedence.
    fn add_headers(&self, headers: &mut HeaderMap, context: &RequestContext, head: RequestHead) {
        add_defaults(headers, head.api, self.state.public_url.is_https());
        if head.api {
            headers.insert(REQUEST_ID, context.id.into());
        }
        // The bytes after a bad head may not be a request. If the server is about to stop, the
        // client's next request uses a new connection, which goes to a server that stays. HTTP/2
        // has a frame for this, which is sent when the listener is closed.
        if head.http1 && (head.error.is_some() || self.state.leaving.is_cancelled()) {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some((caller, allowance)) = context.accepted_call() {
            rate_limit_headers::write(headers, allowance);
            key_expiry_headers::write(headers, caller.expiry_notice());
        }
    }

    /// Step 9. The outcome is read from the final response, so that it is counted as the caller
    /// sees it. A refusal that is counted is also listed, even if a repeated request replays it.
    fn record(&self, response: &Response, refusal: Option<&Problem>, context: &RequestContext) {
        let services = &self.state.services;
        let usage = context.key_usage();
        if usage.is_none() && refusal.is_none() {
            return;
        }
        let outcome = call_outcome::outcome(response, refusal);
        if let Some(usage) = usage {
            services.auth.count_call(usage, outcome);
        }
        if let Outcome::Refused(code) = outcome {
            let cause = refusal.map(|problem| Cause::from(&problem.0));
            services.refusals.note(
                context.id.as_str(),
                usage.map(|usage| usage.key().clone()),
                (code, cause.unwrap_or_default()),
                context.method,
                context.route,
                context.address,
            );
        }
    }
}

fn bad_head_response(reason: &'static str, api: bool) -> Response {
    if api {
        return Problem(Refusal::InvalidParameter(reason.to_owned())).into_response();
    }
    plain_text(StatusCode::BAD_REQUEST, reason)
}

/// Marks credentials as sensitive, so that they appear in no line of any log.
fn mark_secrets(headers: &mut HeaderMap) {
    for (name, value) in headers.iter_mut() {
        if SECRETS.contains(name) {
            value.set_sensitive(true);
        }
    }
}

/// Removes the body of a response to `HEAD`, and keeps the length that `GET` would have sent.
fn remove_body(response: &mut Response) {
    let body = std::mem::take(response.body_mut());
    // A handler that has left the body out itself has set the length, if it is known.
    if let Some(length) = body.size_hint().exact().filter(|length| *length > 0) {
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
}

/// Returns the response after a panic of a handler, which the panic hook has already printed.
fn panic_response(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    Problem(Refusal::Internal).into_response()
}
