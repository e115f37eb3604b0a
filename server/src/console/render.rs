//! Rendering of pages: the console that runs in the browser, run once on the server.

use super::backend::ConsoleBackend;
use super::status::is_refusal;
pub use super::status::with_status;
use super::{Visitor, compression, cookies};
use crate::AppState;
use crate::http::headers::page_policy;
use crate::parameter_limits::TooLong;
use app::Page;
use app::request::{Flash, FormAnswer, Handover, LinkPage, PageData, PageRequest};
use axum::body::Body;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::Response;
use domain::{Failure, ImportPage, PageSecrets};
use leptos::nonce::use_nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use std::sync::Arc;
use url::form_urlencoded;

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
    let mut page = draw(state, visitor, request, None).await;
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
        return with_status(draw(state, visitor, request, None).await, failure);
    }
    // The page shows by itself what was changed or refused, but not that the outcome is unknown.
    let data = PageData::failed(Page::at(path), failure.clone());
    let request = request(state, visitor, path, None, None);
    write(visitor, request, data, None).await
}

/// Returns the page for an address that does not exist.
pub async fn not_found(state: &AppState, visitor: &Visitor) -> Response {
    let request = request(state, visitor, NOWHERE, None, None);
    error_page(state, visitor, request, StatusCode::NOT_FOUND).await
}

/// Returns the page for an invalid one-time link. It is the same whether the link expired, was used
/// or never existed.
pub async fn link_gone(state: &AppState, visitor: &Visitor) -> Response {
    let request = request_with_notice(state, visitor, NOWHERE, Some("link-gone"));
    error_page(state, visitor, request, StatusCode::NOT_FOUND).await
}

/// Returns the page that names a parameter which is too long.
pub async fn too_long(state: &AppState, visitor: &Visitor, too_long: &TooLong) -> Response {
    let mut request = request(state, visitor, NOWHERE, None, None);
    request.too_long = Some((too_long.name.clone(), too_long.max_chars));
    error_page(state, visitor, request, StatusCode::BAD_REQUEST).await
}

/// Path of pages about errors. The requested path is not used, since the console's routes might
/// contain it.
const NOWHERE: &str = "/not-found";

async fn error_page(
    state: &AppState,
    visitor: &Visitor,
    request: PageRequest,
    status: StatusCode,
) -> Response {
    let mut page = draw(state, visitor, request, None).await;
    *page.status_mut() = status;
    page
}

/// Returns the page that names a parameter which occurs more than once.
pub async fn repeated(state: &AppState, visitor: &Visitor, name: &str) -> Response {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("twice", name)
        .finish();
    let mut page = page(state, visitor, "/not-found", Some(&query)).await;
    *page.status_mut() = StatusCode::BAD_REQUEST;
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
    draw(state, visitor, request, None).await
}

/// Returns a page of an import, or the reason why there is none.
pub async fn import(
    state: &AppState,
    visitor: &Visitor,
    page: Result<ImportPage, Failure>,
) -> Response {
    const PATH: &str = "/inventory/import";
    let is_start = matches!(page, Ok(ImportPage::Start(_)));
    let data = PageData::Import(Box::new(page));
    let mut request = request(state, visitor, PATH, None, None);
    request.flash = visitor.flash(PATH).filter(|_| is_start);
    let shows_flash = request.flash.is_some();
    let mut page = write(visitor, request, data, None).await;
    if shows_flash {
        cookies::forget_flash(&mut page, &state.public_url);
    }
    page
}

/// Returns the page of a one-time link, possibly as the response to its form.
pub async fn link(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    link: LinkPage,
    answer: Option<FormAnswer>,
) -> Response {
    let request = request(state, visitor, path, None, answer);
    draw(state, visitor, request, Some(link)).await
}

async fn draw(
    state: &AppState,
    visitor: &Visitor,
    request: PageRequest,
    link: Option<LinkPage>,
) -> Response {
    // A page with a key or link that was just created shows nothing else, and neither does the
    // content of a frame.
    let is_self_contained = matches!(
        &request.answer,
        Some(
            FormAnswer::Issued(_)
                | FormAnswer::Rotated { .. }
                | FormAnswer::FirstCall(_)
                | FormAnswer::Invited(_)
                | FormAnswer::RecoveryCodes(_)
        )
    );
    let data = if is_self_contained {
        PageData::None
    } else {
        let backend = ConsoleBackend::of(state, visitor);
        PageData::fetch(Page::at(&request.path), &request, &backend).await
    };
    write(visitor, request, data, link).await
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
        too_long: None,
        docs: (Page::at(path) == Page::Docs).then(|| Arc::clone(&state.documents.docs)),
    }
}

async fn write(
    visitor: &Visitor,
    request: PageRequest,
    data: PageData,
    link: Option<LinkPage>,
) -> Response {
    let failure = data.failure().cloned();
    // The direct response to a form may be the only place of a secret, and the page of a link
    // contains the link.
    let may_be_compressed = request.answer.is_none() && link.is_none();
    let secrets = Arc::new(PageSecrets::default());
    let shown = Arc::clone(&secrets);
    let handover = Handover {
        member: visitor.member.as_ref().map(service::Member::view),
        data,
    };
    let context = move || {
        provide_context(request.clone());
        provide_context(handover.clone());
        provide_context(Arc::clone(&shown));
        if let Some(link) = link.clone() {
            provide_context(link);
        }
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
    let page = leptos_axum::render_app_async_with_context(context, app::shell)(empty_request).await;
    let page = if may_be_compressed {
        compression::compress(page, visitor.coding, &secrets).await
    } else {
        page
    };
    match failure {
        // A page that only shows why it has no content, for example to a viewer, is a regular
        // response.
        Some(failure) if !is_refusal(&failure) => with_status(page, &failure),
        _ => page,
    }
}
