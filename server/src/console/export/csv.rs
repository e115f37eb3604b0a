//! One line for each event, as spreadsheets read it (RFC 4180, in UTF-8).

use csv_core::{Terminator, WriteResult, Writer, WriterBuilder};
use serde_json::Value;
use service::audit::title;
use service::rfc3339;
use service::store::LoggedEvent;
use std::borrow::Cow;

const COLUMNS: [&str; 14] = [
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
];

pub fn head() -> Vec<u8> {
    let mut bytes = Vec::new();
    record(&mut bytes, &COLUMNS);
    bytes
}

pub fn line(bytes: &mut Vec<u8>, logged: &LoggedEvent) {
    let event = &logged.event;
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
    let cells: [Cow<str>; 14] = [
        logged.seq.to_string().into(),
        rfc3339(event.at).into(),
        kind.into(),
        id.unwrap_or_default().into(),
        logged.actor.as_deref().unwrap_or_default().into(),
        event.action.as_str().into(),
        title(event.action).into(),
        event.subject.as_str().into(),
        logged.subject.as_deref().unwrap_or_default().into(),
        ip.unwrap_or_default().into(),
        event.user_agent.as_deref().unwrap_or_default().into(),
        part("before").into(),
        part("after").into(),
        rest.to_string().into(),
    ];
    record(bytes, &cells.each_ref().map(|cell| harmless(cell)));
}

/// A spreadsheet takes a cell that begins so for a formula, whoever wrote it there: a key's name, a user agent, an item's
/// id. An apostrophe makes it a text (OWASP, "CSV Injection").
fn harmless(cell: &str) -> Cow<'_, str> {
    // The last four are taken for the first ones by spreadsheets in East Asian settings.
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{cell}").into()
    } else {
        cell.into()
    }
}

fn record(bytes: &mut Vec<u8>, cells: &[impl AsRef<str>]) {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).build();
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            step(bytes, &mut writer, 1, Writer::delimiter);
        }
        let cell = cell.as_ref().as_bytes();
        // Two quotes around it, and one more before each that is in it.
        step(bytes, &mut writer, 2 * cell.len() + 2, |writer, out| {
            let (result, _, written) = writer.field(cell, out);
            (result, written)
        });
    }
    // The last quote as well.
    step(bytes, &mut writer, 3, Writer::terminator);
}

/// Lets the writer put out something that is never longer than `room`.
fn step(
    bytes: &mut Vec<u8>,
    writer: &mut Writer,
    room: usize,
    put: impl FnOnce(&mut Writer, &mut [u8]) -> (WriteResult, usize),
) {
    let begin = bytes.len();
    // One more for the quote that ends what came before.
    bytes.resize(begin + room + 1, 0);
    let (_, written) = put(writer, &mut bytes[begin..]);
    bytes.truncate(begin + written);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_taken_for_a_formula() {
        for evil in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(harmless(evil), format!("'{evil}"));
        }
        for good in ["", "Feed", "1-1", " =1", "{\"a\":\"=1\"}"] {
            assert_eq!(harmless(good), good);
        }
    }

    #[test]
    fn what_separates_cells_and_lines_is_quoted() {
        let mut bytes = Vec::new();
        record(&mut bytes, &["a,b", "c\"d", "e\r\nf", "", "plain"]);
        let written = String::from_utf8(bytes).unwrap();
        assert_eq!(written, "\"a,b\",\"c\"\"d\",\"e\r\nf\",,plain\r\n");
    }
}
