//! `GET /keys/{id}/learned`: the addresses from which a key was used and its last use, as its page
//! shows them. The script of the page requests them while the key's addresses are learned, and puts
//! them into the page.

use super::key_view::last_use as last_use_view;
use crate::backend::failure;
use crate::{BackgroundVisitor, keys, render};
use app::Content;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use domain::KeyId;
use web::AppState;
use web::http::Segment;

pub async fn learned(
    State(state): State<AppState>,
    uri: Uri,
    Segment(id): Segment,
    BackgroundVisitor(visitor): BackgroundVisitor,
) -> Response {
    let Some(member) = &visitor.member else {
        // The session has ended. The script loads the page again, which leads to the sign-in page.
        return StatusCode::NO_CONTENT.into_response();
    };
    let Ok(id) = KeyId::parse(&id.unwrap_or_default()) else {
        return render::not_found(&state, &visitor, uri.path()).await;
    };
    let watched = state.services.keys.watched_callers(member, &id).await;
    let zone = member.time_zone();
    let (watch, last_use) = match watched.map_err(|error| failure(error, &visitor.request_id)) {
        Ok(Some((watched, last_use))) => (
            keys::activity::watch(watched, zone),
            last_use.map(|last| last_use_view(last, zone)),
        ),
        Ok(None) => return render::not_found(&state, &visitor, uri.path()).await,
        Err(failure) => return render::failed(&state, &visitor, uri.path(), &failure).await,
    };
    let (now, may_change) = (state.services.clock.now(), member.role().may_manage_keys());
    let content = Content::new(move || {
        keys::view::learned_page(&id, watch.clone(), last_use.clone(), may_change, now)
    });
    render::answer(&state, &visitor, uri.path(), content).await
}
