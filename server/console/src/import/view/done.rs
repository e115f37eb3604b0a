//! The result of an import.

use super::faults::{download, extent, fault_details};
use super::head;
use super::preview::numbers;
use app::components::{Notice, Tone};
use app::prelude::*;
use domain::ImportResult;

#[component]
pub fn Done(result: ImportResult) -> impl IntoView {
    let ImportResult {
        path,
        file_name,
        counts,
        errors,
        ..
    } = result;
    let text = if counts.faulty == 0 {
        format!("{file_name} was imported.")
    } else {
        let (rows, them) = match counts.faulty {
            1 => ("1 row with errors was".to_owned(), "it"),
            number => (format!("{number} rows with errors were"), "them"),
        };
        format!(
            "{file_name} was imported. {rows} skipped. Correct {them}, and import the file again."
        )
    };
    let listed = errors.len();
    let download = (listed > 0).then(|| download(&path));
    let actions = view! {
        <div class="actions">
            {download}
            <a class="button" href="/inventory/import">
                "Import another file"
            </a>
            <a class="button primary" href="/inventory">
                "View inventory"
            </a>
        </div>
        {extent(counts.faulty, listed)}
    };
    view! {
        {head(4)}
        <Notice tone=Tone::Success title="Import complete" text=text action=actions/>
        {numbers(&counts)}
        {fault_details("Skipped rows", counts.faulty, errors)}
    }
}
