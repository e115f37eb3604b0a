//! `POST /api/inventory`

use super::read::feed;
use crate::AppState;
use crate::api::json::{FEED, JsonText};
use crate::api::parameters::Parameters;
use crate::api::problem::Problem;
use crate::api::scoped::{InventoryWrite, Scoped};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use service::inventory::{EntryError, UpsertReport, check_feed};

#[derive(Serialize)]
pub struct PushAnswer {
    received: usize,
    created: u64,
    updated: u64,
    unchanged: u64,
    /// Items that a full feed left out; there are no full feeds yet.
    removed: u64,
    /// Items that were passed over; there is no way to ask for that yet.
    rejected: [(); 0],
}

pub async fn push(
    State(state): State<AppState>,
    scoped: Scoped<InventoryWrite>,
    parameters: Parameters,
    JsonText(body): JsonText<FEED>,
) -> Result<Json<PushAnswer>, Problem> {
    let drafts = feed(&body).map_err(Problem::InvalidBody)?;
    drop(body);
    if let Err(problem) = parameters.none() {
        // A bad body is told of first; nothing is stored either way.
        check_feed(drafts).map_err(invalid)?;
        return Err(problem);
    }
    match state
        .service
        .push_items(&scoped.caller, &scoped.client, drafts)
        .await?
    {
        UpsertReport::Stored { received, counts } => Ok(Json(PushAnswer {
            received,
            created: counts.created,
            updated: counts.updated,
            unchanged: counts.unchanged,
            removed: 0,
            rejected: [],
        })),
        UpsertReport::Rejected(errors) => Err(invalid(errors)),
    }
}

/// The service counts from the list of items on, callers from the body on.
fn invalid(errors: Vec<EntryError>) -> Problem {
    Problem::InvalidBody(
        errors
            .into_iter()
            .map(|error| error.under("/items"))
            .collect(),
    )
}
