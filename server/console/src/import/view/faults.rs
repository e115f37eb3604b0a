//! The errors in a file, row by row.

use app::components::{Column, Row, Table};
use app::prelude::*;
use domain::RowErrors;

const COLUMNS: &[Column] = &[Column::Text("Row"), Column::Text("Error")];

/// Renders the rows with errors; `None` if there are none.
pub fn fault_table(rows: Vec<RowErrors>) -> Option<AnyView> {
    if rows.is_empty() {
        return None;
    }
    let rows = rows.into_iter().map(|RowErrors { place, problems }| {
        let problems = problems.into_iter().map(|(field, detail)| {
            let field = (!field.is_empty()).then(|| view! { <code>{field}</code> " " });
            view! { <li>{field} {detail}</li> }
        });
        let problems = problems.collect_view();
        let problems = view! { <ul>{problems}</ul> };
        view! { <Row columns=COLUMNS name=place under=Vec::new() cells=vec![problems]/> }
    });
    let rows = rows.collect_view().into_any();
    Some(view! { <Table caption="Errors by row" columns=COLUMNS rows=rows/> })
}
