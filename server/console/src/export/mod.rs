//! Lists of the console as files: the audit log, the inventory and the leads, each as CSV and as
//! JSON Lines.
//!
//! A file is written while it is sent, a piece of the list at a time, so that a long list takes no
//! more memory than a short one. Each piece is read when the client takes it, and only if the
//! session is still alive then. If it is not, or if the database fails on the way, the response
//! breaks off without a proper end, so that a browser shows a failed download, and `curl` reports
//! an error.

mod audit;
mod items;
mod leads;
pub(super) mod table;
mod template;

pub use audit::{csv as audit_csv, json_lines as audit_json_lines};
pub use items::{csv as items_csv, json_lines as items_json_lines};
pub use leads::{csv as leads_csv, json_lines as leads_json_lines};
pub use template::template;

use super::backend::failure;
use super::return_path::sign_in_url;
use super::visit::path_and_query;
use super::{Visitor, outcome_unknown, past_deadline, plain_text, see_other, unavailable};
use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::Response;
use domain::Failure;
use futures::stream;
use serde::Serialize;
use service::{Client, Error, Member, Services};
use std::sync::Arc;
use web::AppState;
use web::http::RequestId;
use web::telemetry::ErrorChain;
use zeroize::Zeroizing;

/// File format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    JsonLines,
}

impl Format {
    /// Returns the extension of the file's name.
    const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::JsonLines => "application/jsonl; charset=utf-8",
        }
    }
}

/// Appends a line of JSON Lines.
fn json_line(bytes: &mut Vec<u8>, value: &impl Serialize) {
    serde_json::to_writer(&mut *bytes, value).expect("plain data is always JSON");
    bytes.push(b'\n');
}

/// List that is read piece by piece.
trait Export: Send + 'static {
    /// Appends the lines of the next piece, which may be empty. Returns whether it was the last
    /// piece.
    fn next_batch(
        &mut self,
        services: &Services,
        member: &Member,
        lines: &mut Vec<u8>,
    ) -> impl Future<Output = Result<bool, Error>> + Send;
}

/// The session that requested a file.
struct Exporter {
    services: Arc<Services>,
    token: Zeroizing<String>,
    client: Client,
    request_id: RequestId,
}

impl Exporter {
    /// Returns `None` for a visitor without a session.
    fn of(state: &AppState, visitor: Visitor) -> Option<(Self, Member)> {
        let exporter = Self {
            services: state.services.clone(),
            token: visitor.token?,
            client: visitor.client,
            request_id: visitor.request_id,
        };
        Some((exporter, visitor.member?))
    }

    /// Returns the member with the current data of the database.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] if the session has ended, and errors of the database.
    async fn member(&self) -> Result<Member, Error> {
        let member = self
            .services
            .sessions
            .member_without_renewal(&self.token)
            .await?;
        Ok(member.ok_or(Failure::SignedOut)?)
    }

    async fn next_batch(
        &self,
        export: &mut impl Export,
        lines: &mut Vec<u8>,
    ) -> Result<bool, Error> {
        let member = self.member().await?;
        export.next_batch(&self.services, &member, lines).await
    }

    /// Sends the file `name`, which begins with `head`.
    async fn send(
        self,
        name: &str,
        format: Format,
        head: Vec<u8>,
        mut export: impl Export,
    ) -> Response {
        // The first piece is read before the response begins, so that a failure can still be its
        // status.
        let mut first = head;
        let is_last = match self.next_batch(&mut export, &mut first).await {
            Ok(is_last) => is_last,
            Err(error) => return self.failure_response(error),
        };
        let state = (first, is_last, self, export);
        let pieces = stream::try_unfold(
            state,
            |(mut lines, mut is_last, exporter, mut export)| async move {
                // With a filter, many pieces may be empty.
                while lines.is_empty() && !is_last {
                    let result = exporter.next_batch(&mut export, &mut lines).await;
                    is_last = result.inspect_err(|error| {
                        tracing::warn!(error = %ErrorChain(error), "a download failed");
                    })?;
                }
                let chunk = (!lines.is_empty()).then(|| Bytes::from(lines));
                Ok::<_, Error>(chunk.map(|lines| (lines, (Vec::new(), is_last, exporter, export))))
            },
        );
        attachment(name, format, Body::from_stream(pieces))
    }

    /// Returns the response if the file cannot begin.
    fn failure_response(&self, error: Error) -> Response {
        match failure(error, &self.request_id) {
            Failure::SignedOut => see_other("/sign-in"),
            // The role changed a moment ago, so another attempt is judged by the new one.
            Failure::Unavailable | Failure::Forbidden => unavailable(),
            Failure::OutcomeUnknown => outcome_unknown(),
            Failure::PastDeadline => past_deadline(),
            _ => plain_text(
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something went wrong on our side.",
            ),
        }
    }
}

/// Redirects to the sign-in page, which leads back to the file.
fn redirect_to_sign_in(uri: &Uri) -> Response {
    see_other(&sign_in_url(path_and_query(uri)))
}

/// Returns the file `name`, which a browser saves instead of showing it.
fn attachment(name: &str, format: Format, body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static(format.media_type());
    headers.insert(CONTENT_TYPE, kind);
    let disposition = format!("attachment; filename=\"{name}.{}\"", format.extension());
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    response
}
