//! `GET /setup/{token}`, the page of a one-time link.

use super::view::{LinkPage, Typed, invalid_link_page, setup_page};
use crate::backend::failure;
use crate::refused::Refused;
use crate::{Visitor, outcome_unknown, plain_text, render, unavailable};
use app::{Content, Page};
use axum::extract::State;
use axum::http::header::REFERRER_POLICY;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::Response;
use domain::Failure;
use service::{Error, LinkView};
use web::AppState;
use web::http::Segment;

pub async fn setup(
    State(state): State<AppState>,
    Segment(token): Segment,
    uri: Uri,
    visitor: Visitor,
) -> Response {
    match state.services.links.find(&token.unwrap_or_default()).await {
        Ok(view) => page(&state, &visitor, uri.path(), link_page(view), None).await,
        Err(error) => link_error(&state, &visitor, error).await,
    }
}

/// Returns the page of a link, possibly as the response to its form. It contains the link, so it is
/// not compressed.
pub async fn page(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    link: LinkPage,
    refused: Option<Refused<Typed>>,
) -> Response {
    let content = Content::new(move || setup_page(link.clone(), refused.clone()));
    hide_address(render::answer_uncompressed(state, visitor, path, content).await)
}

/// Keeps the browser from sending the address of the page to other sites.
pub fn hide_address(mut page: Response) -> Response {
    page.headers_mut()
        .insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    page
}

/// Returns the response for a link that cannot be used. It does not reveal whether the link ever
/// existed.
pub async fn link_error(state: &AppState, visitor: &Visitor, error: Error) -> Response {
    hide_address(match failure(error, &visitor.request_id) {
        // It is the same whether the link expired, was used or never existed.
        Failure::NotFound => {
            let content = Content::new(invalid_link_page);
            let mut page = render::answer(state, visitor, Page::Setup.path(), content).await;
            *page.status_mut() = StatusCode::NOT_FOUND;
            page
        }
        Failure::Unavailable => unavailable(),
        Failure::OutcomeUnknown => outcome_unknown(),
        _ => plain_text(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong on our side.",
        ),
    })
}

pub fn link_page(view: LinkView) -> LinkPage {
    match view {
        LinkView::FirstOwner => LinkPage::FirstOwner,
        LinkView::NewAccount { account_name } => LinkPage::NewAccount {
            account_name: account_name.to_string(),
        },
        LinkView::Reset { email } => LinkPage::Reset {
            email: email.to_string(),
        },
        LinkView::Invitation {
            account_name,
            email,
            role,
        } => LinkPage::Invitation {
            account_name: account_name.to_string(),
            email: email.to_string(),
            role,
        },
    }
}
