//! The confirmation of a preview, or the notice that there is nothing to confirm.

use super::{DISCARD, count, discard, discard_path};
use app::components::{FieldError, Notice, Tone};
use app::prelude::*;
use domain::ImportCounts;

/// Id of the form that discards the import, whose button is beside those of the confirmation.
const DISCARD_FORM: &str = "discard";

pub const CHANGE_OPTIONS: &str = "Change options";

/// Formats what the button of the confirmation does, such as `Add 2 and update 3 items, skip 1
/// row`. Items that stay as they are do not count.
fn label(counts: &ImportCounts) -> String {
    let changes = [
        ("add", counts.created),
        ("update", counts.updated),
        ("remove", counts.removed),
    ];
    let changes: Vec<_> = changes
        .into_iter()
        .filter(|(_, number)| *number > 0)
        .collect();
    let last = changes.len().saturating_sub(1);
    let parts = changes.iter().enumerate().map(|(index, (verb, number))| {
        let effect = if index == last {
            format!("{verb} {}", count(*number, "item", "items"))
        } else {
            format!("{verb} {number}")
        };
        match index {
            0 => effect,
            _ if index == last => format!(" and {effect}"),
            _ => format!(", {effect}"),
        }
    });
    let mut label: String = parts.collect();
    if let Some(first) = label.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    if counts.faulty > 0 {
        let rows = count(counts.faulty, "row", "rows");
        label = format!("{label}, skip {rows}");
    }
    label
}

/// Renders the notice that all items of the file are stored already, and what to do next.
pub fn nothing(path: &str, counts: &ImportCounts) -> AnyView {
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

/// Renders the form that confirms the import.
pub fn confirm(
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn button_names_the_changes_without_unchanged_items() {
        for ([created, updated, removed, faulty], expected) in [
            ([2, 0, 0, 0], "Add 2 items"),
            ([1, 0, 0, 0], "Add 1 item"),
            ([0, 3, 0, 0], "Update 3 items"),
            ([2, 3, 0, 0], "Add 2 and update 3 items"),
            ([0, 0, 1, 0], "Remove 1 item"),
            ([2, 0, 1, 0], "Add 2 and remove 1 item"),
            (
                [2, 3, 4, 1],
                "Add 2, update 3 and remove 4 items, skip 1 row",
            ),
            ([0, 1, 0, 2], "Update 1 item, skip 2 rows"),
        ] {
            let counts = ImportCounts {
                created,
                updated,
                removed,
                faulty,
                unchanged: 18,
                ..ImportCounts::default()
            };
            assert_eq!(label(&counts), expected);
        }
    }
}
