//! The columns of a table: the first values of each, and the field that it becomes.

use super::count;
use app::components::{Column, Notice, Table, Tone};
use app::prelude::*;
use domain::{ImportColumn, ImportTable};

const COLUMNS: &[Column] = &[
    Column::Text("Column"),
    Column::Text("First values"),
    Column::Text("Becomes"),
];

/// Maximum number of attributes of an item.
const MAX_ATTRIBUTES: usize = 50;

/// Renders a notice if attributes are left out because an item cannot have more of them.
fn left_out(columns: &[ImportColumn]) -> Option<AnyView> {
    let with_values = |target: &str| {
        let columns = columns.iter().filter(|column| column.target == target);
        columns.filter(|column| !column.values.is_empty()).count()
    };
    let left_out = with_values("leave_out");
    (with_values("attribute") >= MAX_ATTRIBUTES && left_out > 0).then(|| {
        let columns = count(
            left_out as u64,
            "column with values is",
            "columns with values are",
        );
        let text =
            format!("An item has at most {MAX_ATTRIBUTES} attributes, so {columns} left out.");
        view! { <Notice tone=Tone::Info text=text/> }
    })
}

/// Renders one row for each column.
pub fn columns(table: ImportTable, errors: &[(String, String)]) -> AnyView {
    let ImportTable {
        columns,
        targets,
        notes,
        remembered,
        ..
    } = table;
    let remembered = remembered.then(|| {
        view! { <Notice tone=Tone::Info text="Your account imported a file with these columns before. The options are those of that import."/> }
    });
    let left_out = left_out(&columns);
    let notes = (!notes.is_empty()).then(|| view! { <p class="second">{notes.join(" ")}</p> });
    let rows = columns
        .into_iter()
        .enumerate()
        .map(|(place, column)| row(place, column, &targets, errors))
        .collect_view()
        .into_any();
    view! {
        <section class="box" aria-labelledby="columns">
            <div>
                <h2 id="columns">"Columns"</h2>
                {notes}
            </div>
            {remembered}
            {left_out}
            <Table caption="Columns of the file" class="mapping" columns=COLUMNS rows=rows/>
        </section>
    }
}

fn row(
    place: usize,
    column: ImportColumn,
    targets: &[(String, String)],
    errors: &[(String, String)],
) -> AnyView {
    let ImportColumn {
        header,
        values,
        target,
    } = column;
    let id = format!("column-{place}");
    let error_id = format!("{id}-error");
    let faults = errors.iter().filter(|(control, _)| *control == id);
    let faults: Vec<_> = faults.map(|(_, message)| message.clone()).collect();
    let is_invalid = (!faults.is_empty()).then_some("true");
    let faults = faults.join(" ");
    let number = place + 1;
    let header = if header.is_empty() {
        view! { <span class="second">{format!("Column {number}, without a name")}</span> }
    } else {
        erase(header)
    };
    let values = if values.is_empty() {
        view! { <li class="second">"No values"</li> }
    } else {
        let values = values.into_iter().map(|value| view! { <li>{value}</li> });
        erase(values.collect_view())
    };
    let options = targets
        .iter()
        .map(|(value, label)| {
            view! {
                <option value=value.clone() selected=*value == target>
                    {label.clone()}
                </option>
            }
        })
        .collect_view();
    view! {
        <tr role="row">
            <th role="rowheader" scope="row" id=format!("{id}-name")>
                {header}
            </th>
            <td role="cell" data-label="First values">
                <ul>{values}</ul>
            </td>
            <td role="cell" data-label="Becomes">
                <select
                    id=id.clone()
                    name=id.clone()
                    aria-labelledby=format!("{id}-name")
                    aria-invalid=is_invalid
                    aria-describedby=error_id.clone()
                >
                    {options}
                </select>
                <div class="error" id=error_id>
                    {faults}
                </div>
            </td>
        </tr>
    }
}
