//! Catalogue of the API's refusals (RFC 9457), one variant and one row each.

use crate::body::ReadError;
use crate::encoding::NotUtf8;
use crate::http::RequestId;
use crate::http::headers::RETRY_SECONDS;
use crate::telemetry::Chain;
use axum::body::Body;
use axum::http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::{Failure, Resource, Scope, Timestamp};
use serde::Serialize;
use service::authenticator::KeyRefusal;
use service::inventory::EntryError;
use service::key::Malformed;
use service::rfc3339;
use service::store::{LargeRemoval, OverQuota, REMOVED_AT_MOST};
use std::borrow::Cow;
use std::net::IpAddr;
use utoipa::ToSchema;

// The texts of the problems contain this number.
const _: () = assert!(REMOVED_AT_MOST == 10_000);

/// Maximum number of entries in [`Document::errors`]. More would not help to correct a body.
const MAX_ENTRIES: usize = 100;

/// Refusal of a call. The variants are in the order of the checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    UnknownPath {
        /// Pattern of the route that was probably meant.
        meant: Option<&'static str>,
    },
    MethodNotAllowed,
    AmbiguousCredentials,
    MissingKey,
    MalformedKey(Malformed),
    InvalidKey,
    RevokedKey,
    /// The key's revocation is in force on this node and not stored yet.
    RevokedHere,
    ExpiredKey {
        at: Timestamp,
    },
    PausedKey,
    IpNotAllowed {
        /// Address of the caller, as the server sees it.
        ip: IpAddr,
    },
    MissingScope(Scope),
    /// The limit of the key, or that of failed attempts from a network.
    RateLimited {
        retry_after_seconds: u64,
    },
    /// The limit of all keys of an account together.
    AccountLimited {
        retry_after_seconds: u64,
    },
    UnsupportedMediaType {
        /// Media types that the route accepts, between backticks.
        taken: &'static str,
    },
    /// The `Content-Type` declares an encoding other than UTF-8.
    UnsupportedEncoding(NotUtf8),
    BodyTooLarge {
        limit: usize,
    },
    /// The body did not arrive in time.
    RequestTimeout,
    MalformedBody(String),
    InvalidBody(Vec<EntryError>),
    InvalidParameter(String),
    NoSuchItem,
    NoSuchLead,
    /// The cursor into the changes of items is older than the removals that are kept.
    CursorExpired,
    PreconditionFailed,
    /// `If-Match` contains no tag that this server issued.
    ForeignTag,
    /// A condition was set on a resource without entity tags.
    NoConditions,
    IdempotencyKeyReused,
    /// A feed with `mode=replace` omits more stored items than [`REMOVED_AT_MOST`].
    ReplaceTooLarge,
    /// A feed with `mode=replace` would remove a large part of the items, which its sender has not
    /// allowed.
    RemovalNotAllowed(LargeRemoval),
    /// The first request with the same idempotency key is still being carried out.
    Conflict,
    Internal,
    Unavailable,
    /// A listing did not finish before its deadline.
    PastDeadline,
    QuotaExceeded {
        resource: Resource,
        limit: u64,
    },
    /// The disk is nearly full, and the request can wait.
    StorageLow,
    /// A revocation is in force on this node only.
    NotStored,
    /// The server is shutting down.
    Stopping,
    /// The memory for large bodies is in use.
    Busy,
    /// Too many feeds are waiting to be read.
    TooManyFeeds,
    /// The change was sent to the database, which did not confirm it.
    OutcomeUnknown {
        /// Whether the request has an idempotency key, so that repeating it yields the outcome.
        idempotent: bool,
    },
}

impl Problem {
    /// Returns status, code and title, which are the same for each occurrence.
    const fn row(&self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::UnknownPath { .. } | Self::NoSuchItem | Self::NoSuchLead => {
                (S::NOT_FOUND, "not_found", "Not found")
            }
            Self::MethodNotAllowed => (
                S::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "Method not allowed",
            ),
            Self::AmbiguousCredentials => (
                S::BAD_REQUEST,
                "ambiguous_credentials",
                "Ambiguous credentials",
            ),
            Self::MissingKey => (S::UNAUTHORIZED, "missing_key", "Missing API key"),
            Self::MalformedKey(_) => (S::UNAUTHORIZED, "malformed_key", "Malformed API key"),
            Self::InvalidKey => (S::UNAUTHORIZED, "invalid_key", "Invalid API key"),
            Self::RevokedKey | Self::RevokedHere => {
                (S::UNAUTHORIZED, "revoked_key", "Revoked API key")
            }
            Self::ExpiredKey { .. } => (S::UNAUTHORIZED, "expired_key", "Expired API key"),
            Self::PausedKey => (S::UNAUTHORIZED, "paused_key", "Paused API key"),
            Self::IpNotAllowed { .. } => (S::FORBIDDEN, "ip_not_allowed", "Address not allowed"),
            Self::MissingScope(_) => (S::FORBIDDEN, "missing_scope", "Missing permission"),
            Self::RateLimited { .. } | Self::AccountLimited { .. } => {
                (S::TOO_MANY_REQUESTS, "rate_limited", "Too many requests")
            }
            Self::UnsupportedMediaType { .. } | Self::UnsupportedEncoding(_) => (
                S::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Unsupported media type",
            ),
            Self::BodyTooLarge { .. } => (S::PAYLOAD_TOO_LARGE, "body_too_large", "Body too large"),
            Self::RequestTimeout => (S::REQUEST_TIMEOUT, "request_timeout", "Request timeout"),
            Self::MalformedBody(_) => (S::BAD_REQUEST, "malformed_body", "Malformed body"),
            Self::InvalidBody(_) => (S::UNPROCESSABLE_ENTITY, "invalid_body", "Invalid body"),
            Self::InvalidParameter(_) => (S::BAD_REQUEST, "invalid_parameter", "Invalid parameter"),
            Self::CursorExpired => (S::GONE, "cursor_expired", "Cursor expired"),
            Self::PreconditionFailed | Self::ForeignTag | Self::NoConditions => (
                S::PRECONDITION_FAILED,
                "precondition_failed",
                "Precondition failed",
            ),
            Self::IdempotencyKeyReused => (
                S::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "Idempotency key reused",
            ),
            Self::ReplaceTooLarge => (S::CONFLICT, "replace_too_large", "Replace too large"),
            Self::RemovalNotAllowed(_) => {
                (S::CONFLICT, "removal_not_allowed", "Removal not allowed")
            }
            Self::Conflict => (S::CONFLICT, "conflict", "Conflict"),
            Self::Internal => (S::INTERNAL_SERVER_ERROR, "internal", "Internal error"),
            Self::Unavailable
            | Self::PastDeadline
            | Self::Stopping
            | Self::Busy
            | Self::TooManyFeeds => (S::SERVICE_UNAVAILABLE, "unavailable", "Unavailable"),
            Self::QuotaExceeded { .. } => {
                (S::INSUFFICIENT_STORAGE, "quota_exceeded", "Quota exceeded")
            }
            Self::StorageLow => (S::SERVICE_UNAVAILABLE, "storage_low", "Storage is low"),
            Self::NotStored => (S::SERVICE_UNAVAILABLE, "not_stored", "Not yet stored"),
            Self::OutcomeUnknown { .. } => {
                (S::SERVICE_UNAVAILABLE, "outcome_unknown", "Outcome unknown")
            }
        }
    }

    /// Returns the text for a reader, with what to do.
    #[expect(clippy::too_many_lines, reason = "one arm for each problem")]
    pub fn detail(&self) -> Cow<'static, str> {
        match self {
            Self::UnknownPath { meant: Some(meant) } => format!(
                "There is nothing at this path. Send the request to `{meant}`, with nothing before it, one slash between its parts \
                 and none at its end. `/api/openapi.json` lists all paths."
            )
            .into(),
            Self::UnknownPath { meant: None } => {
                "There is nothing at this path. Check it for typing errors; paths of the API begin with `/api/`, and have no \
                 slash at their end. `/api/openapi.json` lists all paths."
                    .into()
            }
            Self::MethodNotAllowed => "This path does not support this method. The header `Allow` lists the methods that it supports.".into(),
            Self::AmbiguousCredentials => {
                "The request carries more than one API key. Send exactly one header `X-API-Key`.".into()
            }
            Self::MissingKey => "Send your API key in the header `X-API-Key`.".into(),
            Self::MalformedKey(_) => {
                "The API key looks incomplete or mistyped. Copy the complete key, without spaces: `vx_` and 49 letters and digits.".into()
            }
            Self::InvalidKey => "This server does not know this API key. Check that you call the server that it belongs to.".into(),
            Self::RevokedKey => "This API key was revoked. Ask an admin for a new key.".into(),
            Self::RevokedHere => {
                "This API key was revoked, and the revocation is not yet stored. Ask an admin for a new key.".into()
            }
            Self::ExpiredKey { at } => {
                format!("This API key expired at {}. Ask an admin for a new key.", rfc3339(*at)).into()
            }
            Self::PausedKey => "This API key is paused. Ask an admin to resume it.".into(),
            Self::IpNotAllowed { ip } => {
                format!("This API key may not be used from {ip}, where this request came from. Ask an admin to allow this address.").into()
            }
            Self::MissingScope(scope) => {
                format!("This API key lacks the permission `{scope}`. Ask an admin for a key that has it.").into()
            }
            Self::RateLimited { retry_after_seconds } => {
                let unit = if *retry_after_seconds == 1 { "second" } else { "seconds" };
                format!("Too many requests. Try again in {retry_after_seconds} {unit}.").into()
            }
            Self::AccountLimited { retry_after_seconds } => {
                let unit = if *retry_after_seconds == 1 { "second" } else { "seconds" };
                format!(
                    "All keys of this account together have used up the calls that the operator of this server allows the account. \
                     Try again in {retry_after_seconds} {unit}."
                )
                .into()
            }
            Self::UnsupportedMediaType { taken } => {
                format!("Send the body with `Content-Type` `{taken}`, in UTF-8 and uncompressed.").into()
            }
            Self::UnsupportedEncoding(encoding) => encoding.to_string().into(),
            Self::BodyTooLarge { limit } => {
                format!("The body is larger than {limit} bytes. Send less in one request.").into()
            }
            Self::RequestTimeout => {
                // In HTTP/2 the connection stays open.
                "The body did not arrive in time, so nothing was changed. Send the request again without a pause of 15 \
                 seconds in its body, and all of the body within 60 seconds, or a feed of the inventory within 5 minutes."
                    .into()
            }
            Self::MalformedBody(why) | Self::InvalidParameter(why) => why.clone().into(),
            Self::InvalidBody(_) => "Some values are invalid, so nothing was stored. `errors` lists them.".into(),
            Self::NoSuchItem => "There is no such item in this account.".into(),
            Self::NoSuchLead => "There is no such lead in this account. Erased leads are gone for good.".into(),
            Self::CursorExpired => {
                "Items that were removed after this cursor are no longer listed. Read the whole inventory again: send the request \
                 without `cursor`, follow `next_cursor` until the list is empty, and remove from your copy what you did not get."
                    .into()
            }
            Self::PreconditionFailed => {
                "The condition in `If-Match` or `If-None-Match` does not hold, so nothing was changed. Read the item again, \
                 and send the change with its current `ETag`."
                    .into()
            }
            Self::ForeignTag => {
                "None of the entity tags in `If-Match` comes from this server, so nothing was changed. Send the `ETag` of the item \
                 exactly as you received it. If you did, a proxy in between replaced it: ask your operator to let the \
                 proxy pass `ETag` through."
                    .into()
            }
            Self::NoConditions => {
                "Leads have no entity tags, so they cannot be changed under a condition. Nothing was changed; send the request \
                 without `If-Match` and `If-None-Match`."
                    .into()
            }
            Self::IdempotencyKeyReused => {
                "This `Idempotency-Key` was already used for a different request. Nothing was changed; use a new key for each request.".into()
            }
            Self::ReplaceTooLarge => {
                "This feed would remove more than 10,000 items, the most that one feed may remove, so nothing was changed. \
                 Delete items that are not in it with `DELETE /api/inventory/{id}` first, or send it with `mode=merge`."
                    .into()
            }
            Self::RemovalNotAllowed(LargeRemoval { removed, stored }) => format!(
                "This feed would remove {removed} of {stored} items, so nothing was changed. If the feed is complete, send it \
                 again with `allow_removal={removed}`."
            )
            .into(),
            Self::Conflict => {
                "The first request with this `Idempotency-Key` is still being processed. Send it again after `Retry-After` seconds."
                    .into()
            }
            Self::Internal => {
                "Something went wrong on our side. Try again. If the problem persists, send your operator the request ID in `instance`.".into()
            }
            Self::QuotaExceeded { resource, limit } => format!(
                "This account may have at most {}, and this request would exceed that, so nothing was stored. Remove what is \
                 no longer needed, or ask the operator of this server for more.",
                resource.amount(*limit)
            )
            .into(),
            Self::StorageLow => {
                "The server's disk is nearly full, so nothing was stored. Send the request again later; the operator of the \
                 server has to free some space."
                    .into()
            }
            Self::NotStored => {
                "Refused on this node, not yet stored: the revocation could not be written. This node refuses the key from its \
                 memory and keeps trying to store the revocation. Until it is stored, other nodes accept the key, and a restart \
                 of this node loses the revocation. Send the request again in a moment; `revoked_key` means that it is stored."
                    .into()
            }
            Self::Busy => {
                "The server has too little memory for this body while it reads others. Nothing was changed. Send the request \
                 again after the seconds in `Retry-After`, or send less in one request."
                    .into()
            }
            Self::TooManyFeeds => "Too many feeds of this key and its account are waiting. Nothing was changed. Wait for the answers to the feeds that you have sent, and then send this one again.".into(),
            Self::Unavailable => "The server cannot reach its data right now. Nothing was changed. Try again in a moment.".into(),
            Self::PastDeadline => {
                "The database took longer than a second to answer, so the request was stopped. Try again in a moment, or ask for less with a smaller `limit`.".into()
            }
            Self::Stopping => "This server is shutting down. Send new requests to another one.".into(),
            Self::OutcomeUnknown { idempotent: false } => {
                "The database did not confirm this change in time, so it may have been carried out. Check before you repeat it."
                    .into()
            }
            Self::OutcomeUnknown { idempotent: true } => {
                "The database did not confirm this change in time, so it may have been carried out. Send the same request again \
                 with the same `Idempotency-Key`: it is carried out at most once, and the answer is its outcome."
                    .into()
            }
        }
    }

    /// Converts a failure to read a body that may have at most `limit` bytes.
    pub fn of_body(error: ReadError, limit: usize) -> Self {
        match error {
            ReadError::TooLarge => Self::BodyTooLarge { limit },
            ReadError::Slow => Self::RequestTimeout,
            ReadError::NoRoom => Self::Busy,
            ReadError::Broken => {
                Self::MalformedBody("The body arrived incomplete. Send it again.".into())
            }
        }
    }

    pub const fn status(&self) -> StatusCode {
        self.row().0
    }

    /// Returns code and title.
    pub const fn words(&self) -> (&'static str, &'static str) {
        let (_, code, title) = self.row();
        (code, title)
    }

    /// Returns the document that is sent, under the request's id.
    pub fn document<'a>(&'a self, instance: &'a str) -> Document<'a> {
        let (status, code, title) = self.row();
        let errors = match self {
            Self::InvalidBody(errors) => errors.as_slice(),
            _ => &[],
        };
        Document {
            kind: format!("urn:voxum:problem:{code}"),
            title,
            status: status.as_u16(),
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
    detail: &'a str,
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
            detail: &error.detail,
            line: error.position.line,
            id: error.id.as_deref(),
        }
    }
}

/// Builds a response without its body, which contains the request's id: the pipeline adds it.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.row().0.into_response();
        let headers = response.headers_mut();
        match &self {
            problem if problem.row().0 == StatusCode::UNAUTHORIZED => {
                headers.insert(
                    WWW_AUTHENTICATE,
                    HeaderValue::from_static("ApiKey realm=\"voxum\""),
                );
            }
            Self::RateLimited {
                retry_after_seconds,
            }
            | Self::AccountLimited {
                retry_after_seconds,
            } => {
                headers.insert(RETRY_AFTER, HeaderValue::from(*retry_after_seconds));
            }
            // The server does not wait for the rest of the body.
            Self::RequestTimeout => {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Self::Conflict
            | Self::Unavailable
            | Self::PastDeadline
            | Self::Stopping
            | Self::Busy
            | Self::TooManyFeeds
            | Self::StorageLow
            | Self::NotStored
            | Self::OutcomeUnknown { idempotent: true } => {
                headers.insert(RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
            }
            _ => {}
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Maps an error to what the caller learns of it. This is the only place where the rest is logged.
impl From<service::Error> for Problem {
    fn from(error: service::Error) -> Self {
        match &error {
            service::Error::MissingScope(scope) => Self::MissingScope(*scope),
            service::Error::KeyDenied(denial) => KeyRefusal::from(*denial).into(),
            service::Error::Refused(Failure::NotFound) => Self::NoSuchItem,
            service::Error::OverQuota(OverQuota { resource, limit }) => Self::QuotaExceeded {
                resource: *resource,
                limit: *limit,
            },
            service::Error::Refused(Failure::Unavailable) => Self::Unavailable,
            // `service::reserve` logs this once, when it begins: a line for each call would fill
            // the disk.
            service::Error::StorageLow(_) => {
                tracing::debug!(error = %Chain(&error), "storage is low");
                Self::StorageLow
            }
            // It has been logged already.
            service::Error::NotStored(_) => Self::NotStored,
            service::Error::InDoubt(_) => {
                tracing::error!(error = %Chain(&error), "the outcome of a change is unknown");
                Self::OutcomeUnknown { idempotent: false }
            }
            service::Error::Unavailable(_) => {
                tracing::warn!(error = %Chain(&error), "the database is unavailable");
                Self::Unavailable
            }
            service::Error::PastDeadline(_) => {
                tracing::warn!(error = %Chain(&error), "a listing was interrupted");
                Self::PastDeadline
            }
            service::Error::Refused(_) | service::Error::Broken(_) => {
                tracing::error!(error = %Chain(&error), "a request failed");
                Self::Internal
            }
        }
    }
}
