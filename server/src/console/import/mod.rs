//! The import of a file of items: `GET` and `POST /inventory/import`, and the pages below it.
//!
//! Each step reads the stored file again, so that it holds nothing in memory between the steps, and
//! so that any node can carry it out. The server draws every page as the answer to its own request.

mod apply;
mod choices;
mod context;
mod describe;
mod examine;
mod faults;
mod load;
mod preview;
mod report;
mod upload;

pub use upload::MAX_IMPORT;

use super::fields::Fields;
use super::page::way_back;
use super::time::moment;
use super::{Posted, Visitor, flash, see_other};
use crate::AppState;
use crate::http::Segment;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use choices::Choices;
use context::{Context, Step, Stop, answer};
use domain::{ImportPage, ImportStart, OpenImport};
use load::{Loaded, load};
use service::store::StoredImport;
use upload::Upload;

const START: &str = "/inventory/import";

fn at(id: &str) -> String {
    format!("{START}/{id}")
}

/// `GET /inventory/import`
pub async fn start(State(state): State<AppState>, uri: Uri, visitor: Visitor) -> Response {
    answer(&state, &visitor, way_back(&uri), async |context| {
        let open = context.state.services.imports.open(context.member).await;
        let open = context.told(open)?.map(|open| OpenImport {
            path: at(&open.id),
            file_name: open.file_name,
            begun: moment(open.created_at, context.member.time_zone()),
        });
        let start = ImportStart {
            refused: None,
            open,
        };
        Ok(ImportPage::Start(Box::new(start)))
    })
    .await
}

/// `POST /inventory/import`
pub async fn upload(
    State(state): State<AppState>,
    Posted { visitor, body }: Posted<Upload>,
) -> Response {
    answer(&state, &visitor, START, async |context| {
        let id = body.store(&context).await?;
        Err(see_other(&at(&id)).into())
    })
    .await
}

/// `GET /inventory/import/{id}`
pub async fn describe(
    State(state): State<AppState>,
    Segment(id): Segment,
    uri: Uri,
    visitor: Visitor,
) -> Response {
    let id = id.unwrap_or_default();
    answer(&state, &visitor, way_back(&uri), async |context| {
        let stored = context.find(&id).await?;
        if let Some(result) = report::result(&stored) {
            return Ok(ImportPage::Done(Box::new(result)));
        }
        let loaded = waiting(&context, stored).await?;
        describe::page(&context, loaded, None).await
    })
    .await
}

/// `POST /inventory/import/{id}`
pub async fn choose(
    State(state): State<AppState>,
    Segment(id): Segment,
    Posted {
        visitor,
        body: fields,
    }: Posted<Fields>,
) -> Response {
    let id = id.unwrap_or_default();
    answer(&state, &visitor, &at(&id), async |context| {
        let stored = context.find(&id).await?;
        if stored.result.is_some() {
            return Err(see_other(&at(&id)).into());
        }
        let loaded = waiting(&context, stored).await?;
        describe::choose(&context, loaded, &fields).await
    })
    .await
}

/// `GET /inventory/import/{id}/preview`
pub async fn preview(
    State(state): State<AppState>,
    Segment(id): Segment,
    uri: Uri,
    visitor: Visitor,
) -> Response {
    let id = id.unwrap_or_default();
    answer(&state, &visitor, way_back(&uri), async |context| {
        let (stored, choices) = chosen(&context, &id).await?;
        let loaded = waiting(&context, stored).await?;
        preview::page(&context, loaded, choices).await
    })
    .await
}

/// The file of an import that was not applied yet, or the way to its result: another request may
/// apply it meanwhile, which removes the file.
async fn waiting(context: &Context<'_>, stored: StoredImport) -> Step<Loaded> {
    let id = stored.id.clone();
    let loaded = load(context, stored).await;
    if loaded.is_err()
        && let Ok(now) = context.find(&id).await
        && now.result.is_some()
    {
        return Err(see_other(&at(&id)).into());
    }
    loaded
}

/// `POST /inventory/import/{id}/apply`
pub async fn apply(
    State(state): State<AppState>,
    Segment(id): Segment,
    Posted {
        visitor,
        body: fields,
    }: Posted<Fields>,
) -> Response {
    let id = id.unwrap_or_default();
    answer(&state, &visitor, &at(&id), async |context| {
        let (stored, choices) = chosen(&context, &id).await?;
        let loaded = waiting(&context, stored).await?;
        apply::apply(&context, loaded, choices, &fields).await
    })
    .await
}

/// `GET /inventory/import/{id}/apply`, as when a member reloads the page of a refused confirmation.
pub async fn confirmed(
    State(state): State<AppState>,
    Segment(id): Segment,
    uri: Uri,
    visitor: Visitor,
) -> Response {
    let id = id.unwrap_or_default();
    answer(&state, &visitor, way_back(&uri), async |context| {
        let stored = context.find(&id).await?;
        Err(see_other(&format!("{}/preview", at(&stored.id))).into())
    })
    .await
}

/// `POST /inventory/import/{id}/discard`
pub async fn discard(
    State(state): State<AppState>,
    Segment(id): Segment,
    Posted { visitor, .. }: Posted<Fields>,
) -> Response {
    let id = id.unwrap_or_default();
    answer(&state, &visitor, START, async |context| {
        let discarded = state.services.imports.discard(context.member, &id).await;
        context.told(discarded)?;
        Err(flash::lead_to(&state, &visitor, START, "discarded").into())
    })
    .await
}

/// `GET /inventory/import/{id}/faults.csv`
pub async fn faults(
    State(state): State<AppState>,
    Segment(id): Segment,
    uri: Uri,
    visitor: Visitor,
) -> Response {
    let id = id.unwrap_or_default();
    answer(&state, &visitor, way_back(&uri), async |context| {
        let (stored, choices) = chosen(&context, &id).await?;
        let loaded = waiting(&context, stored).await?;
        Err(faults::file(&context, loaded, choices).await?.into())
    })
    .await
}

/// The import with its choices. Without them, or once it has a result, the way leads to its own
/// page.
async fn chosen(context: &Context<'_>, id: &str) -> Step<(StoredImport, Choices)> {
    let stored = context.find(id).await?;
    match stored.choices.as_deref().and_then(Choices::read) {
        Some(choices) if stored.result.is_none() => Ok((stored, choices)),
        _ => Err(see_other(&at(id)).into()),
    }
}
