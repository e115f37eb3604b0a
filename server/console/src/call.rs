//! `POST /call/…`: the server functions, called by a console that runs in a browser.

use super::backend::ConsoleBackend;
use super::fields::MAX_BYTES;
use super::form::SignedOut;
use super::{Visitor, flash, keys, with_connection_close};
use app::Page;
use app::backend::Backend;
use app::calls::{CallError, READ_ONLY};
use app::request::Flash;
use async_trait::async_trait;
use axum::Json;
use axum::body::Body;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use domain::{CreateKeyForm, Failure, IssuedKey, KeyId, KeyView, KeysPage, RevokeKeyForm};
use leptos::prelude::provide_context;
use leptos::server_fn::axum::get_server_fn_service;
use std::sync::Arc;
use web::AppState;
use web::body::{self, ReadError};
use web::http::headers::RETRY_SECONDS;

/// Runs the server function that the path names, with the visitor's backend in its context.
pub async fn call(State(state): State<AppState>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    if get_server_fn_service(&path, Method::POST).is_none() {
        return refuse(StatusCode::NOT_FOUND);
    }
    let json = parts
        .headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if !json {
        return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let body = match body::read(body, MAX_BYTES).await {
        Ok(body) => body,
        Err(ReadError::TooLarge) => return refuse(StatusCode::PAYLOAD_TOO_LARGE),
        Err(ReadError::Slow) => {
            let error = (StatusCode::REQUEST_TIMEOUT, Json(CallError::Unreachable));
            return with_connection_close(error.into_response());
        }
        Err(ReadError::NoRoom) => return unavailable(),
        Err(ReadError::Broken) => return refuse(StatusCode::BAD_REQUEST),
    };
    let Ok(visitor) = Visitor::from_request_parts(&mut parts, &state).await else {
        return unavailable();
    };
    // The browser then leads to the sign-in page, which reports that nothing was saved.
    let is_unsaved = visitor.member.is_none() && !READ_ONLY.contains(&&*path);
    let backend: Arc<dyn Backend> = Arc::new(ConsoleBackend::of(&state, &visitor));
    // A newly built request, as for pages, without the browser's `Accept` and `Referer`, from which
    // the framework would make a redirect.
    let function_request = Request::post(path)
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT, "application/json")
        .body(Body::from(body));
    let Ok(function_request) = function_request else {
        return refuse(StatusCode::NOT_FOUND);
    };
    let context = move || provide_context(backend.clone());
    let response = leptos_axum::handle_server_fns_with_context(context, function_request)
        .await
        .into_response();
    let mut response = repair_status(response).await;
    if is_unsaved {
        let session = visitor.token.as_ref().map(|token| token.as_str());
        let (page, notice) = (Page::SignIn.path(), Flash::new(SignedOut::NOTICE));
        flash::add(&mut response, &state, session, page, &notice);
    }
    response
}

fn unavailable() -> Response {
    let wait = [(RETRY_AFTER, HeaderValue::from(RETRY_SECONDS))];
    let error = Json(CallError::Unavailable);
    (StatusCode::SERVICE_UNAVAILABLE, wait, error).into_response()
}

/// Refuses a call from a console that is older or newer than this server. The console then suggests
/// reloading the page.
fn refuse(status: StatusCode) -> Response {
    (status, Json(CallError::Outdated)).into_response()
}

/// Replaces the status 500 that the framework returns for arguments that it cannot read: the caller
/// sent them, and nothing is broken.
async fn repair_status(response: Response) -> Response {
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (parts, body) = response.into_parts();
    let body = body::read(body, MAX_BYTES).await.unwrap_or_default();
    match serde_json::from_slice(&body) {
        Ok(CallError::Outdated) => refuse(StatusCode::BAD_REQUEST),
        _ => Response::from_parts(parts, Body::from(body)),
    }
}

#[async_trait]
impl Backend for ConsoleBackend {
    async fn keys(&self, search: String) -> Result<KeysPage, Failure> {
        self.list_keys(&search).await
    }

    async fn create_key(&self, form: CreateKeyForm) -> Result<IssuedKey, Failure> {
        let member = self.member()?;
        let issued = self.state.services.keys.issue(member, &self.client, &form);
        let (issued, public_url) = (
            self.map_failure(issued.await)?,
            self.state.public_url.origin(),
        );
        Ok(keys::page::issued(issued, member.time_zone(), public_url))
    }

    async fn revoke_key(&self, id: KeyId, form: RevokeKeyForm) -> Result<KeyView, Failure> {
        let member = self.member()?;
        let revoked = (self.state.services.keys).revoke(member, &self.client, &id, &form);
        let revoked = self.map_failure(revoked.await)?;
        Ok(keys::page::revoked(revoked, member.time_zone()))
    }
}
