//! The route table: one look-up finds the handler of a request, its name and its counters.
//!
//! axum's router would look the same path up a second time, and copy the path, the pattern and the
//! handler for each request. Its method routers are used as they are, except that a method of the
//! API is called directly if the table names its handler.

use super::fallback::method_not_allowed;
use super::length_limits::limit_lengths;
use crate::AppState;
use crate::metrics::{Group, Requests};
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::MethodRouter;
use futures::FutureExt as _;
use std::sync::Arc;
use std::time::Instant;
use tower::ServiceExt as _;
use web::{DirectHandler, ResponseFuture, Route};

/// Handlers of one path.
struct Endpoint {
    methods: MethodRouter,
    direct: Vec<(Method, DirectHandler)>,
}

/// All routes with their handlers and counters.
pub struct Routes {
    matcher: matchit::Router<usize>,
    endpoints: Vec<Endpoint>,
    pub requests: Arc<Requests>,
}

impl Routes {
    /// Creates the table.
    ///
    /// # Panics
    /// If two routes have the same path and method.
    pub fn new(tables: &[(Group, &[Route])], state: &AppState) -> Self {
        let limit_lengths = from_fn_with_state(state.clone(), limit_lengths);
        let routes = tables
            .iter()
            .flat_map(|(group, routes)| routes.iter().map(|route| (*group, route)));
        let mut paths: Vec<(&'static str, Group, MethodRouter<AppState>, Vec<_>)> = Vec::new();
        for (group, route) in routes {
            let mut methods = (route.handler)(route.method);
            if group == Group::Console {
                methods = methods.route_layer(limit_lengths.clone());
            }
            let direct = route.direct.clone();
            assert!(
                direct.is_none() || group == Group::Api,
                "only the API has handlers that no layer surrounds"
            );
            let existing = paths.iter_mut().find(|(path, ..)| *path == route.path);
            if let Some((.., merged, directs)) = existing {
                *merged = std::mem::take(merged).merge(methods);
                directs.extend(direct);
            } else {
                paths.push((route.path, group, methods, direct.into_iter().collect()));
            }
        }
        let mut matcher = matchit::Router::new();
        for (index, (path, ..)) in paths.iter().enumerate() {
            matcher.insert(*path, index).expect("no two paths conflict");
        }
        let names = paths.iter().map(|(path, group, ..)| (*path, *group));
        Self {
            matcher,
            requests: Arc::new(Requests::new(names)),
            endpoints: paths
                .into_iter()
                .map(|(_, _, methods, direct)| Endpoint {
                    methods: methods
                        .fallback(method_not_allowed)
                        .with_state(state.clone()),
                    direct,
                })
                .collect(),
        }
    }

    /// Returns the route of a path, or `None` if there is none.
    pub fn find(&self, path: &str) -> Option<RouteIndex> {
        let found = self.matcher.at(path).ok()?;
        Some(RouteIndex(*found.value))
    }

    /// Returns the pattern of a route; it is empty if there is none.
    pub fn name(&self, index: Option<RouteIndex>) -> &'static str {
        self.requests.name(index.map(|RouteIndex(index)| index))
    }

    /// Answers a request by the handler of its route and method.
    pub fn answer(
        &self,
        RouteIndex(index): RouteIndex,
        request: Request,
        state: &AppState,
    ) -> ResponseFuture {
        let Endpoint { methods, direct } = &self.endpoints[index];
        let entry = direct.iter().find(|(method, _)| method == request.method());
        if let Some((_, handler)) = entry {
            return handler(request, state.clone());
        }
        let response = methods.clone().oneshot(request);
        Box::pin(response.map(|response| response.unwrap_or_else(|never| match never {})))
    }

    /// Counts a request when its response begins.
    pub fn count(&self, index: Option<RouteIndex>, status: StatusCode, started_at: Instant) {
        let index = index.map(|RouteIndex(index)| index);
        self.requests.record(index, status, started_at);
    }
}

/// Place of a route in the table.
#[derive(Clone, Copy)]
pub struct RouteIndex(usize);
