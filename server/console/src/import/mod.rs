//! The import of a file of items: `GET` and `POST /inventory/import`, and the pages below it.
//!
//! Each step reads the stored file again, so that the server keeps nothing in memory between steps,
//! and any node can carry out any step. Every page is the response to its own request.

mod advice;
mod apply;
mod choices;
mod context;
mod currency;
mod describe;
mod emptied;
mod examine;
mod faults;
mod load;
mod preview;
mod report;
mod upload;
mod view;
mod words;

pub use upload::MAX_IMPORT;

use super::fields::Fields;
use super::form::SignedOut;
use super::visit::current_path;
use super::{FormRequest, Visitor, see_other};
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Response};
use choices::Choices;
use context::{Context, EarlyExit, Step, answer};
use domain::{ImportPage, ImportStart, OpenImport};
use load::{LoadedImport, load};
use service::store::StoredImport;
use upload::Upload;
use web::AppState;
use web::http::Segment;
use web::words::time::display_time;

const START: &str = "/inventory/import";

fn import_path(id: &str) -> String {
    format!("{START}/{id}")
}

/// `GET /inventory/import`
pub async fn start(State(state): State<AppState>, uri: Uri, visitor: Visitor) -> Response {
    answer(&state, &visitor, current_path(&uri), async |context| {
        let open = context.state.services.imports.open(context.member).await;
        let open = context.map_failure(open)?.map(|open| OpenImport {
            path: import_path(&open.id),
            file_name: open.file_name,
            started: display_time(open.created_at, context.member.time_zone()),
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
    FormRequest {
        state,
        visitor,
        body,
        ..
    }: FormRequest<Upload>,
) -> Response {
    if visitor.member.is_none() {
        return SignedOut::without_file(&state, &visitor, START).into_response();
    }
    answer(&state, &visitor, START, async |context| {
        let id = body.store(&context).await?;
        Err(see_other(&import_path(&id)).into())
    })
    .await
}

/// A request for a page of an import.
type StepRequest = (State<AppState>, Segment, Uri, Visitor);

/// A form on a page of an import.
type StepForm = (Segment, FormRequest<Fields>);

/// Carries out a step of the import in the path.
async fn show(
    (State(state), Segment(id), uri, visitor): StepRequest,
    step: impl AsyncFnOnce(Context<'_>, &str) -> Step<ImportPage>,
) -> Response {
    let id = id.unwrap_or_default();
    answer(&state, &visitor, current_path(&uri), async |context| {
        step(context, &id).await
    })
    .await
}

/// Carries out what a form requests for the import in the path. After signing in, a visitor without
/// a session returns to the page of the import.
async fn submit(
    (Segment(id), form): StepForm,
    step: impl AsyncFnOnce(Context<'_>, &str, &Fields) -> Step<ImportPage>,
) -> Response {
    let FormRequest {
        state,
        visitor,
        body: fields,
        ..
    } = form;
    let id = id.unwrap_or_default();
    let path = import_path(&id);
    if visitor.member.is_none() {
        return SignedOut::at(&state, &visitor, &path).into_response();
    }
    answer(&state, &visitor, &path, async |context| {
        step(context, &id, &fields).await
    })
    .await
}

/// `GET /inventory/import/{id}`
pub async fn describe(request: StepRequest) -> Response {
    show(request, async |context, id| {
        let stored = context.find(id).await?;
        if let Some(result) = report::result(&stored) {
            return Ok(ImportPage::Done(Box::new(result)));
        }
        let loaded = load_pending(&context, stored).await?;
        let kept = context.kept_fields(&import_path(id));
        describe::page(&context, loaded, kept.as_ref()).await
    })
    .await
}

/// `POST /inventory/import/{id}`. After signing in, a visitor without a session gets their choices
/// back, if the file is still stored.
pub async fn choose(form: StepForm) -> Response {
    let (Segment(id), request) = &form;
    let path = import_path(id.as_deref().unwrap_or_default());
    if let Err(signed_out) = request.sender_or_keep(&path) {
        return signed_out.into_response();
    }
    submit(form, async |context, id, fields| {
        let stored = context.find(id).await?;
        if stored.result.is_some() {
            return Err(see_other(&import_path(id)).into());
        }
        let loaded = load_pending(&context, stored).await?;
        describe::choose(&context, loaded, fields).await
    })
    .await
}

/// `GET /inventory/import/{id}/preview`
pub async fn preview(request: StepRequest) -> Response {
    show(request, async |context, id| {
        let (stored, choices) = find_with_choices(&context, id).await?;
        let loaded = load_pending(&context, stored).await?;
        preview::page(&context, loaded, choices).await
    })
    .await
}

/// Loads the file of an import that has not been applied yet, or returns a redirect to its result:
/// another request may have applied it meanwhile, which removes the file.
async fn load_pending(context: &Context<'_>, stored: StoredImport) -> Step<LoadedImport> {
    let id = stored.id.clone();
    let loaded = load(context, stored).await;
    if loaded.is_err()
        && let Ok(current) = context.find(&id).await
        && current.result.is_some()
    {
        return Err(see_other(&import_path(&id)).into());
    }
    loaded
}

/// `POST /inventory/import/{id}/apply`
pub async fn apply(form: StepForm) -> Response {
    submit(form, async |context, id, fields| {
        let (stored, choices) = find_with_choices(&context, id).await?;
        let loaded = load_pending(&context, stored).await?;
        apply::apply(&context, loaded, choices, fields).await
    })
    .await
}

/// `GET /inventory/import/{id}/apply`, as when a member reloads the page of a refused confirmation.
pub async fn redirect_to_preview(request: StepRequest) -> Response {
    show(request, async |context, id| {
        let stored = context.find(id).await?;
        Err(see_other(&format!("{}/preview", import_path(&stored.id))).into())
    })
    .await
}

/// `POST /inventory/import/{id}/discard`
pub async fn discard(form: StepForm) -> Response {
    submit(form, async |context, id, _| {
        let imports = &context.state.services.imports;
        context.map_failure(imports.discard(context.member, id).await)?;
        let visitor = context.visitor;
        Err(visitor
            .redirect_with_flash(context.state, START, "discarded")
            .into())
    })
    .await
}

/// `GET /inventory/import/{id}/faults.csv`: the errors of the preview, or of the result once the
/// import is done.
pub async fn faults(request: StepRequest) -> Response {
    show(request, async |context, id| {
        let stored = context.find(id).await?;
        let (errors, delimiter) = match report::result(&stored) {
            Some(result) if result.errors.is_empty() => {
                return Err(see_other(&import_path(id)).into());
            }
            Some(result) => (result.errors, result.delimiter),
            None => {
                let (stored, choices) = find_with_choices(&context, id).await?;
                let loaded = load_pending(&context, stored).await?;
                let checked = preview::check(&context, loaded, choices).await?;
                (checked.errors, checked.delimiter)
            }
        };
        Err(faults::file(&errors, delimiter).into())
    })
    .await
}

/// Returns the import with its choices, or a redirect to its page if it has no choices or already
/// has a result.
async fn find_with_choices(context: &Context<'_>, id: &str) -> Step<(StoredImport, Choices)> {
    let stored = context.find(id).await?;
    match stored.choices.as_deref().and_then(Choices::read) {
        Some(choices) if stored.result.is_none() => Ok((stored, choices)),
        _ => Err(see_other(&import_path(id)).into()),
    }
}
