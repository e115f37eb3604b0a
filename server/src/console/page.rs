//! The pages that are asked for by `GET`.

use super::next::{asked_for, same_site, sign_in_to};
use super::{Visitor, render, see_other};
use crate::AppState;
use crate::parameter::MAX_NEXT;
use crate::request::Segment;
use app::request::LinkPage;
use axum::extract::State;
use axum::http::header::REFERRER_POLICY;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::Response;
use domain::Failure;
use service::{Error, LinkView};

/// A page for members.
pub async fn show(State(state): State<AppState>, uri: Uri, visitor: Visitor) -> Response {
    if visitor.member.is_none() {
        return see_other(&sign_in_to(way_back(&uri)));
    }
    render::page(&state, &visitor, uri.path(), uri.query()).await
}

/// The address to return to after signing in. One that is too long to be a parameter itself is shortened to the page without
/// its query.
pub(super) fn way_back(uri: &Uri) -> &str {
    let whole = path_and_query(uri);
    let fits = whole.len() <= MAX_NEXT;
    if fits { whole } else { uri.path() }
}

/// `/docs`, for everybody: who writes an integration need not be a member.
pub async fn docs(State(state): State<AppState>, uri: Uri, visitor: Visitor) -> Response {
    render::page(&state, &visitor, uri.path(), uri.query()).await
}

/// `/sign-in`, for whoever is not signed in yet.
pub async fn sign_in(State(state): State<AppState>, uri: Uri, visitor: Visitor) -> Response {
    if visitor.member.is_some() {
        return see_other(same_site(&asked_for(uri.query()).unwrap_or_default()));
    }
    render::page(&state, &visitor, uri.path(), uri.query()).await
}

/// `/setup/{token}`: what a one-time link leads to.
pub async fn setup(
    State(state): State<AppState>,
    Segment(token): Segment,
    uri: Uri,
    visitor: Visitor,
) -> Response {
    match state.service.link(&token.unwrap_or_default()).await {
        Ok(view) => link(render::link(&state, &visitor, uri.path(), link_page(view), None).await),
        Err(error) => link(gone(&state, &visitor, error).await),
    }
}

/// The address of the page must not leave it.
pub(super) fn link(mut page: Response) -> Response {
    page.headers_mut()
        .insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    page
}

/// A link that is used looks like one that is over or never was.
pub(super) async fn gone(state: &AppState, visitor: &Visitor, error: Error) -> Response {
    match super::door::failure(error, &visitor.request_id) {
        Failure::NotFound => render::link_gone(state, visitor).await,
        Failure::Unavailable => super::unavailable(),
        Failure::OutcomeUnknown => super::outcome_unknown(),
        _ => super::plain(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong on our side.",
        ),
    }
}

pub(super) fn link_page(view: LinkView) -> LinkPage {
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

pub(super) fn path_and_query(uri: &Uri) -> &str {
    uri.path_and_query()
        .map_or("/", axum::http::uri::PathAndQuery::as_str)
}
