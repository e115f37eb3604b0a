//! Pages that are requested by `GET`.

use super::return_path::{from_query, same_site, sign_in_url};
use super::{Visitor, render, see_other};
use app::Page;
use app::request::LinkPage;
use axum::extract::State;
use axum::http::header::REFERRER_POLICY;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::Response;
use domain::Failure;
use service::{Error, LinkView};
use web::AppState;
use web::http::Segment;
use web::parameter_limits::MAX_NEXT;

/// Shows a page for members.
pub async fn show(State(state): State<AppState>, uri: Uri, visitor: Visitor) -> Response {
    if visitor.member.is_none() {
        return see_other(&sign_in_url(current_path(&uri)));
    }
    render::page(&state, &visitor, uri.path(), uri.query()).await
}

/// Shows the page that sets up a second factor, also for members who may see no other page.
pub async fn second_factor(State(state): State<AppState>, uri: Uri, visitor: Visitor) -> Response {
    if visitor.enrolling_member().is_none() {
        return see_other(&sign_in_url(current_path(&uri)));
    }
    render::page(&state, &visitor, uri.path(), uri.query()).await
}

/// Returns the address to return to after signing in.
///
/// If it is too long to be a parameter itself, its query is left out.
pub(super) fn current_path(uri: &Uri) -> &str {
    let path = path_and_query(uri);
    let fits = path.len() <= MAX_NEXT;
    if fits { path } else { uri.path() }
}

/// Shows `/docs`, which is public: the author of an integration need not be a member.
pub async fn docs(State(state): State<AppState>, uri: Uri, visitor: Visitor) -> Response {
    render::page(&state, &visitor, uri.path(), uri.query()).await
}

/// Shows `/sign-in`, if the visitor is not signed in yet. Every page redirects here a member who
/// first has to set up a second factor.
pub async fn sign_in(State(state): State<AppState>, uri: Uri, visitor: Visitor) -> Response {
    if visitor.factor_due.is_some() {
        return see_other(Page::SecondFactor.path());
    }
    if visitor.member.is_some() {
        return see_other(same_site(&from_query(uri.query()).unwrap_or_default()));
    }
    render::page(&state, &visitor, uri.path(), uri.query()).await
}

/// Shows `/setup/{token}`, the page of a one-time link.
pub async fn setup(
    State(state): State<AppState>,
    Segment(token): Segment,
    uri: Uri,
    visitor: Visitor,
) -> Response {
    match state.services.links.find(&token.unwrap_or_default()).await {
        Ok(view) => link(render::link(&state, &visitor, uri.path(), link_page(view), None).await),
        Err(error) => link(link_error(&state, &visitor, error).await),
    }
}

/// Keeps the browser from sending the address of the page to other sites.
pub(super) fn link(mut page: Response) -> Response {
    page.headers_mut()
        .insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    page
}

/// Returns the response for a link that cannot be used. It does not reveal whether the link ever
/// existed.
pub(super) async fn link_error(state: &AppState, visitor: &Visitor, error: Error) -> Response {
    match super::backend::failure(error, &visitor.request_id) {
        Failure::NotFound => render::link_gone(state, visitor).await,
        Failure::Unavailable => super::unavailable(),
        Failure::OutcomeUnknown => super::outcome_unknown(),
        _ => super::plain_text(
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
