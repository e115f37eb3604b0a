//! Drawing a page: the same console that runs in the browser, run here once.

use super::Visitor;
use super::door::Door;
use crate::AppState;
use crate::headers::{RETRY_SECONDS, page_policy};
use crate::parameter::TooLong;
use app::Page;
use app::request::{FormAnswer, Handover, LinkPage, PageData, PageRequest};
use axum::body::Body;
use axum::http::header::{CONTENT_SECURITY_POLICY, RETRY_AFTER};
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::Response;
use domain::{Failure, ImportReport};
use leptos::nonce::use_nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use url::form_urlencoded;

/// The page at `path`, asked for with `query`.
pub async fn page(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    query: Option<&str>,
) -> Response {
    draw(state, visitor, path, query, None, None).await
}

/// The page at `path` after one of its forms failed that has no page of its own.
pub async fn after_failure(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    query: Option<&str>,
    failure: &Failure,
) -> Response {
    if *failure != Failure::OutcomeUnknown {
        return with_status(page(state, visitor, path, query).await, failure);
    }
    // The page shows by itself what was changed or refused, but not that nobody knows.
    let data = PageData::failed(Page::at(path), failure.clone());
    let request = request(state, visitor, path, None, None);
    write(visitor, request, data, None).await
}

/// The page that says that there is none.
pub async fn not_found(state: &AppState, visitor: &Visitor) -> Response {
    // Not the path that was asked for: the console's own table might know it.
    let mut page = page(state, visitor, "/not-found", None).await;
    *page.status_mut() = StatusCode::NOT_FOUND;
    page
}

/// The page that says so of a one-time link; the same whether it never was, is over or is used.
pub async fn link_gone(state: &AppState, visitor: &Visitor) -> Response {
    let mut page = page(state, visitor, "/not-found", Some("link=gone")).await;
    *page.status_mut() = StatusCode::NOT_FOUND;
    page
}

/// The page that names a parameter which is too long.
pub async fn too_long(state: &AppState, visitor: &Visitor, too_long: &TooLong) -> Response {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("long", &too_long.name)
        .append_pair("most", &too_long.most.to_string())
        .finish();
    let mut page = page(state, visitor, "/not-found", Some(&query)).await;
    *page.status_mut() = StatusCode::BAD_REQUEST;
    page
}

/// The page at `path` as the direct answer to a form.
pub async fn answer(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    answer: FormAnswer,
) -> Response {
    draw(state, visitor, path, None, None, Some(answer)).await
}

/// The Inventory page, with the report on a file. It is the page that a script takes over, since it holds no secret.
pub async fn inventory(state: &AppState, visitor: &Visitor, report: ImportReport) -> Response {
    let path = "/inventory";
    let page = Page::at(path);
    let door = Door::of(state, visitor);
    let mut data = PageData::fetch(page, &PageRequest::default(), &door).await;
    if let PageData::Inventory(Ok(page)) = &mut data {
        page.report = Some(report);
    }
    let request = request(state, visitor, path, None, None);
    write(visitor, request, data, None).await
}

/// The page of a one-time link, perhaps as the answer to its form.
pub async fn link(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    link: LinkPage,
    answer: Option<FormAnswer>,
) -> Response {
    draw(state, visitor, path, None, Some(link), answer).await
}

async fn draw(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    query: Option<&str>,
    link: Option<LinkPage>,
    answer: Option<FormAnswer>,
) -> Response {
    let request = request(state, visitor, path, query, answer);
    // The answer that shows a key or a link just made shows nothing else, and neither does what stands in a frame.
    let alone = matches!(
        &request.answer,
        Some(
            FormAnswer::Issued(_)
                | FormAnswer::Rotated { .. }
                | FormAnswer::FirstCall(_)
                | FormAnswer::Invited(_)
                | FormAnswer::RecoveryCodes(_)
        )
    );
    let data = if alone {
        PageData::None
    } else {
        let door = Door::of(state, visitor);
        PageData::fetch(Page::at(path), &request, &door).await
    };
    write(visitor, request, data, link).await
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
        insecure: !state.public_url.is_trustworthy(),
        answer,
        docs: (Page::at(path) == Page::Docs).then(|| state.docs()),
    }
}

async fn write(
    visitor: &Visitor,
    request: PageRequest,
    data: PageData,
    link: Option<LinkPage>,
) -> Response {
    let failure = data.failure().cloned();
    let handover = Handover {
        member: visitor.member.as_ref().map(service::Member::view),
        data,
    };
    let context = move || {
        provide_context(request.clone());
        provide_context(handover.clone());
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
    let bare = Request::new(Body::empty());
    let page = leptos_axum::render_app_async_with_context(context, app::shell)(bare).await;
    match failure {
        // A page that only shows why it has nothing to show, such as to a viewer, is an answer like any other.
        Some(failure) if !is_refusal(&failure) => with_status(page, &failure),
        _ => page,
    }
}

/// Gives a page the status of the failure that it shows, which is how a form that was posted as a page is refused. A
/// page that could not be drawn keeps its own status, unless the failure is a fault of ours.
pub fn with_status(mut page: Response, failure: &Failure) -> Response {
    let status = status(failure);
    if !page.status().is_success() && !status.is_server_error() {
        return page;
    }
    *page.status_mut() = status;
    let wait = match failure {
        Failure::TooManyAttempts {
            retry_after_seconds,
        } => Some(*retry_after_seconds),
        Failure::Unavailable | Failure::PastDeadline | Failure::StorageLow | Failure::NotStored => {
            Some(RETRY_SECONDS)
        }
        _ => None,
    };
    if let Some(seconds) = wait {
        page.headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    page
}

const fn status(failure: &Failure) -> StatusCode {
    match failure {
        Failure::SignedOut | Failure::WrongCredentials => StatusCode::UNAUTHORIZED,
        Failure::Forbidden | Failure::OwnersOnly | Failure::CreationStopped => {
            StatusCode::FORBIDDEN
        }
        Failure::NotFound => StatusCode::NOT_FOUND,
        Failure::Invalid { .. }
        | Failure::AlreadyCreated { .. }
        | Failure::AlreadyEnded
        | Failure::Outdated { .. }
        | Failure::BeingReplaced
        | Failure::QuotaExceeded { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Failure::TooManyAttempts { .. } => StatusCode::TOO_MANY_REQUESTS,
        // Without `Retry-After`, an unknown outcome invites no program to repeat the change by itself.
        Failure::Unavailable
        | Failure::PastDeadline
        | Failure::StorageLow
        | Failure::NotStored
        | Failure::OutcomeUnknown => StatusCode::SERVICE_UNAVAILABLE,
        Failure::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Whether the failure is a decision about this request that a page may also show without having been asked to change
/// anything.
fn is_refusal(failure: &Failure) -> bool {
    matches!(
        status(failure),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::UNPROCESSABLE_ENTITY
    )
}
