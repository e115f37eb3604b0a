//! `GET /audit/log.csv` and `/audit/log.jsonl`: the audit log, newest event first, under the filter
//! of its page.

use super::{Export, Exporter, Format, json_line, redirect_to_sign_in, table};
use crate::audit::{event_title, search};
use crate::{Visitor, see_other};
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use domain::AuditForm;
use serde_json::{Value, json};
use service::audit::AuditSearch;
use service::store::LoggedEvent;
use service::{Error, Member, Services, rfc3339};
use std::borrow::Cow;
use url::form_urlencoded;
use web::AppState;

const COLUMNS: [&str; 15] = [
    "number",
    "time",
    "actor_kind",
    "actor_id",
    "actor",
    "action",
    "what",
    "subject_id",
    "subject",
    "ip",
    "user_agent",
    "before",
    "after",
    "detail",
    "request_id",
];

pub async fn csv(State(state): State<AppState>, uri: Uri, visitor: Visitor) -> Response {
    export(&state, &uri, visitor, Format::Csv).await
}

pub async fn json_lines(State(state): State<AppState>, uri: Uri, visitor: Visitor) -> Response {
    export(&state, &uri, visitor, Format::JsonLines).await
}

async fn export(state: &AppState, uri: &Uri, visitor: Visitor, format: Format) -> Response {
    let Some((exporter, member)) = Exporter::of(state, visitor) else {
        return redirect_to_sign_in(uri);
    };
    let Ok(Ok(search)) = search(state, &member, &form(uri)).await else {
        // The page shows what is wrong with the filter, or fails in the same way.
        return see_other(&format!("/audit?{}", uri.query().unwrap_or_default()));
    };
    let head = match format {
        Format::Csv => table::head(&COLUMNS),
        Format::JsonLines => Vec::new(),
    };
    let log = AuditExport {
        search,
        before: None,
        format,
    };
    exporter.send("audit-log", format, head, log).await
}

fn form(uri: &Uri) -> AuditForm {
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

struct AuditExport {
    search: AuditSearch,
    /// Number of the event before which the next piece begins.
    before: Option<u64>,
    format: Format,
}

impl Export for AuditExport {
    async fn next_batch(
        &mut self,
        services: &Services,
        member: &Member,
        lines: &mut Vec<u8>,
    ) -> Result<bool, Error> {
        let batch = services.audit.batch(member, &self.search, self.before);
        let batch = batch.await?;
        for event in &batch.events {
            match self.format {
                Format::Csv => write_row(lines, event),
                Format::JsonLines => json_line(lines, &json_object(event)),
            }
        }
        self.before = batch.next_before;
        Ok(batch.next_before.is_none())
    }
}

fn write_row(lines: &mut Vec<u8>, entry: &LoggedEvent) {
    let event = &entry.event;
    let (kind, id) = event.actor.parts();
    let part = |name: &str| {
        event
            .detail
            .get(name)
            .map_or(String::new(), Value::to_string)
    };
    let mut rest = event.detail.clone();
    if let Some(rest) = rest.as_object_mut() {
        rest.retain(|name, _| name != "before" && name != "after");
    }
    let ip = event.ip.map(|ip| ip.to_string());
    let cells: [Cow<str>; COLUMNS.len()] = [
        entry.seq.to_string().into(),
        rfc3339(event.at).into(),
        kind.into(),
        id.unwrap_or_default().into(),
        entry.actor.as_deref().unwrap_or_default().into(),
        event.action.as_str().into(),
        event_title(event.action, &event.detail).into(),
        event.subject.as_str().into(),
        entry.subject.as_deref().unwrap_or_default().into(),
        ip.unwrap_or_default().into(),
        event.user_agent.as_deref().unwrap_or_default().into(),
        part("before").into(),
        part("after").into(),
        rest.to_string().into(),
        event.request_id.as_deref().unwrap_or_default().into(),
    ];
    table::write_row(lines, &cells);
}

fn json_object(entry: &LoggedEvent) -> Value {
    let event = &entry.event;
    let (kind, id) = event.actor.parts();
    json!({
        "number": entry.seq,
        "time": rfc3339(event.at),
        "actor": { "kind": kind, "id": id, "name": entry.actor },
        "action": event.action.as_str(),
        "what": event_title(event.action, &event.detail),
        "subject": { "id": event.subject, "name": entry.subject },
        "ip": event.ip,
        "user_agent": event.user_agent,
        "detail": event.detail,
        "request_id": event.request_id,
    })
}
