//! The API's refusals as responses (RFC 9457).

use axum::body::Body;
use axum::http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::{Failure, RefusalCode};
use files::invalid_entry;
use serde::Serialize;
use service::inventory::EntryError;
use service::refusal::{KeyRefusal, Refusal};
use service::rfc3339;
use service::store::{MAX_REMOVED_ITEMS, OverQuota};
use std::borrow::Cow;
use utoipa::ToSchema;
use web::http::RequestId;
use web::http::headers::RETRY_SECONDS;
use web::http::status::status_of;
use web::telemetry::ErrorChain;

// The texts of the problems contain this number.
const _: () = assert!(MAX_REMOVED_ITEMS == 10_000);

/// Maximum number of entries in [`Document::errors`]. More would not help to correct a body.
const MAX_ENTRIES: usize = 100;

/// Refusal of a call, with its status, its title and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem(pub Refusal);

impl Problem {
    /// Returns the title, which is the same for each problem with this code.
    pub const fn title(&self) -> &'static str {
        use RefusalCode as C;
        match self.0.code() {
            C::MethodNotAllowed => "Method not allowed",
            C::AmbiguousCredentials => "Ambiguous credentials",
            C::MissingKey => "Missing API key",
            C::MalformedKey => "Malformed API key",
            C::InvalidKey => "Invalid API key",
            C::RevokedKey => "Revoked API key",
            C::ExpiredKey => "Expired API key",
            C::PausedKey => "Paused API key",
            C::IpNotAllowed => "Address not allowed",
            C::MissingScope => "Missing permission",
            C::RateLimited => "Too many requests",
            C::UnsupportedMediaType => "Unsupported media type",
            C::BodyTooLarge => "Body too large",
            C::RequestTimeout => "Request timeout",
            C::MalformedBody => "Malformed body",
            C::InvalidBody => "Invalid body",
            C::InvalidParameter => "Invalid parameter",
            C::NotFound => "Not found",
            C::CursorExpired => "Cursor expired",
            C::PreconditionFailed => "Precondition failed",
            C::ReplaceTooLarge => "Replace too large",
            C::RemovalNotAllowed => "Removal not allowed",
            C::IdempotencyKeyReused => "Idempotency key reused",
            C::Conflict => "Conflict",
            C::Internal | C::Other => "Internal error",
            C::Unavailable => "Unavailable",
            C::QuotaExceeded => "Quota exceeded",
            C::StorageLow => "Storage is low",
            C::NotStored => "Not yet stored",
            C::OutcomeUnknown => "Outcome unknown",
        }
    }

    /// Returns the text for a reader, with what to do.
    #[expect(clippy::too_many_lines, reason = "one arm for each problem")]
    pub fn detail(&self) -> Cow<'static, str> {
        match &self.0 {
            Refusal::UnknownPath { suggestion: Some(suggestion) } => format!(
                "Path not found. Send the request to `{suggestion}`, with nothing before it, one slash between its parts \
                 and none at its end. `/api/openapi.json` lists all paths."
            )
            .into(),
            Refusal::UnknownPath { suggestion: None } => {
                "Path not found. Check it for typos; paths of the API begin with `/api/`, and have no trailing slash. `/api/openapi.json` lists all paths."
                    .into()
            }
            Refusal::MethodNotAllowed => "This path does not support this method. The header `Allow` lists the methods that it supports.".into(),
            Refusal::AmbiguousCredentials => {
                "The request carries more than one API key. Send exactly one header `X-API-Key`.".into()
            }
            Refusal::MissingKey => "Send your API key in the header `X-API-Key`.".into(),
            Refusal::Key(refusal) => key_detail(refusal),
            Refusal::KeyLimited { retry_after_seconds } => too_many_requests(*retry_after_seconds).into(),
            Refusal::AccountLimited { retry_after_seconds } => format!(
                "All keys of this account together have exceeded the rate limit of the account. {}",
                try_again(*retry_after_seconds)
            )
            .into(),
            Refusal::UnsupportedMediaType { expected } => {
                format!("Send the body with `Content-Type` `{expected}`, in UTF-8 and uncompressed.").into()
            }
            Refusal::BodyTooLarge { limit } => {
                format!("The body is larger than {limit} bytes. Send less in one request.").into()
            }
            Refusal::RequestTimeout => {
                // In HTTP/2 the connection stays open.
                "The body did not arrive in time, so nothing was changed. Send the request again without a pause of 15 \
                 seconds in its body, and all of the body within 60 seconds, or a feed of the inventory within 5 minutes."
                    .into()
            }
            Refusal::UnsupportedEncoding(why)
            | Refusal::MalformedBody(why)
            | Refusal::InvalidParameter(why) => why.clone().into(),
            Refusal::InvalidBody(_) => "Some values are invalid, so nothing was stored. `errors` lists them.".into(),
            Refusal::NoSuchItem => "There is no such item in this account.".into(),
            Refusal::NoSuchLead => "There is no such lead in this account. Erased leads cannot be restored.".into(),
            Refusal::CursorExpired => {
                "Items that were removed after this cursor are no longer listed. Read the whole inventory again: send the request \
                 without `cursor`, follow `next_cursor` until the list is empty, and remove from your copy what you did not get."
                    .into()
            }
            Refusal::PreconditionFailed => {
                "The condition in `If-Match` or `If-None-Match` does not hold, so nothing was changed. Read the item again, \
                 and send the change with its current `ETag`."
                    .into()
            }
            Refusal::ForeignTag => {
                "None of the entity tags in `If-Match` comes from this server, so nothing was changed. Send the `ETag` of the item \
                 exactly as you received it. If you did, a proxy in between replaced it: ask your operator to let the \
                 proxy pass `ETag` through."
                    .into()
            }
            Refusal::NoConditions => {
                "Leads have no entity tags, so they cannot be changed under a condition. Nothing was changed; send the request \
                 without `If-Match` and `If-None-Match`."
                    .into()
            }
            Refusal::IdempotencyKeyReused => {
                "This `Idempotency-Key` was already used for a different request. Nothing was changed; use a new key for each request.".into()
            }
            Refusal::ReplaceTooLarge => {
                "This feed would remove more than 10,000 items, the most that one feed may remove, so nothing was changed. \
                 Delete items that are not in it with `DELETE /api/inventory/{id}` first, or send it with `mode=merge`."
                    .into()
            }
            Refusal::RemovalNotAllowed { removed, stored } => format!(
                "This feed would remove {removed} of {stored} items, so nothing was changed. If the feed is complete, send it \
                 again with `allow_removal={removed}`."
            )
            .into(),
            Refusal::Conflict => {
                "The first request with this `Idempotency-Key` is still being processed. Send it again after `Retry-After` seconds."
                    .into()
            }
            Refusal::Internal => {
                "Something went wrong on our side. Try again. If the problem persists, send your operator the request ID in `instance`.".into()
            }
            Refusal::QuotaExceeded { resource, limit } => format!(
                "This account may have at most {}, and this request would exceed that, so nothing was stored. Remove what is \
                 no longer needed, or ask the operator of this server for more.",
                resource.amount(*limit)
            )
            .into(),
            Refusal::StorageLow => {
                "The server's disk is nearly full, so nothing was stored. Send the request again later; the operator of the \
                 server has to free some space."
                    .into()
            }
            Refusal::NotStored => {
                "Rejected on this node, not yet stored: the revocation could not be written. This node rejects the key from its memory \
                 and keeps trying to store the revocation. Until it is stored, other nodes accept the key, and a restart \
                 of this node loses the revocation. Send the request again in a moment; `revoked_key` means that it is stored."
                    .into()
            }
            Refusal::Busy => {
                "The server has too little memory for this body while it reads others. Nothing was changed. Send the request \
                 again after the seconds in `Retry-After`, or send less in one request."
                    .into()
            }
            Refusal::TooManyFeeds => "Too many feeds of this key and its account are waiting. Nothing was changed. Wait for the responses to the feeds that you have sent, and then send this one again.".into(),
            Refusal::Unavailable => "The server cannot reach the database right now. Nothing was changed. Try again in a moment.".into(),
            Refusal::PastDeadline => {
                "The database took longer than a second to respond, so the request was stopped. Try again in a moment, or ask for less with a smaller `limit`.".into()
            }
            Refusal::Stopping => "This server is shutting down. Send new requests to another one.".into(),
            Refusal::OutcomeUnknown { idempotent: false } => {
                "The database did not confirm this change in time, so it may have been carried out. Check before you repeat it."
                    .into()
            }
            Refusal::OutcomeUnknown { idempotent: true } => {
                "The database did not confirm this change in time, so it may have been carried out. Send the same request again \
                 with the same `Idempotency-Key`: it is carried out at most once, and the response is its outcome."
                    .into()
            }
        }
    }

    pub const fn status(&self) -> StatusCode {
        status_of(self.0.code())
    }

    pub const fn code(&self) -> &'static str {
        self.0.code().as_str()
    }

    /// Returns the document that is sent, under the request's id.
    pub fn document<'a>(&'a self, instance: &'a str) -> Document<'a> {
        let code = self.code();
        let errors = match &self.0 {
            Refusal::InvalidBody(errors) => errors.as_slice(),
            _ => &[],
        };
        Document {
            kind: format!("urn:voxum:problem:{code}"),
            title: self.title(),
            status: self.status().as_u16(),
            detail: self.detail(),
            instance,
            code,
            errors: errors.iter().take(MAX_ENTRIES).map(Entry::from).collect(),
        }
    }

    /// Writes the body of the response to which this refusal was added.
    ///
    /// # Panics
    /// Never: the document has a JSON form.
    pub fn write(&self, id: &RequestId, response: &mut Response) {
        let text = serde_json::to_vec(&self.document(id.as_str()));
        *response.body_mut() = Body::from(text.expect("the document has a JSON form"));
        let headers = response.headers_mut();
        // This was the length of the empty body.
        headers.remove(CONTENT_LENGTH);
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
    }
}

fn key_detail(refusal: &KeyRefusal) -> Cow<'static, str> {
    match refusal {
        KeyRefusal::Malformed(_) => {
            "The API key is malformed. Copy the full key of 52 characters, starting with `vx_`, without spaces.".into()
        }
        KeyRefusal::Unknown => "This server does not know this API key. Check that you are using the right server.".into(),
        KeyRefusal::Revoked => "This API key was revoked. Ask an admin for a new key.".into(),
        KeyRefusal::RevokedHere => {
            "This API key was revoked, and the revocation is not yet stored. Ask an admin for a new key.".into()
        }
        KeyRefusal::Expired { at } => {
            format!("This API key expired at {}. Ask an admin for a new key.", rfc3339(*at)).into()
        }
        KeyRefusal::Paused => "This API key is paused. Ask an admin to resume it.".into(),
        KeyRefusal::IpNotAllowed { ip } => {
            format!("Requests from {ip} are not allowed with this API key. Ask an admin to allow this address.").into()
        }
        KeyRefusal::MissingScope(scope) => {
            format!("This API key is missing the permission `{scope}`. Ask an admin to add it.").into()
        }
        KeyRefusal::NetworkLimited { retry_after_seconds } => too_many_requests(*retry_after_seconds).into(),
    }
}

fn too_many_requests(retry_after_seconds: u64) -> String {
    format!("Too many requests. {}", try_again(retry_after_seconds))
}

fn try_again(seconds: u64) -> String {
    let unit = if seconds == 1 { "second" } else { "seconds" };
    format!("Try again in {seconds} {unit}.")
}

/// The reason for the refusal of a call (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Document<'a> {
    /// `urn:voxum:problem:` followed by the code.
    #[serde(rename = "type")]
    kind: String,
    /// The same for every problem with this code.
    title: &'a str,
    status: u16,
    /// An explanation for people, with what to do.
    detail: Cow<'a, str>,
    /// The request's id, as in `X-Request-Id`.
    instance: &'a str,
    /// The code for programs to act on.
    code: &'a str,
    /// For `invalid_body`: the values to correct, at most 100.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 100)]
    errors: Vec<Entry<'a>>,
}

/// An error in a body.
#[derive(Serialize, ToSchema)]
#[schema(as = ProblemEntry)]
pub struct Entry<'a> {
    /// A JSON pointer (RFC 6901) to the value, such as `/items/0/price`.
    pointer: &'a str,
    code: &'a str,
    /// An explanation for people, with what to do.
    detail: Cow<'a, str>,
    /// In XML and CSV, the line on which the item or the header begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = usize, required = false, minimum = 1)]
    line: Option<usize>,
    /// The id of the item, if it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, max_length = 128)]
    id: Option<&'a str>,
}

impl<'a> From<&'a EntryError> for Entry<'a> {
    fn from(error: &'a EntryError) -> Self {
        Self {
            pointer: &error.pointer,
            code: error.code.as_str(),
            detail: invalid_entry::describe(&error.reason),
            line: error.position.line,
            id: error.id.as_deref(),
        }
    }
}

/// Builds a response without its body, which contains the request's id: the pipeline adds it.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        let headers = response.headers_mut();
        match &self.0 {
            _ if self.status() == StatusCode::UNAUTHORIZED => {
                headers.insert(
                    WWW_AUTHENTICATE,
                    HeaderValue::from_static("ApiKey realm=\"voxum\""),
                );
            }
            Refusal::Key(KeyRefusal::NetworkLimited {
                retry_after_seconds,
            })
            | Refusal::KeyLimited {
                retry_after_seconds,
            }
            | Refusal::AccountLimited {
                retry_after_seconds,
            } => {
                headers.insert(RETRY_AFTER, HeaderValue::from(*retry_after_seconds));
            }
            // The server does not wait for the rest of the body.
            Refusal::RequestTimeout => {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Refusal::Conflict
            | Refusal::Unavailable
            | Refusal::PastDeadline
            | Refusal::Stopping
            | Refusal::Busy
            | Refusal::TooManyFeeds
            | Refusal::StorageLow
            | Refusal::NotStored
            | Refusal::OutcomeUnknown { idempotent: true } => {
                headers.insert(RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
            }
            _ => {}
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

/// Maps an error to the refusal that the caller gets. The rest is logged here and nowhere else.
impl From<service::Error> for Problem {
    fn from(error: service::Error) -> Self {
        Self(match error {
            service::Error::Denied(refusal) => refusal.into(),
            service::Error::Refused(Failure::NotFound) => Refusal::NoSuchItem,
            service::Error::OverQuota(OverQuota { resource, limit }) => {
                Refusal::QuotaExceeded { resource, limit }
            }
            service::Error::Refused(Failure::Unavailable) => Refusal::Unavailable,
            // `service::reserve` logs this once, when it begins: a line for each call would fill
            // the disk.
            service::Error::StorageLow(_) => {
                tracing::debug!(error = %ErrorChain(&error), "storage is low");
                Refusal::StorageLow
            }
            // It has been logged already.
            service::Error::NotStored(_) => Refusal::NotStored,
            service::Error::InDoubt(_) => {
                tracing::error!(error = %ErrorChain(&error), "the outcome of a change is unknown");
                Refusal::OutcomeUnknown { idempotent: false }
            }
            service::Error::Unavailable(_) => {
                tracing::warn!(error = %ErrorChain(&error), "the database is unavailable");
                Refusal::Unavailable
            }
            service::Error::PastDeadline(_) => {
                tracing::warn!(error = %ErrorChain(&error), "a listing was interrupted");
                Refusal::PastDeadline
            }
            service::Error::Refused(_)
            | service::Error::Invalid(_)
            | service::Error::RoleChanged(_)
            | service::Error::Broken(_) => {
                tracing::error!(error = %ErrorChain(&error), "a request failed");
                Refusal::Internal
            }
        })
    }
}
