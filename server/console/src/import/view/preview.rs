//! The third step: a preview of the changes, and the confirmation.

use super::faults::fault_table;
use super::{DISCARD, count, discard, discard_path, effects, head};
use crate::components::{Help, cards_with_help, fact};
use app::components::{FieldError, Notice, Tone};
use app::prelude::*;
use domain::{ImportCounts, ImportPreview, RowErrors};

const OUTDATED: &str =
    "The inventory (or the choices) changed since this preview. Check it again, then confirm.";

const HELP: Help = Help {
    title: "What happens",
    advice: &[
        "All changes are made together, or none of them.",
        "Systems that read the inventory get the changes with their next request.",
        "You can't undo an import. To be able to go back, export the inventory first.",
        "If the inventory changes before you confirm, nothing is imported and you get a new preview.",
    ],
    link: Some(("/inventory/export.csv", "Export the inventory (CSV)")),
};

#[component]
pub fn Preview(preview: ImportPreview) -> impl IntoView {
    let ImportPreview {
        path,
        file_name,
        refused,
        counts,
        created,
        updated,
        removed,
        emptied,
        faults,
        reported,
        skips,
        digest,
        is_outdated,
        typed,
        error,
    } = preview;
    let is_refused = refused.is_some();
    let report = format!("{path}/faults.csv");
    let form = if refused.is_some() {
        let discard = discard(&path);
        view! {
            <div class="actions">
                <a class="button primary" href=path>
                    "Change the choices"
                </a>
                <a class="button" href="/inventory/import">
                    "Choose another file"
                </a>
                <a class="button" href="/inventory/template.csv">
                    "Download a template"
                </a>
                {discard}
            </div>
        }
    } else {
        confirm(&path, &counts, digest, typed, error)
    };
    let outdated = is_outdated
        .then(|| view! { <Notice tone=Tone::Error title="Import failed: nothing was imported" text=OUTDATED/> });
    let refused = refused.map(|reason| {
        view! { <Notice tone=Tone::Error title="Nothing can be imported yet" text=reason/> }
    });
    let emptied = emptied.map(|text| {
        view! { <Notice tone=Tone::Warning title="Fields of stored items will be emptied" text=text/> }
    });
    let faults = fault_section(&counts, faults, reported, skips && !is_refused, report);
    let numbers = (!is_refused).then(|| numbers(&counts));
    let cards = view! {
        <h2>{file_name}</h2>
        {numbers}
        {emptied}
        {effects::created(counts.created, created)}
        {effects::changes(counts.updated, updated)}
        {effects::removed(counts.removed, removed)}
        {faults}
        {form}
    };
    view! {
        {head(3)}
        {outdated}
        {refused}
        {cards_with_help(HELP, cards)}
    }
}

/// Renders the faulty rows, of which `rows` holds the first and the downloadable report `reported`.
fn fault_section(
    counts: &ImportCounts,
    rows: Vec<RowErrors>,
    reported: u64,
    skips: bool,
    report: String,
) -> Option<AnyView> {
    let (faulty, shown) = (counts.faulty, rows.len() as u64);
    if faulty == 0 {
        // These are faults of the file as a whole.
        let table = fault_table(rows)?;
        return Some(
            view! { <section class="box" aria-label="Errors of the file">{table}</section> },
        );
    }
    let title = if skips {
        format!("{} skipped", count(faulty, "row is", "rows are"))
    } else {
        count(faulty, "row has errors", "rows have errors")
    };
    let extent = (shown < faulty).then(|| {
        let download = if reported < faulty {
            format!("the first {reported}")
        } else {
            "all of them".to_owned()
        };
        let text = format!("The first {shown} are shown. The download contains {download}.");
        view! { <p class="second">{text}</p> }
    });
    Some(view! {
        <section class="box" aria-labelledby="faults">
            <h2 id="faults">{title}</h2>
            {extent}
            {fault_table(rows)}
            <a class="button" href=report download="import-faults.csv">
                "Download errors (CSV)"
            </a>
        </section>
    })
}

/// Renders the counts of a preview or of a result.
pub fn numbers(counts: &ImportCounts) -> AnyView {
    let ImportCounts {
        created,
        updated,
        unchanged,
        removed,
        faulty,
        repeated,
    } = *counts;
    let rows = [
        ("New", created, true),
        ("Changed", updated, true),
        ("Unchanged", unchanged, true),
        ("Removed", removed, true),
        ("Rows with errors", faulty, true),
        ("Repeated rows left out", repeated, repeated > 0),
    ];
    let rows = rows.into_iter().filter(|(.., is_shown)| *is_shown);
    let rows = rows.map(|(name, number, _)| fact(name, erase(number)));
    let rows = rows.collect_view();
    view! { <dl class="tiles import-numbers">{rows}</dl> }
}

fn confirm(
    path: &str,
    counts: &ImportCounts,
    digest: String,
    typed: String,
    error: Option<String>,
) -> AnyView {
    let is_invalid = error.is_some();
    let summary = error.clone().map(|error| {
        let link = view! { <a href="#removals">{error}</a> };
        view! { <Notice tone=Tone::Error text="Nothing was changed." action=link/> }
    });
    let removals = (counts.removed > 0).then(|| {
        let number = counts.removed;
        let label = count(number, "item will be removed", "items will be removed");
        let error = Signal::derive(move || error.clone());
        view! {
            <div class="field">
                <label for="removals">{format!("{label}. Type this number to confirm")}</label>
                <input
                    id="removals"
                    name="removals"
                    type="text"
                    inputmode="numeric"
                    value=typed
                    autocomplete="off"
                    autofocus=is_invalid
                    required
                    aria-invalid=is_invalid.then_some("true")
                    aria-describedby="removals-error"
                />
                <FieldError id="removals-error" error=error/>
            </div>
        }
    });
    let class = if counts.removed > 0 {
        "button danger"
    } else {
        "button primary"
    };
    view! {
        {summary}
        <form class="box form" method="post" action=format!("{path}/apply") novalidate>
            <input type="hidden" name="preview" value=digest/>
            {removals}
            <div class="actions">
                <a class="button" href=path.to_owned()>
                    "Back"
                </a>
                <button type="submit" class=class>
                    "Import the items"
                </button>
                <button type="submit" class="button quiet" formaction=discard_path(path)>
                    {DISCARD}
                </button>
            </div>
        </form>
    }
}
