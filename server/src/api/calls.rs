//! Counting calls: each one whose key is known, under what became of it.

use super::refused;
use crate::AppState;
use crate::request::{is_api, known, route};
use axum::extract::{Request, State};
use axum::http::Extensions;
use axum::middleware::Next;
use axum::response::Response;
use domain::{Outcome, Refusal};
use serde::Deserialize;
use service::CalledKey;
use std::sync::{Arc, OnceLock};

/// Travels with the request to where its key is known, and is read once the answer is there, whatever that is.
#[derive(Clone, Default)]
struct Called {
    key: Arc<OnceLock<CalledKey>>,
    meant: Arc<OnceLock<CalledKey>>,
}

/// On an answer that is a refusal: its code.
#[derive(Clone)]
pub struct Code(pub Refusal);

impl Code {
    /// Of a refusal that was written before and is told again. Anything else has no code, and needs none.
    pub fn in_body(body: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct Coded<'a> {
            #[serde(default)]
            code: &'a str,
        }
        let coded = serde_json::from_slice(body).unwrap_or(Coded { code: "" });
        Self(Refusal::of(coded.code))
    }
}

/// Remembers whose call this is.
pub fn note(extensions: &Extensions, key: CalledKey) {
    if let Some(Called { key: called, .. }) = extensions.get() {
        // One request is one call.
        let _ = called.set(key);
    }
}

/// Remembers of a call without a genuine key which one was meant. It counts for nobody, and its refusal is told to the
/// account of that key.
pub fn note_meant(extensions: &Extensions, key: CalledKey) {
    if let Some(Called { meant, .. }) = extensions.get() {
        let _ = meant.set(key);
    }
}

/// Counts the call once it is answered, and remembers why it was refused, if it was. Outside of what writes refusals and catches panics, so that those are counted as
/// what the caller was told.
pub async fn count(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let called = Called::default();
    request.extensions_mut().insert(called.clone());
    let api = is_api(request.uri().path());
    let (method, route) = (known(request.method()), route(&request));
    let response = next.run(request).await;
    let key = called.key.get().cloned();
    if let Some(key) = key.clone() {
        state.service.count_call(key, outcome(&response));
    }
    if api {
        let key = key.or_else(|| called.meant.get().cloned());
        refused::note(&state.service, &response, key, method, &route);
    }
    response
}

fn outcome(response: &Response) -> Outcome {
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        let code = response.extensions().get();
        Outcome::Refused(code.map_or(Refusal::Other, |Code(refusal)| *refusal))
    } else {
        Outcome::Accepted
    }
}
