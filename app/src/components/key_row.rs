//! One key of the list.

use super::{Badge, Clock, Day, Icon, RevokeDialog, RevokeRequest, Time, Used};
use crate::prelude::*;
use domain::{KeyStatus, KeyView, LastUse, Revocation};

/// Id of the form that the check boxes of the rows belong to. It submits the selected keys to the
/// page that confirms a bulk action.
pub const BULK_FORM: &str = "several";

/// Returns the id of the row's first cell, which takes the focus after the button that had it is
/// removed.
pub fn row_head(id: &domain::KeyId) -> String {
    format!("key-{id}")
}

#[component]
pub fn KeyRow(
    key: KeyView,
    /// All rows, including this one.
    keys: RwSignal<Vec<KeyView>>,
    clock: Clock,
    on_revoke: Option<Callback<RevokeRequest>>,
) -> impl IntoView {
    let used = used(&key, keys);
    let revoke = on_revoke.filter(|_| key.status.is_live()).map(|on_revoke| {
        view! { <RevokeDialog key=key.clone() used=used clock=clock on_revoke=on_revoke/> }
    });
    let choose = revoke.is_some().then(|| {
        view! {
            <input
                type="checkbox"
                class="choose"
                form=BULK_FORM
                name="key"
                value=key.id.to_string()
                aria-label=format!("Choose {}", key.name)
            />
        }
    });
    let scopes = key
        .scopes
        .iter()
        .map(|scope| view! { <li>{scope.as_str()}</li> })
        .collect_view();
    let last_use = dynamic(move || last_use(used.get().last, clock));
    let end = match (key.revocation, key.expires) {
        (Some(Revocation { at, by, reason, .. }), _) => view! {
            <small>
                {reason.label()} " · " <Time moment=at clock=clock/> <br/> "by " {by}
            </small>
        },
        (None, Some(end)) => view! {
            <small>
                {if key.status == KeyStatus::Expired { "Ended " } else { "Ends " }} <Day moment=end/>
            </small>
        },
        (None, None) => view! { <small>"No expiry"</small> },
    };
    let limit = key
        .own_limit
        .map(|limit| view! { <small>"Limit: " {limit}</small> });
    let notices = key
        .notices
        .into_iter()
        .map(|text| view! { <small class="sign"><Icon name="#i-alert"/> {text}</small> })
        .collect_view();
    view! {
        <tr role="row" class:ended=!key.status.is_live()>
            <th role="rowheader" scope="row" id=row_head(&key.id) tabindex="-1">
                {choose}
                <a class="name" href=format!("/keys/{}", key.id)>
                    {key.name.to_string()}
                </a>
                <ul class="scopes">
                    {scopes}
                </ul>
            </th>
            <td role="cell" data-label="Key preview">
                <code>{key.preview}</code>
            </td>
            <td role="cell" data-label="Created">
                <Time moment=key.created clock=clock/>
            </td>
            <td role="cell" data-label="Last used">
                {last_use}
            </td>
            <td role="cell" data-label="Status">
                <Badge status=key.status/>
                {end} {limit} {notices}
            </td>
            <td role="cell" class="row-actions">
                {revoke}
            </td>
        </tr>
    }
}

/// Derives the last use of a key, which changes in the row without rendering the row again.
fn used(key: &KeyView, keys: RwSignal<Vec<KeyView>>) -> Signal<Used> {
    let (id, last_known) = (key.id.clone(), Used::of(key));
    let used = Memo::new(move |_| {
        keys.with(|keys| {
            let key = keys.iter().find(|key| key.id == id);
            key.map_or_else(|| last_known.clone(), Used::of)
        })
    });
    used.into()
}

fn last_use(last: Option<LastUse>, clock: Clock) -> AnyView {
    let Some(LastUse { at, ip, user_agent }) = last else {
        return view! { <span class="second">"Never used"</span> };
    };
    let from = user_agent.map_or(ip.clone(), |agent| format!("{ip} · {agent}"));
    view! {
        <Time moment=at clock=clock/>
        <small class="from" title=from>
            {from.clone()}
        </small>
    }
}
