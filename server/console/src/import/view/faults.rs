//! The errors in a file, row by row, with the columns and the values of the file.

use super::{count, details};
use app::components::{Column, Row, Table};
use app::prelude::*;
use domain::{CellError, RowErrors};

const COLUMNS: &[Column] = &[Column::Text("Row"), Column::Text("Error")];

/// Maximum number of rows with errors that a page shows.
const MAX_ROWS: usize = 100;
/// Maximum number of rows with errors whose list is open at first.
const OPEN: u64 = 10;

/// Renders the rows with errors; `None` if there are none.
pub fn fault_table(rows: Vec<RowErrors>) -> Option<AnyView> {
    if rows.is_empty() {
        return None;
    }
    let rows = rows.into_iter().take(MAX_ROWS).map(row);
    let rows = rows.collect_view().into_any();
    Some(view! { <Table caption="Errors by row" columns=COLUMNS rows=rows/> })
}

/// Renders the errors of `faulty` rows, which can be collapsed. `rows` has those that are listed.
pub fn fault_details(title: &'static str, faulty: u64, rows: Vec<RowErrors>) -> Option<AnyView> {
    let shown = rows.len().min(MAX_ROWS) as u64;
    let table = fault_table(rows)?;
    details("errors", title, faulty, shown, faulty <= OPEN, table)
}

/// Renders the link that downloads the errors.
pub fn download(path: &str) -> AnyView {
    view! {
        <a class="button" href=format!("{path}/faults.csv") download="import-errors.csv">
            "Download errors (CSV)"
        </a>
    }
}

/// Renders the number of rows whose errors the download contains, if it does not contain all.
pub fn extent(faulty: u64, listed: usize) -> Option<AnyView> {
    let listed = listed as u64;
    (listed < faulty).then(|| {
        let rows = count(listed, "row", "rows");
        view! { <p class="second">{format!("The download contains the errors of the first {rows}.")}</p> }
    })
}

fn row(errors: RowErrors) -> AnyView {
    let place = match (errors.row, errors.line, errors.index) {
        (Some(row), _, _) => format!("Row {row}"),
        (None, Some(line), _) => format!("Line {line}"),
        (None, None, Some(index)) => format!("Item {}", index + 1),
        (None, None, None) => "File".to_owned(),
    };
    let id = errors.id.map(|id| format!("ID {id}"));
    let cells = errors.cells.into_iter().map(cell).collect_view();
    let cells = vec![view! { <ul>{cells}</ul> }];
    view! { <Row columns=COLUMNS name=place under=id.into_iter().collect() cells=cells/> }
}

/// Renders an error: the column, the value as it is in the file, and the correction to make. The
/// value is isolated, since its letters may be written from right to left.
fn cell(error: CellError) -> AnyView {
    let CellError {
        column,
        value,
        advice,
    } = error;
    let value = value.map(|value| {
        if value.is_empty() {
            view! { ": " <span class="second">"empty"</span> }
        } else {
            view! { ": “" <bdi>{value}</bdi> "”" }
        }
    });
    let cell = (!column.is_empty()).then(|| {
        view! {
            <strong>
                <bdi>{column}</bdi>
            </strong>
            {value}
            <br/>
        }
    });
    view! { <li>{cell} {advice}</li> }
}
