//! `POST /keys/{id}/watch` and `/keys/{id}/enforce`

use super::change_key::{asked_for, lead_on};
use crate::AppState;
use crate::console::fields::Fields;
use crate::console::next::sign_in_to;
use crate::console::{Posted, render, see_other};
use crate::http::Segment;
use axum::extract::State;
use axum::response::Response;

pub async fn watch_key(
    State(state): State<AppState>,
    id: Segment,
    Posted {
        visitor,
        body: fields,
    }: Posted<Fields>,
) -> Response {
    let Some((page, id)) = asked_for(id) else {
        return render::not_found(&state, &visitor).await;
    };
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_to(&page));
    };
    let on = fields.text("watch") != "off";
    let done = if on { "watched" } else { "unwatched" };
    let watched = state
        .services
        .keys
        .watch(member, &visitor.client, &id, on)
        .await;
    lead_on(&state, &visitor, &page, done, watched).await
}

pub async fn enforce_networks(
    State(state): State<AppState>,
    id: Segment,
    Posted {
        visitor,
        body: fields,
    }: Posted<Fields>,
) -> Response {
    let Some((page, id)) = asked_for(id) else {
        return render::not_found(&state, &visitor).await;
    };
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_to(&page));
    };
    let networks = fields.texts("networks");
    let enforced = state
        .services
        .keys
        .enforce_networks(member, &visitor.client, &id, &networks)
        .await;
    lead_on(&state, &visitor, &page, "enforced", enforced).await
}
