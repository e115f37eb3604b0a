//! The account's keys.

use super::{Clock, Column, KeyRow, RevokeRequest, Table, TimesSwitch};
use crate::lean::plain;
use domain::{KeyStatus, KeyView};
use leptos::prelude::*;

const COLUMNS: &[Column] = &[
    Column::Text("Name"),
    Column::Text("Key preview"),
    Column::Text("Created"),
    Column::Text("Last used"),
    Column::Text("Status"),
    Column::Unseen("Actions"),
];

#[component]
pub fn KeyTable(
    keys: RwSignal<Vec<KeyView>>,
    clock: Clock,
    /// Revokes a key; `None` where the member's role does not allow it.
    on_revoke: Option<Callback<RevokeRequest>>,
) -> impl IntoView {
    let count = Signal::derive(move || {
        keys.with(|keys| {
            let active = keys
                .iter()
                .filter(|key| key.status == KeyStatus::Active)
                .count();
            let all = keys.len();
            format!(
                "{all} {}, {active} active",
                if all == 1 { "key" } else { "keys" }
            )
        })
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
        <Table caption="API keys of this account" class="keys" columns=COLUMNS rows=rows/>
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
