//! `POST /inventory`: a file of items.

mod file;
mod report;

use crate::AppState;
use crate::body::ReadError;
use crate::console::door::failure;
use crate::console::next::sign_in_to;
use crate::console::render::with_status;
use crate::console::{
    FormBody, Posted, Visitor, busy, closing, plain, render, see_other, unavailable,
};
use crate::feed::workers::NotBegun;
use crate::feed::{self, FeedError, MAX_BYTES};
use axum::body::HttpBody as _;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{FromRequest as _, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::{Failure, ImportReport};
use file::File;
use report::{listed, refused, stored};
use service::inventory::{
    CheckedFeed, Currency, FeedMode, FeedOptions, FeedOutcome, OnError, check_feed,
};
use service::store::LargeRemoval;

/// A file as large as a feed may be, and the rest of the form.
pub const MAX_IMPORT: usize = MAX_BYTES + 64 * 1024;

const REMOVES_TOO_MANY: &str = "This file would remove more than 10,000 items, the most that one file may remove, so nothing \
    was changed. Check that it is the whole inventory, or choose to keep the items that are not in it.";

fn large_removal(large: &LargeRemoval) -> String {
    let LargeRemoval { removed, stored } = large;
    format!(
        "This file would remove {removed} of {stored} items, so nothing was changed. A file that was cut off does that: check \
         that it is complete, or choose to keep the items that are not in it. If it is complete, send it by the API with \
         allow_removal={removed}."
    )
}

/// The form, read whole.
#[derive(Default)]
pub struct Upload {
    options: FeedOptions,
    file_name: String,
    bytes: Vec<u8>,
    /// Why the file cannot be taken, if it did not arrive whole.
    refused: Option<Outcome>,
}

impl FormBody for Upload {
    const LONG: bool = true;

    async fn read(request: Request) -> Result<Self, Response> {
        if request.body().size_hint().lower() > MAX_IMPORT as u64 {
            return Ok(Self {
                refused: Some(too_large()),
                ..Self::default()
            });
        }
        let Ok(form) = Multipart::from_request(request, &()).await else {
            return Err(plain(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Send this form as it is sent by a browser.",
            ));
        };
        match read(form).await {
            Err(error) if ReadError::of(&error) == ReadError::NoRoom => Err(busy()),
            Err(error) if ReadError::of(&error) == ReadError::Slow => Err(closing(plain(
                StatusCode::REQUEST_TIMEOUT,
                "The file came too slowly, so nothing was changed. Send it again.",
            ))),
            Err(error) => {
                let refused = if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
                    too_large()
                } else {
                    refused("The file did not arrive whole. Send it again.")
                };
                Ok(Self {
                    refused: Some(refused),
                    ..Self::default()
                })
            }
            Ok(upload) => Ok(upload),
        }
    }
}

/// A report, and the status of the page that shows it.
type Outcome = (StatusCode, ImportReport);

/// The answer to a good file and to a bad one is the page itself, with the report on it.
pub async fn import(
    State(state): State<AppState>,
    Posted {
        visitor,
        body: upload,
    }: Posted<Upload>,
) -> Response {
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_to("/inventory"));
    };
    let currency = match state.service.currency_for_member(member).await {
        Ok(currency) => currency,
        Err(error) => return failed(&state, &visitor, error).await,
    };
    let (account, sender) = (member.account_id(), member.actor());
    let work = move || checked(upload, currency);
    let (status, report) = match state.feeds.run(account, &sender, work).await {
        Err(NotBegun::QueueFull(_)) => return busy(),
        Err(NotBegun::Stopping) => return unavailable(),
        Ok(Err(outcome)) => outcome,
        Ok(Ok((feed, mode))) => {
            let outcome = state
                .service
                .import_items(member, &visitor.client, feed, mode)
                .await;
            match outcome {
                Ok(FeedOutcome::Stored(report)) => (StatusCode::OK, stored(report)),
                Ok(FeedOutcome::RemovesTooMany) => refused(REMOVES_TOO_MANY),
                Ok(FeedOutcome::RemovalNotAllowed(large)) => refused(large_removal(&large)),
                Err(error) => return failed(&state, &visitor, error).await,
            }
        }
    };
    let mut page = render::inventory(&state, &visitor, report).await;
    if page.status().is_success() {
        *page.status_mut() = status;
    }
    page
}

/// The page with the reason for which the file was not stored.
async fn failed(state: &AppState, visitor: &Visitor, error: service::Error) -> Response {
    let failure = failure(error, &visitor.request_id);
    let report = match &failure {
        Failure::OutcomeUnknown => ImportReport::OutcomeUnknown,
        failure => refused(failure.message()).1,
    };
    let page = render::inventory(state, visitor, report).await;
    with_status(page, &failure)
}

async fn read(mut form: Multipart) -> Result<Upload, MultipartError> {
    let mut upload = Upload::default();
    while let Some(field) = form.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "file" => {
                upload.file_name = field.file_name().unwrap_or_default().to_owned();
                upload.bytes = field.bytes().await?.into();
            }
            "mode" => {
                let replace = field.text().await? == "replace";
                upload.options.mode = if replace {
                    FeedMode::Replace {
                        allow_removal: None,
                    }
                } else {
                    FeedMode::Merge
                };
            }
            "on_error" => {
                let skip = field.text().await? == "skip";
                upload.options.on_error = if skip { OnError::Skip } else { OnError::Reject };
            }
            _ => {}
        }
    }
    Ok(upload)
}

/// The items in the file, checked.
fn checked(upload: Upload, currency: Currency) -> Result<(CheckedFeed, FeedMode), Outcome> {
    let options = upload.options;
    if let Some(refused) = upload.refused {
        return Err(refused);
    }
    if upload.bytes.is_empty() {
        return Err(refused("Choose a file with items in it."));
    }
    if upload.bytes.len() > MAX_BYTES {
        return Err(too_large());
    }
    let file = File::read(&upload.file_name, upload.bytes).map_err(refused)?;
    let drafts = feed::read(file.format, file.text).map_err(|error| match error {
        FeedError::Malformed(why) => refused(why),
        FeedError::Invalid(errors) => listed(errors),
    })?;
    let feed = check_feed(drafts, options, currency).map_err(listed)?;
    Ok((feed, options.mode))
}

fn too_large() -> Outcome {
    let limit = MAX_BYTES / 1024 / 1024;
    let (_, report) = refused(format!(
        "The file is larger than {limit} MiB. Send it in several parts."
    ));
    (StatusCode::PAYLOAD_TOO_LARGE, report)
}
