//! The table of the account's keys.

use super::key_row::BULK_FORM;
use super::{Clock, Column, KeyRow, RowButton, Table, TimesSwitch};
use crate::prelude::*;
use domain::{KeyId, KeyView, Sparkline};

/// The first column exists only if the member may change keys.
const COLUMNS: &[Column] = &[
    Column::Boxes,
    Column::Sorted("Name"),
    Column::Sorted("Key preview"),
    Column::Text("Permissions"),
    Column::Text("7 days"),
    Column::Sorted("Created"),
    Column::Sorted("Last used"),
    Column::Sorted("Expires"),
    Column::Sorted("Status"),
    Column::Unseen("Actions"),
];

#[component]
pub fn KeyTable(
    keys: RwSignal<Vec<KeyView>>,
    sparklines: RwSignal<Vec<(KeyId, Sparkline)>>,
    /// The number of keys on all pages, in words.
    count: Signal<String>,
    sorts: Vec<(String, String)>,
    clock: Clock,
    /// Called for the button that revokes a key; `None` if the member's role does not allow it.
    on_revoke: Option<Callback<RowButton>>,
) -> impl IntoView {
    let bulk_form = on_revoke.map(|_| {
        view! {
            <form class="several" id=BULK_FORM method="get" action="/keys/several">
                // CSS counts the boxes if no script does.
                <p>
                    <span class="count"></span>
                    " selected"
                </p>
                <button type="reset" class="button quiet">
                    "Clear"
                </button>
                <button type="submit" name="do" value="pause" class="button">
                    "Pause…"
                </button>
                <button type="submit" name="do" value="extend" class="button">
                    "Extend…"
                </button>
                <button type="submit" name="do" value="revoke" class="button">
                    "Revoke…"
                </button>
            </form>
        }
    });
    let rows = view! {
        <For each=move || keys.get() key=version let:key>
            <KeyRow key=key keys=keys sparklines=sparklines clock=clock on_revoke=on_revoke/>
        </For>
    };
    // No column shows the default order.
    let order = if sorts.iter().all(|(_, direction)| direction.is_empty()) {
        " · Active first, then newest"
    } else {
        ""
    };
    let columns = if on_revoke.is_some() {
        COLUMNS
    } else {
        &COLUMNS[1..]
    };
    view! {
        <div class="toolbar">
            <div class="chip">
                <button type="button" popovertarget="display">"Display"</button>
                <div class="choice-menu" id="display" popover="auto">
                    <label class="switch">
                        <input type="checkbox" id="comfortable" role="switch"/>
                        "Comfortable rows"
                    </label>
                    <TimesSwitch/>
                </div>
            </div>
            // A script announces the number of selected keys.
            <span class="visually-hidden" role="status" id="chosen"></span>
        </div>
        <Table caption="API keys of this account" class="keys" columns=columns sorts=sorts rows=rows/>
        <p class="list-count">
            {count} {order}
            <span aria-hidden="true">" · Permissions: r read, w write"</span>
        </p>
        {bulk_form}
    }
}

/// Returns the identity of a row, which is rendered again whenever any of these values changes. The
/// last use is not one of them: it updates in place, so that rows of busy keys do not lose the
/// focus.
fn version(key: &KeyView) -> String {
    let end = key.expires.as_ref().map_or(0, |end| end.at.millis());
    let parts = [
        key.id.as_str(),
        key.name.as_str(),
        key.status.as_str(),
        &key.scopes.to_string(),
        &end.to_string(),
        key.own_limit.as_deref().unwrap_or_default(),
        &key.notices.concat(),
        key.rotation.as_deref().unwrap_or_default(),
    ];
    parts.join("\n")
}
