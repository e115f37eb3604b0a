//! The third step: a preview of the changes, and the confirmation.

use super::faults::fault_table;
use super::{count, head};
use crate::components::{FieldError, Notice, Tone};
use crate::lean::plain;
use domain::{ChangedItem, ImportCounts, ImportPreview};
use leptos::prelude::*;

const OUTDATED: &str =
    "The inventory (or the choices) changed since this preview. Check it again, then confirm.";

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
        faults,
        skips,
        digest,
        is_outdated,
        typed,
        error,
    } = preview;
    let report = format!("{path}/faults.csv");
    let form = if refused.is_some() {
        plain(view! {
            <div class="actions">
                <a class="button" href="/inventory/import">
                    "Choose another file"
                </a>
                <a class="button primary" href=path>
                    "Change the choices"
                </a>
            </div>
        })
    } else {
        confirm(&path, &counts, digest, typed, error)
    };
    let outdated = is_outdated
        .then(|| view! { <Notice tone=Tone::Error title="Nothing was imported" text=OUTDATED/> });
    let refused = refused.map(|reason| {
        view! { <Notice tone=Tone::Error title="Nothing can be imported yet" text=reason/> }
    });
    let faults = (counts.faulty > 0 || !faults.is_empty()).then(|| {
        let title = if skips {
            format!("{} skipped", count(counts.faulty, "row is", "rows are"))
        } else {
            count(counts.faulty, "row has a fault", "rows have faults")
        };
        plain(view! {
            <section class="report" aria-labelledby="faults">
                <h2 id="faults">{title}</h2>
                {fault_table(faults)}
                <a class="button" href=report download="import-faults.csv">
                    "Download the faults (CSV)"
                </a>
            </section>
        })
    });
    let numbers = (refused.is_none()).then(|| numbers(&counts));
    plain(view! {
        {head(3)}
        {outdated}
        {refused}
        <h2>{file_name}</h2>
        {numbers}
        {ids("new", "New items", counts.created, created)}
        {changes(counts.updated, updated)}
        {ids("gone", "Items that are removed", counts.removed, removed)}
        {faults}
        {form}
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
        ("Faulty rows", faulty, true),
        ("Repeated rows left out", repeated, repeated > 0),
    ];
    let rows = rows.into_iter().filter(|(.., is_shown)| *is_shown);
    let rows = rows.map(|(name, number, _)| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{number}</dd>
            </div>
        }
    });
    let rows = rows.collect_view();
    plain(view! { <dl class="facts import-numbers">{rows}</dl> })
}

/// Renders a list of ids. `ids` may hold only the first of all `number`.
fn ids(
    anchor: &'static str,
    title: &'static str,
    number: u64,
    ids: Vec<String>,
) -> Option<AnyView> {
    if number == 0 {
        return None;
    }
    let more = number.saturating_sub(ids.len() as u64);
    let more = (more > 0).then(|| view! { <p class="second">{format!("And {more} more.")}</p> });
    let ids = ids.into_iter().map(|id| view! { <li>{id}</li> });
    let ids = ids.collect_view();
    let title = format!("{title}: {number}");
    Some(plain(view! {
        <details class="panel" id=anchor open=anchor == "gone">
            <summary>{title}</summary>
            <div>
                <ul class="import-ids">{ids}</ul>
                {more}
            </div>
        </details>
    }))
}

/// Renders the changed items, with each field before and after.
fn changes(number: u64, items: Vec<ChangedItem>) -> Option<AnyView> {
    if number == 0 {
        return None;
    }
    let more = number.saturating_sub(items.len() as u64);
    let more = (more > 0).then(|| view! { <p class="second">{format!("And {more} more.")}</p> });
    let rows = items.into_iter().map(change).collect_view();
    Some(plain(view! {
        <section class="report" aria-labelledby="changes">
            <h2 id="changes">{format!("Changed items: {number}")}</h2>
            <div class="table-card">
                <table role="table">
                    <caption class="visually-hidden">"Changed items, before and after"</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">
                                "Item"
                            </th>
                            <th role="columnheader" scope="col">
                                "Changes"
                            </th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows}</tbody>
                </table>
            </div>
            {more}
        </section>
    }))
}

fn change(item: ChangedItem) -> AnyView {
    let value = |text: Option<String>| match text {
        Some(text) => plain(text),
        None => plain(view! { <span class="second">"none"</span> }),
    };
    let fields = item
        .fields
        .into_iter()
        .map(|(name, before, after)| {
            view! {
                <li>
                    <code>{name}</code>
                    ": "
                    <del>{value(before)}</del>
                    " → "
                    <ins>{value(after)}</ins>
                </li>
            }
        })
        .collect_view();
    plain(view! {
        <tr role="row">
            <th role="rowheader" scope="row">
                {item.id}
            </th>
            <td role="cell">
                <ul>{fields}</ul>
            </td>
        </tr>
    })
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
        let link = plain(view! { <a href="#removals">{error}</a> });
        plain(view! { <Notice tone=Tone::Error text="Nothing was changed." action=link/> })
    });
    let removals = (counts.removed > 0).then(|| {
        let number = counts.removed;
        let label = count(number, "item is removed", "items are removed");
        let error = Signal::derive(move || error.clone());
        plain(view! {
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
        })
    });
    let class = if counts.removed > 0 {
        "button danger"
    } else {
        "button primary"
    };
    plain(view! {
        {summary}
        <form class="form" method="post" action=format!("{path}/apply") novalidate>
            <input type="hidden" name="preview" value=digest/>
            {removals}
            <div class="actions">
                <a class="button" href=path.to_owned()>
                    "Back"
                </a>
                <button type="submit" class=class>
                    "Import the items"
                </button>
            </div>
        </form>
    })
}
