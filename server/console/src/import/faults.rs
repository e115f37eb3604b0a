//! The errors of a file, as a file: one line for each.

use crate::export::table;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use domain::RowErrors;

const COLUMNS: [&str; 6] = ["row", "line", "id", "column", "value", "problem"];

/// Returns the errors as a CSV file. They are at most as many as a feed reports.
pub fn file(errors: &[RowErrors]) -> Response {
    let mut bytes = table::head(&COLUMNS);
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
            table::write_row(&mut bytes, &cells);
        }
    }
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"import-errors.csv\"",
        ),
    ];
    (headers, bytes).into_response()
}
