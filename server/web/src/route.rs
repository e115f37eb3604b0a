//! A row of the route table.

use crate::AppState;
use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter};
use service::refusal::Refusal;
use std::pin::Pin;

/// Response in the making. It is boxed, so that no step of the pipeline moves it.
pub type ResponseFuture = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Handler that is called without axum's router.
pub type DirectHandler = fn(Request, AppState) -> ResponseFuture;

/// One method at one path.
pub struct Route {
    pub method: MethodFilter,
    pub path: &'static str,
    /// Creates the handler with everything that surrounds it.
    pub handler: fn(MethodFilter) -> MethodRouter<AppState>,
    /// The handler alone, if nothing surrounds it.
    pub direct: Option<(Method, DirectHandler)>,
    /// Returns a sample of each refusal that the description of the API lists.
    pub refusals: fn() -> Vec<Refusal>,
}

impl Route {
    /// Returns whether this is the route of a method, in any case of letters.
    pub fn is_named(&self, method: &str) -> bool {
        let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes());
        let method = method.map(MethodFilter::try_from);
        matches!(method, Ok(Ok(method)) if method == self.method)
    }
}
