//! The faults of a file, as a file: one line for each.

use super::choices::Choices;
use super::load::LoadedImport;
use super::preview::check;
use super::report::parts;
use super::{Context, Step};
use crate::export::table;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use files::invalid_entry;
use service::inventory::EntryError;

const COLUMNS: [&str; 5] = ["row", "line", "id", "field", "problem"];

/// At most as many faults are listed as a feed reports.
pub async fn file(context: &Context<'_>, loaded: LoadedImport, choices: Choices) -> Step<Response> {
    let checked = check(context, loaded, choices).await?;
    let mut bytes = table::head(&COLUMNS);
    write(&mut bytes, &checked.skipped.errors());
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"import-faults.csv\"",
        ),
    ];
    Ok((headers, bytes).into_response())
}

fn write(bytes: &mut Vec<u8>, errors: &[EntryError]) {
    let number = |number: Option<usize>| number.map(|n| n.to_string()).unwrap_or_default();
    for error in errors {
        let (_, field) = parts(error);
        let cells = [
            number(error.position.row),
            number(error.position.line),
            error.id.clone().unwrap_or_default(),
            field,
            invalid_entry::describe(&error.reason).into_owned(),
        ];
        table::write_row(bytes, &cells);
    }
}
