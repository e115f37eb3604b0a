//! The third step: a preview of the changes, and the confirmation.

use super::faults::{download, extent, fault_details, fault_table};
use super::{DISCARD, count, discard, discard_path, effects, head};
use crate::components::{Help, HelpLink, cards_with_help, fact};
use app::components::{FieldError, Notice, Tone};
use app::prelude::*;
use domain::{ImportCounts, ImportPreview};

const OUTDATED: &str =
    "The inventory (or the options) changed since this preview. Check it again, then confirm.";

/// Id of the form that discards the import, whose button is beside those of the confirmation.
const DISCARD_FORM: &str = "discard";

const CHANGE_OPTIONS: &str = "Change options";

const HELP: Help = Help {
    title: "What happens",
    advice: &[
        "All changes are made together, or none of them.",
        "Systems that read the inventory get the changes with their next request.",
        "You can't undo an import. To be able to go back, export the inventory first.",
        "If the inventory changes before you confirm, nothing is imported and you get a new preview.",
    ],
    link: Some(HelpLink::File(
        "/inventory/export.csv",
        "Export the inventory (CSV)",
    )),
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
        availability,
        errors,
        digest,
        is_outdated,
        typed,
        typed_error,
    } = preview;
    let form = refused.is_none().then(|| {
        if counts.is_no_change() {
            nothing(&path, &counts)
        } else {
            confirm(&path, &counts, digest, typed, typed_error)
        }
    });
    let numbers = refused.is_none().then(|| numbers(&counts));
    let listed = errors.len();
    let refused = refused.map(|reason| refusal(&reason, &path, &counts, listed));
    let skipped = (refused.is_none() && counts.faulty > 0).then(|| skipped(&path, &counts, listed));
    let errors = if counts.faulty > 0 {
        fault_details("Rows with errors", counts.faulty, errors)
    } else {
        // These are errors of the file as a whole.
        fault_table(errors).map(
            |table| view! { <section class="box" aria-label="Errors of the file">{table}</section> },
        )
    };
    let outdated = is_outdated
        .then(|| view! { <Notice tone=Tone::Error title="Import failed: nothing was imported" text=OUTDATED/> });
    let emptied = emptied.map(|text| {
        view! { <Notice tone=Tone::Warning title="Fields of stored items will be emptied" text=text/> }
    });
    let availability = availability.map(
        |text| view! { <Notice tone=Tone::Info title="How availability was read" text=text/> },
    );
    // The decision comes before the lists, which can be long.
    let cards = view! {
        <h2>{file_name}</h2>
        {numbers}
        {skipped}
        {emptied}
        {availability}
        {form}
        {errors}
        {effects::created(counts.created, created)}
        {effects::changes(counts.updated, updated)}
        {effects::removed(counts.removed, removed)}
    };
    view! {
        {head(3)}
        {outdated}
        {refused}
        {cards_with_help(HELP, cards)}
    }
}

/// Formats the number of rows with errors as the beginning of a text; empty if there are none.
fn with_errors(faulty: u64) -> String {
    match faulty {
        0 => String::new(),
        _ => count(faulty, "row has errors. ", "rows have errors. "),
    }
}

/// Renders why nothing can be imported, and the ways on.
fn refusal(reason: &str, path: &str, counts: &ImportCounts, listed: usize) -> AnyView {
    let text = format!("{}{reason}", with_errors(counts.faulty));
    let download = (counts.faulty > 0).then(|| download(path));
    let actions = view! {
        <div class="actions">
            {discard(path)}
            <a class="button" href="/inventory/template.csv">
                "Download a template"
            </a>
            {download}
            <a class="button" href=path.to_owned()>
                {CHANGE_OPTIONS}
            </a>
            <a class="button primary" href="/inventory/import">
                "Choose another file"
            </a>
        </div>
        {extent(counts.faulty, listed)}
    };
    view! { <Notice tone=Tone::Error title="Nothing can be imported yet" text=text action=actions/> }
}

/// Renders which rows are skipped. A reader has to see this before everything else.
fn skipped(path: &str, counts: &ImportCounts, listed: usize) -> AnyView {
    let (skips, them) = match counts.faulty {
        1 => ("the row is skipped", "it"),
        _ => ("the rows are skipped", "them"),
    };
    let others = match counts.imported() {
        1 => "the other item".to_owned(),
        number => format!("the other {number} items"),
    };
    let errors = with_errors(counts.faulty);
    let text = if counts.is_no_change() {
        format!("{errors}To import {them}, correct the file and choose it again.")
    } else {
        format!(
            "{errors}If you import {others}, {skips}. To import {them} as well, correct the file and choose it again."
        )
    };
    let actions = view! {
        <div class="actions">
            {download(path)}
            <a class="button" href="/inventory/import">
                "Choose another file"
            </a>
        </div>
        {extent(counts.faulty, listed)}
    };
    view! { <Notice tone=Tone::Warning title="Some rows can't be imported" text=text action=actions/> }
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

/// Formats what the button of the confirmation does, such as `Import 18 items, skip 2 rows`.
fn label(counts: &ImportCounts) -> String {
    let is_import = counts.created + counts.updated > 0;
    let removed = (counts.removed > 0).then(|| {
        if is_import {
            format!("remove {}", counts.removed)
        } else {
            format!("Remove {}", count(counts.removed, "item", "items"))
        }
    });
    let skipped = (counts.faulty > 0).then(|| {
        let rows = count(counts.faulty, "row", "rows");
        format!("skip {rows}")
    });
    let items = || count(counts.imported(), "item", "items");
    let imported = is_import.then(|| format!("Import {}", items()));
    let effects = [imported, removed, skipped];
    effects.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Renders the notice that all items of the file are stored already, and what to do next.
fn nothing(path: &str, counts: &ImportCounts) -> AnyView {
    let items = match (counts.unchanged, counts.faulty) {
        (1, 0) => "The item of the file is".to_owned(),
        (1, _) => "The item without errors is".to_owned(),
        (number, 0) => format!("All {number} items of the file are"),
        (number, _) => format!("All {number} items without errors are"),
    };
    let text = format!("{items} in the inventory already, with the same values.");
    let actions = view! {
        <div class="actions">
            {discard(path)}
            <a class="button" href=path.to_owned()>
                {CHANGE_OPTIONS}
            </a>
            <a class="button" href="/inventory">
                "View inventory"
            </a>
        </div>
    };
    view! { <Notice tone=Tone::Info title="Nothing to import" text=text action=actions/> }
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
        let removed = count(number, "item will be removed", "items will be removed");
        let error = Signal::derive(move || error.clone());
        view! {
            <div class="field">
                <label for="removals">{format!("{removed}. Type this number to confirm")}</label>
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
                <button type="submit" class="button quiet" form=DISCARD_FORM>
                    {DISCARD}
                </button>
                <a class="button" href=path.to_owned()>
                    {CHANGE_OPTIONS}
                </a>
                <button type="submit" class=class>
                    {label(counts)}
                </button>
            </div>
        </form>
        // Enter in a field submits its form by the first button that belongs to the form.
        <form id=DISCARD_FORM method="post" action=discard_path(path) hidden=true></form>
    }
}
