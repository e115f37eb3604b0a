//! The account's keys.

use super::{Clock, KeyRow, RevokeRequest, TimesSwitch};
use crate::lean::plain;
use domain::{KeyStatus, KeyView};
use leptos::prelude::*;

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
    plain(view! {
        <div class="toolbar">
            <p>{count}</p>
            <TimesSwitch/>
        </div>
        <div class="table-card">
            <table class="keys" role="table">
                <caption class="visually-hidden">"API keys of this account"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">
                            "Name"
                        </th>
                        <th role="columnheader" scope="col">
                            "Key preview"
                        </th>
                        <th role="columnheader" scope="col">
                            "Created"
                        </th>
                        <th role="columnheader" scope="col">
                            "Last used"
                        </th>
                        <th role="columnheader" scope="col">
                            "Status"
                        </th>
                        <th role="columnheader" scope="col">
                            <span class="visually-hidden">"Actions"</span>
                        </th>
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    <For each=move || keys.get() key=version let:key>
                        <KeyRow key=key clock=clock on_revoke=on_revoke/>
                    </For>
                </tbody>
            </table>
        </div>
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
