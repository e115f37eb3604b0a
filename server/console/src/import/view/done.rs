//! The result of an import.

use super::faults::fault_table;
use super::preview::numbers;
use super::{HEAD, count};
use app::components::{Notice, PageHead, Tone};
use app::prelude::*;
use domain::ImportResult;

#[component]
pub fn Done(result: ImportResult) -> impl IntoView {
    let ImportResult {
        file_name,
        counts,
        faults,
    } = result;
    let (tone, text) = if counts.faulty == 0 {
        (Tone::Success, format!("{file_name} was imported."))
    } else {
        let skipped = count(
            counts.faulty,
            "row with errors was",
            "rows with errors were",
        );
        let text = format!("{file_name} was imported. {skipped} skipped, for the reasons below.");
        (Tone::Warning, text)
    };
    let more = counts.faulty.saturating_sub(faults.len() as u64);
    let more = (more > 0).then(|| view! { <p class="second">{format!("And {more} more.")}</p> });
    let faults = fault_table(faults).map(|table| {
        view! {
            <section class="box" aria-labelledby="faults">
                <h2 id="faults">"Skipped rows"</h2>
                {table}
                {more}
            </section>
        }
    });
    view! {
        <PageHead title=HEAD.title purpose=HEAD.purpose/>
        <Notice tone=tone title="Import complete" text=text/>
        {numbers(&counts)}
        {faults}
        <div class="actions">
            <a class="button" href="/inventory/import">
                "Import another file"
            </a>
            <a class="button primary" href="/inventory">
                "View inventory"
            </a>
        </div>
    }
}
