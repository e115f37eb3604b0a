//! `POST /inventory`: a file of items.

use crate::AppState;
use crate::body::ReadError;
use crate::console::door::failure;
use crate::console::next::sign_in_to;
use crate::console::render::with_status;
use crate::console::{FormBody, Posted, busy, closing, plain, render, see_other, unavailable};
use crate::feed::workers::NotBegun;
use crate::feed::{self, FeedError, Format, MAX_BYTES};
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest as _, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::{Failure, ImportReport, RowProblem};
use service::inventory::{
    CheckedFeed, EntryError, FeedMode, FeedOptions, FeedOutcome, FeedReport, OnError, check_feed,
};

/// A file as large as a feed may be, and the rest of the form.
pub const MAX_IMPORT: usize = MAX_BYTES + 64 * 1024;

const REMOVES_TOO_MANY: &str = "This file would remove more than 10,000 items, the most that one file may remove, so nothing \
    was changed. Check that it is the whole inventory, or choose to keep the items that are not in it.";

/// Rows that a report shows of a file that was stored, and errors that it shows of one that was not.
const MAX_ROWS: usize = 100;

/// The form, read whole.
#[derive(Default)]
pub struct Upload {
    options: FeedOptions,
    format: Option<Format>,
    bytes: Vec<u8>,
    /// Why the file cannot be taken, if it did not arrive whole.
    refused: Option<Outcome>,
}

impl FormBody for Upload {
    const LONG: bool = true;

    async fn read(request: Request) -> Result<Self, Response> {
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
    let (account, sender) = (member.account_id(), member.actor());
    let read = state.feeds.run(account, &sender, move || checked(upload));
    let (status, report) = match read.await {
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
                Ok(FeedOutcome::RemovesTooMany | FeedOutcome::RemovalNotAllowed(_)) => {
                    refused(REMOVES_TOO_MANY)
                }
                Err(error) => {
                    let failure = failure(error, &visitor.request_id);
                    let report = match &failure {
                        Failure::OutcomeUnknown => ImportReport::OutcomeUnknown,
                        failure => refused(failure.message()).1,
                    };
                    let page = render::inventory(&state, &visitor, report).await;
                    return with_status(page, &failure);
                }
            }
        }
    };
    let mut page = render::inventory(&state, &visitor, report).await;
    if page.status().is_success() {
        *page.status_mut() = status;
    }
    page
}

async fn read(mut form: Multipart) -> Result<Upload, MultipartError> {
    let mut upload = Upload::default();
    while let Some(field) = form.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "file" => {
                upload.format = format(&field);
                upload.bytes = field.bytes().await?.into();
            }
            "mode" => {
                let replace = field.text().await? == "replace";
                upload.options.mode = if replace {
                    // A person chose so, and a page asks again.
                    FeedMode::Replace {
                        allow_removal: Some(u64::MAX),
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

/// By the file's name: browsers guess the type, each its own.
fn format(field: &Field<'_>) -> Option<Format> {
    let by_name = field.file_name().and_then(Format::of_file);
    by_name.or_else(|| Format::of_media_type(field.content_type()?))
}

/// The items in the file, checked.
fn checked(upload: Upload) -> Result<(CheckedFeed, FeedMode), Outcome> {
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
    let told =
        "The file is none of JSON, XML or CSV. Give it the ending of its format, such as .csv.";
    let format = upload.format.ok_or_else(|| refused(told))?;
    let text = String::from_utf8(upload.bytes)
        .map_err(|_| refused("The file is not in UTF-8. Save it again as “CSV UTF-8”."))?;
    let drafts = feed::read(format, text).map_err(|error| match error {
        FeedError::Malformed(why) => refused(why),
        FeedError::Invalid(errors) => listed(errors),
    })?;
    let feed = check_feed(drafts, options).map_err(listed)?;
    Ok((feed, options.mode))
}

fn too_large() -> Outcome {
    let limit = MAX_BYTES / 1024 / 1024;
    let (_, report) = refused(format!(
        "The file is larger than {limit} MiB. Send it in several parts."
    ));
    (StatusCode::PAYLOAD_TOO_LARGE, report)
}

fn refused(reason: impl Into<String>) -> Outcome {
    let report = ImportReport::Refused {
        reason: reason.into(),
        rows: Vec::new(),
    };
    (StatusCode::UNPROCESSABLE_ENTITY, report)
}

fn listed(mut errors: Vec<EntryError>) -> Outcome {
    errors.truncate(MAX_ROWS);
    let report = ImportReport::Refused {
        reason: "Correct these values, then send the file again.".into(),
        rows: rows(errors),
    };
    (StatusCode::UNPROCESSABLE_ENTITY, report)
}

/// The report of a file that was stored. At most 1,000 errors are listed in all.
fn stored(report: FeedReport) -> ImportReport {
    let FeedReport {
        received,
        counts,
        skipped,
    } = report;
    let listed = skipped.listed.into_iter().take(MAX_ROWS);
    ImportReport::Stored {
        received: received as u64,
        created: counts.created,
        updated: counts.updated,
        unchanged: counts.unchanged,
        removed: counts.removed,
        passed_over_count: skipped.count as u64,
        passed_over: listed.flat_map(|item| rows(item.errors)).collect(),
    }
}

/// Errors by the row they are in, in the words of a person: `/3/price` is the price of row 4.
fn rows(errors: Vec<EntryError>) -> Vec<RowProblem> {
    let mut rows: Vec<RowProblem> = Vec::new();
    for error in errors {
        let pointer = error
            .pointer
            .strip_prefix("/items")
            .unwrap_or(&error.pointer);
        let mut parts = pointer.trim_start_matches('/').splitn(2, '/');
        let (first, rest) = (parts.next().unwrap_or_default(), parts.next());
        let index: Option<u64> = first.parse().ok();
        let row = index.map(|index| index + 1);
        let field = match row {
            Some(_) => rest.unwrap_or_default(),
            None => first,
        };
        let field = field.replace("~1", "/").replace("~0", "~");
        let problem = (field, error.detail);
        match rows.last_mut() {
            Some(last) if last.row == row => last.problems.push(problem),
            _ => rows.push(RowProblem {
                row,
                problems: vec![problem],
            }),
        }
    }
    rows
}
