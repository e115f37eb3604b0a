//! Rendering of pages: the console that runs in the browser, run once on the server.

use super::backend::ConsoleBackend;
use super::content::{content, failed};
use super::status::is_refusal;
pub use super::status::with_status;
use super::{Visitor, compression, cookies, error_pages, import, setup};
use app::request::{Flash, FormAnswer, LinkPage, PageRequest};
use app::{Content, Page};
use axum::body::Body;
use axum::http::header::{CONTENT_SECURITY_POLICY, REFRESH};
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::Response;
use domain::{Failure, ImportPage, PageSecrets};
use leptos::nonce::use_nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use std::sync::Arc;
use url::form_urlencoded;
use web::AppState;
use web::http::accept_encoding::Coding;
use web::http::headers::page_policy;
use web::parameter_limits::TooLong;

/// Returns the page at `path` with this query.
pub async fn page(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    query: Option<&str>,
) -> Response {
    let mut request = request(state, visitor, path, query, None);
    request.flash = visitor.flash(path);
    let shows_flash = request.flash.is_some();
    let mut page = draw(state, visitor, request).await;
    if shows_flash {
        cookies::forget_flash(&mut page, &state.public_url);
    }
    page
}

/// Returns the page at `path` after the failure of a form that has no page of its own.
///
/// `word` names the reason, if the page has a text for it.
pub async fn after_failure(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    notice: Option<&str>,
    failure: &Failure,
) -> Response {
    if *failure != Failure::OutcomeUnknown {
        let request = request_with_notice(state, visitor, path, notice);
        return with_status(draw(state, visitor, request).await, failure);
    }
    // The page shows by itself what was changed or refused, but not that the outcome is unknown.
    show(
        state,
        visitor,
        path,
        failed(Page::at(path), failure.clone()),
    )
    .await
}

/// Returns the page for an address that does not exist.
pub async fn not_found(state: &AppState, visitor: &Visitor) -> Response {
    let content = Content::new(error_pages::not_found_page);
    error_page(state, visitor, content, StatusCode::NOT_FOUND).await
}

/// Returns the page for an invalid one-time link. It is the same whether the link expired, was used
/// or never existed.
pub async fn link_gone(state: &AppState, visitor: &Visitor) -> Response {
    let content = Content::new(error_pages::invalid_link_page);
    error_page(state, visitor, content, StatusCode::NOT_FOUND).await
}

/// Returns the page that names a parameter which is too long.
pub async fn too_long(state: &AppState, visitor: &Visitor, too_long: &TooLong) -> Response {
    let (name, max_chars) = (too_long.name.clone(), too_long.max_chars);
    let content = Content::new(move || error_pages::too_long_page(&name, max_chars));
    error_page(state, visitor, content, StatusCode::BAD_REQUEST).await
}

/// Returns the page that names a parameter which occurs more than once.
pub async fn repeated(state: &AppState, visitor: &Visitor, name: &str) -> Response {
    let name = name.to_owned();
    let content = Content::new(move || error_pages::repeated_page(&name));
    error_page(state, visitor, content, StatusCode::BAD_REQUEST).await
}

/// Returns a page about an error. The requested path is not used, since it may be the address of
/// another page.
async fn error_page(
    state: &AppState,
    visitor: &Visitor,
    content: Content,
    status: StatusCode,
) -> Response {
    let request = request(state, visitor, Page::NotFound.path(), None, None);
    let mut page = write(visitor.coding, request, content).await;
    *page.status_mut() = status;
    page
}

/// Returns the page at `path` as the direct response to a form.
pub async fn answer(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    answer: FormAnswer,
) -> Response {
    let request = request(state, visitor, path, None, Some(answer));
    draw(state, visitor, request).await
}

/// Returns the page at `path` with this content, uncompressed: it may be the only page that ever
/// contains a secret.
pub async fn show(state: &AppState, visitor: &Visitor, path: &str, content: Content) -> Response {
    let request = request(state, visitor, path, None, None);
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

/// Returns a page of an import, or the reason why there is none.
pub async fn import(
    state: &AppState,
    visitor: &Visitor,
    page: Result<ImportPage, Failure>,
) -> Response {
    let path = Page::Import.path();
    let is_start = matches!(page, Ok(ImportPage::Start(_)));
    let mut request = request(state, visitor, path, None, None);
    request.flash = visitor.flash(path).filter(|_| is_start);
    let shows_flash = request.flash.is_some();
    let mut page = write(
        visitor.coding,
        request,
        Content::loaded(page, import::view::import_page),
    )
    .await;
    if shows_flash {
        cookies::forget_flash(&mut page, &state.public_url);
    }
    page
}

/// Returns the page of a one-time link, possibly as the response to its form. It contains the link,
/// so it is not compressed.
pub async fn link(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    link: LinkPage,
    answer: Option<FormAnswer>,
) -> Response {
    let request = request(state, visitor, path, None, answer);
    let content = Content::new(move || setup::view::setup_page(link.clone()));
    write(Coding::Identity, request, content).await
}

async fn draw(state: &AppState, visitor: &Visitor, request: PageRequest) -> Response {
    let backend = ConsoleBackend::of(state, visitor);
    let content = content(Page::at(&request.path), &request, &backend).await;
    write(visitor.coding, request, content).await
}

/// Returns the request for a page that reports `word`, as if a form had redirected to it.
fn request_with_notice(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    notice: Option<&str>,
) -> PageRequest {
    PageRequest {
        flash: notice.map(|notice| Flash {
            word: notice.to_owned(),
            number: 0,
        }),
        ..request(state, visitor, path, None, None)
    }
}

fn request(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    query: Option<&str>,
    answer: Option<FormAnswer>,
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
        answer,
        flash: None,
        docs: (Page::at(path) == Page::Docs).then(|| Arc::clone(&state.documents.docs)),
    }
}

/// Renders a page, and sends it in this coding unless it shows a secret.
async fn write(coding: Coding, request: PageRequest, content: Content) -> Response {
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
    // A newly built request, so that nothing from the browser, least of all its cookies, gets into
    // the page's context.
    let empty_request = Request::new(Body::empty());
    let shell = move || app::shell(page, &content);
    let page = leptos_axum::render_app_async_with_context(provide, shell)(empty_request).await;
    let page = compression::compress(page, coding, &secrets).await;
    match failure {
        // A page that only shows why it has no content, for example to a viewer, is a regular
        // response.
        Some(failure) if !is_refusal(&failure) => with_status(page, &failure),
        _ => page,
    }
}
