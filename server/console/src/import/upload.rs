//! The file, as the form of the first step sends it.

use super::load::read;
use super::{Context, EarlyExit, Step};
use crate::{FormBody, busy, plain_text, with_connection_close};
use axum::body::HttpBody as _;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{FromRequest as _, Request};
use axum::http::StatusCode;
use axum::response::Response;
use domain::FileRefusal;
use files::feed::MAX_BYTES;
use web::body::ReadError;

/// A file as large as a feed may be, and the rest of the form.
pub const MAX_IMPORT: usize = MAX_BYTES + 64 * 1024;

const NO_ROOM: &str = "Members of this account have begun imports of 64 MiB in all, which is the most. Finish one of them, or \
    try again in an hour.";

/// The whole form.
#[derive(Default)]
pub struct Upload {
    file_name: String,
    bytes: Vec<u8>,
    /// Status and reason of the refusal, if the file did not arrive completely.
    refusal: Option<(StatusCode, String)>,
}

impl FormBody for Upload {
    const IS_LONG: bool = true;

    async fn read(request: Request) -> Result<Self, Response> {
        if request.body().size_hint().lower() > MAX_IMPORT as u64 {
            return Ok(Self {
                refusal: Some(too_large()),
                ..Self::default()
            });
        }
        let Ok(form) = Multipart::from_request(request, &()).await else {
            return Err(plain_text(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Send this form as it is sent by a browser.",
            ));
        };
        match read_form(form).await {
            Err(error) if ReadError::of(&error) == ReadError::NoRoom => Err(busy()),
            Err(error) if ReadError::of(&error) == ReadError::Slow => {
                Err(with_connection_close(plain_text(
                    StatusCode::REQUEST_TIMEOUT,
                    "The upload was too slow, so nothing was changed. Send the file again.",
                )))
            }
            Err(error) => {
                let refusal = if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
                    too_large()
                } else {
                    let text = "The upload was incomplete. Send the file again.";
                    (StatusCode::UNPROCESSABLE_ENTITY, text.to_owned())
                };
                Ok(Self {
                    refusal: Some(refusal),
                    ..Self::default()
                })
            }
            Ok(upload) => Ok(upload),
        }
    }
}

impl Upload {
    /// Stores the file for the next steps, if it can be read, and returns the id of its import.
    pub(super) async fn store(self, context: &Context<'_>) -> Step<String> {
        let Self {
            file_name,
            bytes,
            refusal,
        } = self;
        let services = &context.state.services;
        // A viewer gets this refusal before any error of the file.
        context.map_failure(services.imports.open(context.member).await)?;
        let refuse = |status, reason| {
            let rows = Vec::new();
            EarlyExit::refusal(status, FileRefusal { reason, rows })
        };
        if let Some((status, reason)) = refusal {
            return Err(refuse(status, reason));
        }
        if bytes.is_empty() {
            let reason = if file_name.is_empty() {
                "No file was chosen. Choose a file."
            } else {
                "The file is empty: it has 0 bytes. If another program exported it, export it again. Choose a file with items."
            };
            let reason = reason.to_owned();
            return Err(refuse(StatusCode::UNPROCESSABLE_ENTITY, reason));
        }
        if bytes.len() > MAX_BYTES {
            let (status, reason) = too_large();
            return Err(refuse(status, reason));
        }
        let (account, sender) = (context.member.account_id(), context.member.actor());
        let name = file_name.clone();
        let work = move || {
            let result = read(&name, &bytes).map(drop);
            result.map(|()| bytes)
        };
        let read = context.state.feeds.run(account, &sender, work).await?;
        let bytes =
            read.map_err(|refusal| EarlyExit::refusal(StatusCode::UNPROCESSABLE_ENTITY, refusal))?;
        let import = services.imports.begin(context.member, &file_name, &bytes);
        let import = context.map_failure(import.await)?;
        import.ok_or_else(|| refuse(StatusCode::UNPROCESSABLE_ENTITY, NO_ROOM.to_owned()))
    }
}

async fn read_form(mut form: Multipart) -> Result<Upload, MultipartError> {
    let mut upload = Upload::default();
    let mut is_read = false;
    while let Some(field) = form.next_field().await? {
        if field.name() == Some("file") {
            if is_read {
                let text = "Choose one file at a time.";
                upload.refusal = Some((StatusCode::UNPROCESSABLE_ENTITY, text.to_owned()));
                break;
            }
            is_read = true;
            upload.file_name = field.file_name().unwrap_or_default().to_owned();
            upload.bytes = field.bytes().await?.into();
        }
    }
    Ok(upload)
}

fn too_large() -> (StatusCode, String) {
    let limit = MAX_BYTES / 1024 / 1024;
    let text = format!("The file is larger than {limit} MiB. Split it into several files.");
    (StatusCode::PAYLOAD_TOO_LARGE, text)
}
