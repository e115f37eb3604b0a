//! `POST /keys/{id}/watch` and `/keys/{id}/enforce`

use super::change_key::{parse_key_path, redirect_or_report};
use crate::fields::Fields;
use crate::return_path::sign_in_url;
use crate::{FormRequest, render, see_other};
use axum::extract::State;
use axum::response::Response;
use web::AppState;
use web::http::Segment;

pub async fn watch_key(
    State(state): State<AppState>,
    id: Segment,
    FormRequest {
        visitor,
        body: fields,
    }: FormRequest<Fields>,
) -> Response {
    let Some((page, id)) = parse_key_path(id) else {
        return render::not_found(&state, &visitor).await;
    };
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_url(&page));
    };
    let is_watched = fields.text("watch") != "off";
    let notice = if is_watched { "watched" } else { "unwatched" };
    let watched = state
        .services
        .keys
        .watch(member, &visitor.client, &id, is_watched)
        .await;
    redirect_or_report(&state, &visitor, &page, notice, watched).await
}

pub async fn enforce_networks(
    State(state): State<AppState>,
    id: Segment,
    FormRequest {
        visitor,
        body: fields,
    }: FormRequest<Fields>,
) -> Response {
    let Some((page, id)) = parse_key_path(id) else {
        return render::not_found(&state, &visitor).await;
    };
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_url(&page));
    };
    let networks = fields.texts("networks");
    let enforced = state
        .services
        .keys
        .enforce_networks(member, &visitor.client, &id, &networks)
        .await;
    redirect_or_report(&state, &visitor, &page, "enforced", enforced).await
}
