//! Errors by row, and the result of an import.

use super::advice::{AdviceContext, advice};
use domain::{CellError, ImportCounts, ImportResult, RowErrors};
use files::import_file::{self, Cell, Decimals};
use service::entry::EntryReason;
use service::inventory::{EntryError, FeedReport};
use service::store::{StoredImport, UpsertCounts};

/// Returns the stored result of an import.
pub fn result(stored: &StoredImport) -> Option<ImportResult> {
    let result = stored.result.as_deref()?;
    // A result of another version, which is kept for an hour at most, is shown by its name alone.
    let read = serde_json::from_str(result);
    let result = read.unwrap_or_else(|_| ImportResult {
        file_name: stored.file_name.clone(),
        ..ImportResult::default()
    });
    Some(ImportResult {
        path: super::import_path(&stored.id),
        ..result
    })
}

/// Returns the result of an import in the form in which it is stored.
pub fn write(
    file_name: &str,
    report: &FeedReport,
    repeated: usize,
    errors: &[RowErrors],
    delimiter: Option<char>,
) -> String {
    let result = ImportResult {
        path: String::new(),
        file_name: file_name.to_owned(),
        counts: counts(report.counts, report.skipped.count, repeated),
        errors: errors.to_vec(),
        delimiter,
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

/// Returns the index of the item that an error is about, and the field.
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

/// Groups errors by the item that they are about. `cells` has the cell of each error, and `rows`
/// the row of each item of a table, whose prices have this notation.
pub fn group_by_item(
    errors: &[EntryError],
    cells: Vec<Cell>,
    rows: Option<&[usize]>,
    decimals: Decimals,
) -> Vec<RowErrors> {
    let row_of = |index: usize| rows.and_then(|rows| rows.get(index)).copied();
    let mut grouped: Vec<RowErrors> = Vec::new();
    for (error, cell) in errors.iter().zip(cells) {
        let (index, _) = parts(error);
        let first_row = match error.reason {
            // Only tables that are files count rows as their readers do.
            EntryReason::DuplicateId { first, .. } if error.position.row.is_some() => row_of(first),
            _ => None,
        };
        let context = AdviceContext {
            is_table: rows.is_some(),
            decimals,
            first_row,
        };
        let cell = CellError {
            column: cell.column,
            value: cell.value,
            advice: advice(&error.reason, context).into_owned(),
        };
        match grouped.last_mut() {
            Some(last) if last.index == index => last.cells.push(cell),
            _ => grouped.push(RowErrors {
                row: error.position.row,
                line: error.position.line,
                index,
                id: error.id.as_deref().map(import_file::shorten),
                cells: vec![cell],
            }),
        }
    }
    grouped
}

/// Returns the name of the delimiter of a table.
pub fn delimiter(table: &import_file::Table) -> String {
    match table.delimiter {
        ',' => "Comma".to_owned(),
        ';' => "Semicolon".to_owned(),
        '\t' => "Tab".to_owned(),
        '|' => "Vertical bar".to_owned(),
        other => other.to_string(),
    }
}
