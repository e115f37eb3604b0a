//! `GET /leads/export.csv` and `/leads/export.jsonl`: all leads, oldest change first, as the API
//! lists them.
//!
//! A lead that changes while the file is written moves to the end of the list. It may then be in
//! the file twice, before and after the change, but it is never left out.

use super::{Export, Exporter, Format, json_line, redirect_to_sign_in, table};
use crate::Visitor;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use service::leads::{Lead, LeadState};
use service::{Error, Member, Services, rfc3339};
use web::AppState;
use web::responses::LeadResponse;

const COLUMNS: [&str; 12] = [
    "id",
    "name",
    "email",
    "phone",
    "message",
    "source",
    "item_id",
    "status",
    "external_id",
    "note",
    "created_at",
    "updated_at",
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
    // This is recorded before the first lead is read, so that the log covers incomplete downloads,
    // too.
    let recorded =
        state
            .services
            .leads
            .record_export(&member, &exporter.client, format.extension());
    if let Err(error) = recorded.await {
        return exporter.failure_response(error);
    }
    let head = match format {
        Format::Csv => table::head(&COLUMNS),
        Format::JsonLines => Vec::new(),
    };
    let name = format!(
        "leads-{}",
        member.time_zone().day(state.services.clock.now())
    );
    exporter
        .send(&name, format, head, LeadExport { after: 0, format })
        .await
}

struct LeadExport {
    /// Number of the change after which the next piece begins.
    after: u64,
    format: Format,
}

impl Export for LeadExport {
    async fn next_batch(
        &mut self,
        services: &Services,
        member: &Member,
        lines: &mut Vec<u8>,
    ) -> Result<bool, Error> {
        let changes = services.leads.batch(member, self.after).await?;
        let Some(last) = changes.last() else {
            return Ok(true);
        };
        self.after = last.number;
        for change in changes {
            // An erased lead has no data left.
            if let LeadState::Kept(lead) = change.state {
                match self.format {
                    Format::Csv => write_row(lines, &lead),
                    Format::JsonLines => json_line(lines, &LeadResponse::from(*lead)),
                }
            }
        }
        Ok(false)
    }
}

fn write_row(lines: &mut Vec<u8>, lead: &Lead) {
    let fields = &lead.fields;
    let times = [lead.created_at, lead.updated_at].map(rfc3339);
    let cells: [Option<&str>; COLUMNS.len()] = [
        Some(lead.id.as_str()),
        fields.name.as_deref(),
        fields.email.as_deref(),
        fields.phone.as_deref(),
        fields.message.as_deref(),
        fields.source.as_deref(),
        fields.item_id.as_deref(),
        Some(fields.status.as_str()),
        fields.external_id.as_deref(),
        fields.note.as_deref(),
        Some(&times[0]),
        Some(&times[1]),
    ];
    table::write_row(lines, &cells.map(Option::unwrap_or_default));
}
