//! The errors in a file, row by row.

use app::prelude::*;
use domain::RowErrors;

/// Renders the rows with errors; `None` if there are none.
pub fn fault_table(rows: Vec<RowErrors>) -> Option<AnyView> {
    if rows.is_empty() {
        return None;
    }
    let rows = rows
        .into_iter()
        .map(|RowErrors { place, problems }| {
            let problems = problems
                .into_iter()
                .map(|(field, detail)| {
                    let field = (!field.is_empty()).then(|| view! { <code>{field}</code> " " });
                    view! { <li>{field} {detail}</li> }
                })
                .collect_view();
            view! {
                <tr role="row">
                    <th role="rowheader" scope="row">
                        {place}
                    </th>
                    <td role="cell">
                        <ul>{problems}</ul>
                    </td>
                </tr>
            }
        })
        .collect_view();
    Some(view! {
        <div class="table-card">
            <table role="table">
                <caption class="visually-hidden">"Errors by row"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">
                            "Row"
                        </th>
                        <th role="columnheader" scope="col">
                            "Error"
                        </th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    })
}
