//! The errors of a file, as a file: one line for each.

use crate::export::table::Table;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use domain::RowErrors;

/// Returns the errors as a table with the delimiter of the file that has them, so that the same
/// program opens both. They are at most as many as a feed reports.
pub fn file(errors: &[RowErrors], delimiter: Option<char>) -> Response {
    let place = if errors.iter().any(|row| row.row.is_some()) {
        "Row (in a spreadsheet)"
    } else {
        "Item (number in the file)"
    };
    let columns = [
        place,
        "Line (in a text editor)",
        "ID",
        "Column",
        "Value in the file",
        "How to correct it",
    ];
    let delimiter = delimiter.and_then(|delimiter| u8::try_from(delimiter).ok());
    let table = Table {
        delimiter: delimiter.unwrap_or(b','),
    };
    let mut bytes = table.head(&columns);
    let number = |number: Option<usize>| number.map(|n| n.to_string()).unwrap_or_default();
    for row in errors {
        // A file that is not read line by line has only the number of the item.
        let item = row.index.filter(|_| row.line.is_none());
        let place = row.row.or_else(|| item.map(|index| index + 1));
        for cell in &row.cells {
            let cells = [
                &number(place),
                &number(row.line),
                row.id.as_deref().unwrap_or_default(),
                &cell.column,
                cell.value.as_deref().unwrap_or_default(),
                &cell.advice,
            ];
            table.write_row(&mut bytes, &cells);
        }
    }
    // A spreadsheet opens a table with tabs only under this ending.
    let (kind, name) = match table.delimiter {
        b'\t' => (
            "text/tab-separated-values; charset=utf-8",
            "attachment; filename=\"import-errors.tsv\"",
        ),
        _ => (
            "text/csv; charset=utf-8; header=present",
            "attachment; filename=\"import-errors.csv\"",
        ),
    };
    let headers = [(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, name)];
    (headers, bytes).into_response()
}
