//! Drawing a page: the same console that runs in the browser, run here once.

use super::Visitor;
use super::door::Door;
use crate::AppState;
use crate::headers::page_policy;
use app::backend::Backend;
use app::request::{FormAnswer, LinkPage, PageRequest};
use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_SECURITY_POLICY};
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::Response;
use leptos::nonce::use_nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use std::sync::Arc;

/// The page at `path` (with its query), complete.
pub async fn page(state: &AppState, visitor: &Visitor, path: &str) -> Response {
    draw(state, visitor, path, None, None).await
}

/// The page that says that there is none.
pub async fn not_found(state: &AppState, visitor: &Visitor) -> Response {
    // Not the path that was asked for: the console's own table might know it.
    let mut page = page(state, visitor, "/not-found").await;
    *page.status_mut() = StatusCode::NOT_FOUND;
    page
}

/// The page at `path` as the direct answer to a form.
pub async fn answer(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    answer: FormAnswer,
) -> Response {
    draw(state, visitor, path, None, Some(answer)).await
}

/// The page of a one-time link, perhaps as the answer to its form.
pub async fn link(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    link: LinkPage,
    answer: Option<FormAnswer>,
) -> Response {
    draw(state, visitor, path, Some(link), answer).await
}

async fn draw(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    link: Option<LinkPage>,
    answer: Option<FormAnswer>,
) -> Response {
    let door: Arc<dyn Backend> = Arc::new(Door::of(state, visitor));
    let request = PageRequest {
        assets: state.site.assets(),
        theme: visitor.theme,
        member: visitor.member.as_ref().map(service::Member::view),
        insecure: !state.public_url.is_trustworthy(),
        answer,
    };
    let context = move || {
        provide_context(door.clone());
        provide_context(request.clone());
        if let Some(link) = link.clone() {
            provide_context(link);
        }
        // The framework has made a nonce for this very page: the header has to name the same one.
        if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>())
            && let Ok(policy) = HeaderValue::from_str(&page_policy(&nonce))
        {
            response.insert_header(CONTENT_SECURITY_POLICY, policy);
        }
    };
    // A request of our own making: nothing of the browser's, its cookies least of all, gets into the page's context.
    let Ok(request) = Request::get(path)
        .header(ACCEPT, "text/html")
        .body(Body::empty())
    else {
        return super::plain(StatusCode::BAD_REQUEST, "This address cannot be read.");
    };
    leptos_axum::render_app_async_with_context(context, app::shell)(request).await
}
