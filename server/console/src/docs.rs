//! `GET /docs`, which is public, since the author of an integration may not be a member.

use crate::Visitor;
use crate::visit::Visit;
use app::pages::HydratedPage;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use web::AppState;

pub async fn docs(State(state): State<AppState>, uri: Uri, visitor: Visitor) -> Response {
    Visit::new(&state, visitor, &uri)
        .show(HydratedPage::Docs)
        .await
}
