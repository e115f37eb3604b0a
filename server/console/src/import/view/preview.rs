//! The third step: a preview of the changes, and the confirmation.

use super::confirm::{CHANGE_OPTIONS, confirm, nothing};
use super::faults::{download, extent, fault_details, fault_table};
use super::{count, discard, effects, head};
use crate::components::{Help, HelpLink, cards_with_help, fact};
use app::components::{Notice, Tone};
use app::prelude::*;
use domain::{EmptiedWarning, ImportCounts, ImportPreview};

const OUTDATED: &str =
    "The inventory (or the options) changed since this preview. Check it again, then confirm.";

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
    let emptied = emptied.map(|warning| self::emptied(&path, warning));
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

/// Renders which fields are emptied, with links to the options that keep them.
fn emptied(path: &str, warning: EmptiedWarning) -> AnyView {
    let EmptiedWarning { text, options } = warning;
    let options = options.into_iter().map(|(control, label)| {
        view! {
            <a class="button" href=format!("{path}#{control}")>
                {label}
            </a>
        }
    });
    let options = options.collect_view();
    let options = view! { <div class="actions">{options}</div> };
    view! { <Notice tone=Tone::Warning title="Fields of stored items will be emptied" text=text action=options/> }
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
    let errors = with_errors(counts.faulty);
    let text = if counts.is_no_change() {
        format!("{errors}To import {them}, correct the file and choose it again.")
    } else {
        format!(
            "{errors}If you import the other rows, {skips}. To import {them} as well, correct the file and choose it again."
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
