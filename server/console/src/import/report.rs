//! Faults in the words of the console, and the result of an import.

use domain::{ImportCounts, ImportResult, RowErrors};
use files::feed::ATTRIBUTE;
use files::import_file;
use files::invalid_entry;
use service::inventory::{EmptiedFields, EntryError, FeedReport, Position};
use service::store::{StoredImport, UpsertCounts};

/// Faulty rows that a page shows.
const MAX_ROWS: usize = 100;

/// The result that is kept of an import.
pub fn result(stored: &StoredImport) -> Option<ImportResult> {
    let result = stored.result.as_deref()?;
    // One of another version, which nobody needs for long, is shown by its name alone.
    let read = serde_json::from_str(result);
    Some(read.unwrap_or_else(|_| ImportResult {
        file_name: stored.file_name.clone(),
        ..ImportResult::default()
    }))
}

/// The result of an import, as it is kept.
pub fn write(file_name: &str, report: &FeedReport, repeated: usize) -> String {
    let errors = report.skipped.errors();
    let result = ImportResult {
        file_name: file_name.to_owned(),
        counts: counts(report.counts, report.skipped.count, repeated),
        faults: rows(&errors),
    };
    serde_json::to_string(&result).expect("texts and numbers are always JSON")
}

pub fn counts(counts: UpsertCounts, faulty: usize, repeated: usize) -> ImportCounts {
    ImportCounts {
        created: counts.created,
        updated: counts.updated,
        unchanged: counts.unchanged,
        removed: counts.removed,
        faulty: faulty as u64,
        repeated: repeated as u64,
    }
}

/// The warning about fields that an import empties, or makes available again.
pub fn emptied(emptied: &EmptiedFields, is_table: bool) -> Option<String> {
    let fields = emptied.fields.iter();
    let fields: Vec<&str> = fields
        .map(|name| name.strip_prefix(ATTRIBUTE).unwrap_or(name))
        .collect();
    let lacks = if is_table {
        "This file has no column for"
    } else {
        "No item of this file has a value for"
    };
    let (are, them) = match fields.len() {
        0 => return None,
        1 => ("It is", "it"),
        _ => ("They are", "them"),
    };
    let items = match emptied.items {
        1 => "1 item".to_owned(),
        number => format!("{number} items"),
    };
    let available = if emptied.fields.contains("available") {
        " An item without “available” becomes available."
    } else {
        ""
    };
    let fields = fields.join(", ");
    Some(format!(
        "{lacks} {fields}. {are} emptied in {items}.{available} Choose “Change fields only” to keep {them}."
    ))
}

/// The index of the item that an error is about, and the field.
pub fn parts(error: &EntryError) -> (Option<usize>, String) {
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
    (index, field.replace("~1", "/").replace("~0", "~"))
}

/// The first errors by the item they are about, as a person finds it in the file: `/3/price` is the
/// price of row 5 in a table.
pub fn rows(errors: &[EntryError]) -> Vec<RowErrors> {
    let mut rows: Vec<(Option<usize>, RowErrors)> = Vec::new();
    for error in errors {
        let (index, field) = parts(error);
        let detail = invalid_entry::describe(&error.reason);
        let problem = (label(field), detail.into_owned());
        match rows.last_mut() {
            Some((last, row)) if *last == index => row.problems.push(problem),
            _ => rows.push((
                index,
                RowErrors {
                    place: place(index, error.position, error.id.as_deref()),
                    problems: vec![problem],
                },
            )),
        }
    }
    rows.truncate(MAX_ROWS);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// An attribute by its own name.
fn label(field: String) -> String {
    match field.strip_prefix("attributes/") {
        Some(name) => name.to_owned(),
        None => field,
    }
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
        Some(id) => format!("{place}, ID {id}"),
        None => place,
    }
}

/// The name of the delimiter of a table.
pub fn delimiter(table: &import_file::Table) -> String {
    match table.delimiter {
        ',' => "Comma".to_owned(),
        ';' => "Semicolon".to_owned(),
        '\t' => "Tab".to_owned(),
        '|' => "Vertical bar".to_owned(),
        other => other.to_string(),
    }
}
