//! `GET /audit/log.csv` and `/audit/log.jsonl`: what the Audit log page shows, and all of it, as a file.
//!
//! The file is written while it is sent, a piece of the log at a time, so that a long log takes no more memory than a
//! short one. Each piece is read when the client takes it, and only if the session is still alive then. If it is not, or
//! if the database fails on the way, the answer breaks off, which a browser shows as a failed download.

mod csv;
mod json_lines;

use super::door::failure;
use super::next::sign_in_to;
use super::page::path_and_query;
use super::{Visitor, past_deadline, plain, see_other, unavailable};
use crate::AppState;
use crate::request::RequestId;
use crate::telemetry::Chain;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::Response;
use domain::{AuditForm, Failure};
use futures::stream;
use service::store::{AuditFilter, LoggedEvent};
use service::{Error, Service};
use std::sync::Arc;
use url::form_urlencoded;
use zeroize::Zeroizing;

/// How a file is written.
#[derive(Clone, Copy)]
struct Format {
    /// For `Content-Disposition`.
    name: &'static str,
    /// For `Content-Type`.
    kind: &'static str,
    /// What stands before the first line.
    head: fn() -> Vec<u8>,
    line: fn(&mut Vec<u8>, &LoggedEvent),
}

pub async fn csv(State(state): State<AppState>, uri: Uri, visitor: Visitor) -> Response {
    const FORMAT: Format = Format {
        name: "attachment; filename=\"audit-log.csv\"",
        kind: "text/csv; charset=utf-8; header=present",
        head: csv::head,
        line: csv::line,
    };
    file(&state, &uri, visitor, FORMAT).await
}

pub async fn json_lines(State(state): State<AppState>, uri: Uri, visitor: Visitor) -> Response {
    const FORMAT: Format = Format {
        name: "attachment; filename=\"audit-log.jsonl\"",
        kind: "application/jsonl; charset=utf-8",
        head: Vec::new,
        line: json_lines::line,
    };
    file(&state, &uri, visitor, FORMAT).await
}

async fn file(state: &AppState, uri: &Uri, visitor: Visitor, format: Format) -> Response {
    let Visitor {
        member,
        token,
        request_id,
        ..
    } = visitor;
    let (Some(member), Some(token)) = (member, token) else {
        return see_other(&sign_in_to(path_and_query(uri)));
    };
    let Ok(filter) = state.service.audit_filter(&member, &asked(uri)) else {
        // The page tells what is wrong.
        return see_other(&format!("/audit?{}", uri.query().unwrap_or_default()));
    };
    let Format {
        name, kind, head, ..
    } = format;
    let mut log = Log {
        service: state.service.clone(),
        token,
        filter,
        before: None,
        ended: false,
        format,
    };
    // The first piece is read before the answer begins, so that a failure can still be its status.
    let mut first = head();
    if let Err(error) = log.read_on(&mut first).await {
        return broken(error, &request_id);
    }
    let rest = stream::try_unfold((first, log), |(mut bytes, mut log)| async move {
        // A filter may leave many pieces empty.
        while bytes.is_empty() && !log.ended {
            log.read_on(&mut bytes).await.inspect_err(|error| {
                tracing::warn!(error = %Chain(error), "a download broke off");
            })?;
        }
        let sent = (!bytes.is_empty()).then(|| Bytes::from(bytes));
        Ok::<_, Error>(sent.map(|bytes| (bytes, (Vec::new(), log))))
    });
    let mut response = Response::new(Body::from_stream(rest));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static(name));
    response
}

fn asked(uri: &Uri) -> AuditForm {
    let mut form = AuditForm::default();
    let query = uri.query().unwrap_or_default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let field = match &*name {
            "who" => &mut form.who,
            "what" => &mut form.what,
            "thing" => &mut form.thing,
            "from" => &mut form.from,
            "to" => &mut form.to,
            _ => continue,
        };
        *field = value.into_owned();
    }
    form
}

fn broken(error: Error, request_id: &RequestId) -> Response {
    match failure(error, request_id) {
        Failure::SignedOut => see_other("/sign-in"),
        Failure::Unavailable => unavailable(),
        Failure::PastDeadline => past_deadline(),
        _ => plain(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong on our side.",
        ),
    }
}

/// Where a download is in the log.
struct Log {
    service: Arc<Service>,
    /// Of the session that asked for the file.
    token: Zeroizing<String>,
    filter: AuditFilter,
    before: Option<u64>,
    /// Whether all of it was read.
    ended: bool,
    format: Format,
}

impl Log {
    /// Appends the lines of the next piece, which may have none.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] if the session has ended, and the database's.
    async fn read_on(&mut self, bytes: &mut Vec<u8>) -> Result<(), Error> {
        let member = self.service.member_looking_on(&self.token).await?;
        let member = member.ok_or(Failure::SignedOut)?;
        let piece = self
            .service
            .audit_piece(&member, &self.filter, self.before)
            .await?;
        for event in &piece.events {
            (self.format.line)(bytes, event);
        }
        self.before = piece.next_before;
        self.ended = piece.next_before.is_none();
        Ok(())
    }
}
