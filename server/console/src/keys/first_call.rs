//! `GET /keys/{id}/first-call`: content of the frame beside a new key on a page without script,
//! which must not be loaded again.

use crate::backend::failure;
use crate::return_path::sign_in_url;
use crate::{BackgroundVisitor, keys, render, see_other};
use app::Content;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use domain::{FirstCallStage, KeyId};
use web::AppState;
use web::http::Segment;

/// Interval of the refresh, in seconds.
const REFRESH_SECONDS: &str = "2";

pub async fn first_call(
    State(state): State<AppState>,
    uri: Uri,
    Segment(id): Segment,
    BackgroundVisitor(visitor): BackgroundVisitor,
) -> Response {
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_url(crate::visit::path_and_query(&uri)));
    };
    let result = match KeyId::parse(&id.unwrap_or_default()) {
        Ok(id) => state.services.keys.first_call(member, &id).await,
        Err(_) => Ok(None),
    };
    let call = match result.map_err(|error| failure(error, &visitor.request_id)) {
        Ok(Some(call)) => keys::first_call(call, member, state.public_url.origin()),
        Ok(None) => return render::not_found(&state, &visitor, uri.path()).await,
        Err(failure) => return render::failed(&state, &visitor, uri.path(), &failure).await,
    };
    let is_done = call.stage == FirstCallStage::Accepted;
    let content = Content::new(move || keys::view::first_call_page(call.clone()));
    let page = render::answer_uncompressed(&state, &visitor, uri.path(), content).await;
    render::framed(page, (!is_done).then_some(REFRESH_SECONDS))
}
