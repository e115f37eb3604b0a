//! The report on a file of items.

use super::Outcome;
use axum::http::StatusCode;
use domain::{ImportReport, RowProblem};
use service::inventory::{EntryError, FeedReport, Position};

/// Rows that a report shows of a file that was stored, and errors that it shows of one that was not.
const MAX_ROWS: usize = 100;

pub fn refused(reason: impl Into<String>) -> Outcome {
    let report = ImportReport::Refused {
        reason: reason.into(),
        rows: Vec::new(),
    };
    (StatusCode::UNPROCESSABLE_ENTITY, report)
}

pub fn listed(mut errors: Vec<EntryError>) -> Outcome {
    errors.truncate(MAX_ROWS);
    let report = ImportReport::Refused {
        reason: "Correct these values, then send the file again.".into(),
        rows: rows(errors),
    };
    (StatusCode::UNPROCESSABLE_ENTITY, report)
}

/// The report of a file that was stored. At most 1,000 errors are listed in all.
pub fn stored(report: FeedReport) -> ImportReport {
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

/// Errors by the item they are about, as a person finds it in the file: `/3/price` is the price of row 5 in a table.
fn rows(errors: Vec<EntryError>) -> Vec<RowProblem> {
    let mut rows: Vec<(Option<usize>, RowProblem)> = Vec::new();
    for error in errors {
        let pointer = error
            .pointer
            .strip_prefix("/items")
            .unwrap_or(&error.pointer);
        let mut parts = pointer.trim_start_matches('/').splitn(2, '/');
        let (first, rest) = (parts.next().unwrap_or_default(), parts.next());
        let index: Option<usize> = first.parse().ok();
        let field = match index {
            Some(_) => rest.unwrap_or_default(),
            None => first,
        };
        let field = field.replace("~1", "/").replace("~0", "~");
        let place = place(index, error.position, error.id.as_deref());
        let problem = (field, error.detail);
        match rows.last_mut() {
            Some((last, row)) if *last == index => row.problems.push(problem),
            _ => rows.push((
                index,
                RowProblem {
                    place,
                    problems: vec![problem],
                },
            )),
        }
    }
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The place of an item in a file, as the program counts in which its owner opens it.
fn place(index: Option<usize>, position: Position, id: Option<&str>) -> String {
    let place = match (position.row, position.line, index) {
        (Some(row), _, _) => format!("Row {row}"),
        (None, Some(line), _) => format!("Line {line}"),
        (None, None, Some(index)) => format!("Item {}", index + 1),
        (None, None, None) => "File".to_owned(),
    };
    match id {
        Some(id) => format!("{place}, id {id}"),
        None => place,
    }
}
