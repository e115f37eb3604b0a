//! The account's keys.

use super::{Clock, Column, KeyRow, RevokeRequest, Table, TimesSwitch};
use crate::lean::plain;
use domain::KeyView;
use leptos::prelude::*;

const COLUMNS: &[Column] = &[
    Column::Text("Name"),
    Column::Text("Key preview"),
    Column::Text("Created"),
    Column::Text("Last used"),
    Column::Text("Status"),
    Column::Unseen("Actions"),
];

/// The form that takes the keys that are chosen to a page that asks what to do with them.
pub const SEVERAL: &str = "several";

#[component]
pub fn KeyTable(
    keys: RwSignal<Vec<KeyView>>,
    /// How many there are on all pages, in words.
    count: Signal<String>,
    sorts: Vec<(String, String)>,
    clock: Clock,
    /// Revokes a key; `None` where the member's role does not allow it.
    on_revoke: Option<Callback<RevokeRequest>>,
) -> impl IntoView {
    let several = on_revoke.map(|_| {
        view! {
            <form class="several" id=SEVERAL method="get" action="/keys/several">
                <p>"The keys that you have chosen:"</p>
                <button type="submit" name="do" value="pause" class="button">
                    "Pause…"
                </button>
                <button type="submit" name="do" value="revoke" class="button">
                    "Revoke…"
                </button>
            </form>
        }
    });
    let rows = plain(view! {
        <For each=move || keys.get() key=version let:key>
            <KeyRow key=key clock=clock on_revoke=on_revoke/>
        </For>
    });
    plain(view! {
        <div class="toolbar">
            <p>{count}</p>
            <TimesSwitch/>
        </div>
        <Table caption="API keys of this account" class="keys" columns=COLUMNS sorts=sorts rows=rows/>
        {several}
    })
}

/// A row is drawn again exactly when something in it changed.
fn version(key: &KeyView) -> (String, &'static str, Option<i64>, bool) {
    let last_use = key.last_use.as_ref().map(|last| last.at.at.millis());
    (
        key.id.to_string(),
        key.status.as_str(),
        last_use,
        key.used_lately,
    )
}
