//! Rendering of pages on the server.

use super::status::is_refusal;
pub use super::status::with_status;
use super::{Visitor, compression, error_pages, kept_form};
use app::request::PageRequest;
use app::{Content, Page};
use axum::body::Body;
use axum::http::header::{CONTENT_SECURITY_POLICY, REFRESH};
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::Response;
use domain::{Failure, PageSecrets};
use leptos::nonce::use_nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use std::sync::Arc;
use url::form_urlencoded;
use web::AppState;
use web::http::accept_encoding::Coding;
use web::http::headers::page_policy;
use web::parameter_limits::TooLong;

/// Returns the page for an address that does not exist.
///
/// `path` is the requested path. It determines the list to which the page links.
pub async fn not_found(state: &AppState, visitor: &Visitor, path: &str) -> Response {
    let list = error_pages::list_near(path);
    let content = Content::new(move || error_pages::not_found_page(list));
    error_page(state, visitor, content, StatusCode::NOT_FOUND).await
}

/// Returns the page for an address whose content could not be loaded, with the failure's status.
pub async fn failed(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    failure: &Failure,
) -> Response {
    with_status(not_found(state, visitor, path).await, failure)
}

/// Returns the page that names a parameter which is too long.
pub async fn too_long(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    too_long: &TooLong,
) -> Response {
    let (name, max_chars) = (too_long.name.clone(), too_long.max_chars);
    let list = error_pages::list_near(path);
    let content = Content::new(move || error_pages::too_long_page(&name, max_chars, list));
    error_page(state, visitor, content, StatusCode::BAD_REQUEST).await
}

/// Returns the page that names a parameter which occurs more than once.
pub async fn repeated(state: &AppState, visitor: &Visitor, path: &str, name: &str) -> Response {
    let (name, list) = (name.to_owned(), error_pages::list_near(path));
    let content = Content::new(move || error_pages::repeated_page(&name, list));
    error_page(state, visitor, content, StatusCode::BAD_REQUEST).await
}

/// Returns a page about an error. The requested path is not used, since it may be the address of
/// another page.
pub async fn error_page(
    state: &AppState,
    visitor: &Visitor,
    content: Content,
    status: StatusCode,
) -> Response {
    let request = request(state, visitor, Page::NotFound.path(), None);
    let mut page = write(visitor.coding, request, content).await;
    *page.status_mut() = status;
    page
}

/// Returns the page at `path` as the direct response to a form.
pub async fn answer(state: &AppState, visitor: &Visitor, path: &str, content: Content) -> Response {
    write(visitor.coding, request(state, visitor, path, None), content).await
}

/// Like [`answer`], but never compressed, for pages that may contain a secret and for frames.
pub async fn answer_uncompressed(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    content: Content,
) -> Response {
    let request = request(state, visitor, path, None);
    write(Coding::Identity, request, content).await
}

/// Lets other pages of the console frame this page, and reload it after `refresh` seconds.
pub fn framed(mut page: Response, refresh: Option<&'static str>) -> Response {
    let headers = page.headers_mut();
    if let Some(seconds) = refresh {
        headers.insert(REFRESH, HeaderValue::from_static(seconds));
    }
    let policy = headers.get(CONTENT_SECURITY_POLICY);
    let policy = policy.and_then(|policy| policy.to_str().ok());
    let policy =
        policy.map(|policy| policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'"));
    if let Some(policy) = policy.and_then(|policy| HeaderValue::from_str(&policy).ok()) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    page
}

/// Returns the request of a page, as far as its rendering depends on it.
pub fn request(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    query: Option<&str>,
) -> PageRequest {
    let search = query.unwrap_or_default();
    let query = form_urlencoded::parse(search.as_bytes());
    PageRequest {
        member: visitor.enrolling_member().map(|member| member.view()),
        factor_due: visitor.factor_due.is_some(),
        path: path.to_owned(),
        search: search.to_owned(),
        query: query.into_owned().collect(),
        assets: state.site.assets(),
        theme: visitor.theme,
        exact_times: visitor.exact_times,
        comfortable_rows: visitor.comfortable_rows,
        insecure: !state.public_url.is_trustworthy(),
        flash: None,
        form_owner: kept_form::owner(state, visitor),
        docs: (Page::at(path) == Page::Docs).then(|| Arc::clone(&state.documents.docs)),
    }
}

/// Renders a page, and sends it in this coding unless it shows a secret.
pub async fn write(coding: Coding, request: PageRequest, content: Content) -> Response {
    let page = Page::at(&request.path);
    let failure = content.failure().cloned();
    let secrets = Arc::new(PageSecrets::default());
    let shown = Arc::clone(&secrets);
    let provide = move || {
        provide_context(request.clone());
        provide_context(Arc::clone(&shown));
        // The framework has created a nonce for this page, and the header has to contain the same
        // one.
        if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>())
            && let Ok(policy) = HeaderValue::from_str(&page_policy(&nonce))
        {
            response.insert_header(CONTENT_SECURITY_POLICY, policy);
        }
    };
    // The request is newly built, so that nothing from the browser, and in particular no cookie,
    // gets into the page's context.
    let empty_request = Request::new(Body::empty());
    let shell = move || app::shell(page, &content);
    let page = leptos_axum::render_app_async_with_context(provide, shell)(empty_request).await;
    let page = compression::compress(page, coding, &secrets).await;
    match failure {
        // A page that only explains why it has no content, for example to a viewer, is a regular
        // response.
        Some(failure) if !is_refusal(&failure) => with_status(page, &failure),
        _ => page,
    }
}
