//! One key of the list.

use super::{Badge, Clock, Icon, Time, Used};
use crate::prelude::*;
use domain::{KeyId, KeyView, LastUse, Revocation, Scope, ScopeSet, Sparkline};
use leptos::ev::MouseEvent;

/// Id of the form that the check boxes of the rows belong to. It submits the selected keys to the
/// page that confirms a bulk action.
pub const BULK_FORM: &str = "several";

/// Id of the form that the buttons of dialogs belong to. It has no fields, and each button has the
/// address of the page that serves the same purpose as its dialog.
pub const PAGE_FORM: &str = "dialog-page";

/// The key of a row whose button was pressed, and the event of the button.
pub type RowButton = (KeyView, MouseEvent);

/// The smallest bar of today in the chart of a week, for a key whose first call arrived after its
/// calls had been counted. Updates of the list do not count them again.
const FIRST_CALL_TODAY: &str = "M89 40v-4";
const FIRST_CALL: &str = "First requests in 7 days";

/// Returns the id of the row's head, which takes the focus after the button that had it is removed.
pub fn row_head(id: &KeyId) -> String {
    format!("key-{id}")
}

/// A row of one line. What is in `small` elements appears only if rows are comfortable.
#[component]
pub fn KeyRow(
    key: KeyView,
    /// All rows, including this one.
    keys: RwSignal<Vec<KeyView>>,
    sparklines: RwSignal<Vec<(KeyId, Sparkline)>>,
    clock: Clock,
    on_revoke: Option<Callback<RowButton>>,
) -> impl IntoView {
    let used = used(&key, keys);
    let without_use = key.without_last_use();
    let is_live = key.status.is_live();
    let sign = (!key.notices.is_empty()).then(|| sign(&key));
    let revoke = on_revoke
        .filter(|_| is_live)
        .map(|on_revoke| revoke_button(key.clone(), on_revoke));
    let choose = on_revoke.map(|_| {
        let choose = is_live.then(|| {
            view! {
                <input
                    type="checkbox"
                    class="choose"
                    form=BULK_FORM
                    name="key"
                    value=key.id.to_string()
                    aria-label=format!("Select {}", key.name)
                />
            }
        });
        view! { <td role="cell">{choose}</td> }
    });
    let last_use = dynamic(move || last_use(used.get().last, without_use, clock));
    let expires = match key.expires.filter(|_| key.revocation.is_none()) {
        Some(end) => view! { <Time moment=end clock=clock short=true/> },
        None => view! { <span class="second">{if is_live { "Never" } else { "–" }}</span> },
    };
    let revocation = key.revocation.map(|Revocation { at, by, reason, .. }| {
        view! {
            <small>
                {reason.label()} " · " <Time moment=at clock=clock/> " by " {by}
            </small>
        }
    });
    let limit = key
        .own_limit
        .map(|limit| view! { <small>"Limit: " {limit}</small> });
    let rotation = key
        .rotation
        .map(|text| view! { <small title=text.clone()>{text.clone()}</small> });
    let week = sparklines.with_untracked(|all| {
        let week = all.iter().find(|(id, _)| *id == key.id);
        week.map(|(_, week)| week.clone())
    });
    let name = key.name.to_string();
    view! {
        <tr role="row" class:ended=!is_live>
            {choose}
            <th role="rowheader" scope="row" id=row_head(&key.id) tabindex="-1">
                <a class="name" href=format!("/keys/{}", key.id)>
                    {name.clone()}
                </a>
                {rotation}
            </th>
            <td role="cell" data-label="Key preview">
                <code class="copies">{key.preview}</code>
            </td>
            <td role="cell" data-label="Permissions">
                {permissions(&key.scopes)}
            </td>
            {calls(week, used)}
            <td role="cell" data-label="Created">
                <Time moment=key.created clock=clock short=true/>
            </td>
            <td role="cell" data-label="Last used">
                {last_use}
            </td>
            <td role="cell" data-label="Expires" class:soon=key.expires_soon>
                {expires}
            </td>
            <td role="cell" data-label="Status">
                <Badge status=key.status/>
                {sign} {revocation} {limit}
            </td>
            <td role="cell" class="row-actions">
                {revoke}
                <button
                    type="button"
                    class="button quiet small scripted"
                    data-menu="row-menu"
                    aria-haspopup="menu"
                    aria-expanded="false"
                    aria-label=format!("More actions for {name}")
                >
                    "⋯"
                </button>
            </td>
        </tr>
    }
}

/// Renders the notices about a key, of which compact rows show the icon.
fn sign(key: &KeyView) -> AnyView {
    let text = key.notices.join(" · ");
    let icon = if key.needs_attention {
        "#i-alert"
    } else {
        "#i-info"
    };
    view! {
        <small class="sign" class:calm=!key.needs_attention title=text>
            <Icon name=icon/>
            <span>{text.clone()}</span>
        </small>
    }
}

/// Renders the button that revokes a key: in a dialog, or without script on a page.
fn revoke_button(key: KeyView, on_revoke: Callback<RowButton>) -> AnyView {
    let page = format!("/keys/{}/revoke", key.id);
    let label = format!("Revoke {}", key.name);
    view! {
        <button
            type="submit"
            class="button quiet small revoke"
            form=PAGE_FORM
            formaction=page
            aria-label=label
            on:click=handler(move |event: MouseEvent| on_revoke.run((key.clone(), event)))
        >
            "Revoke"
        </button>
    }
}

/// Derives the last use of a key, which changes in the row without rendering the row again.
pub fn used(key: &KeyView, keys: RwSignal<Vec<KeyView>>) -> Signal<Used> {
    let (id, last_known) = (key.id.clone(), Used::of(key));
    let used = Memo::new(move |_| {
        keys.with(|keys| {
            let key = keys.iter().find(|key| key.id == id);
            key.map_or_else(|| last_known.clone(), Used::of)
        })
    });
    used.into()
}

/// `without`: the text for a key without a last use.
fn last_use(last: Option<LastUse>, without: &'static str, clock: Clock) -> AnyView {
    let Some(LastUse { at, ip, user_agent }) = last else {
        return view! { <span class="second">{without}</span> };
    };
    let from = user_agent.map_or(ip.clone(), |agent| format!("{ip} · {agent}"));
    view! {
        <Time moment=at clock=clock short=true/>
        <small class="from" title=from>
            {from.clone()}
        </small>
    }
}

/// Renders one chip for each kind of data, such as "inventory rw". Screen readers read it in words,
/// and a legend below the table explains the letters.
fn permissions(scopes: &ScopeSet) -> AnyView {
    let kinds = [
        ("inventory", Scope::InventoryRead, Scope::InventoryWrite),
        ("leads", Scope::LeadsRead, Scope::LeadsWrite),
    ];
    let chips = kinds.map(|(kind, read, write)| {
        let (letters, words) = match (scopes.contains(read), scopes.contains(write)) {
            (true, true) => ("rw", "read and write"),
            (true, false) => ("r", "read"),
            (false, true) => ("w", "write"),
            (false, false) => return None,
        };
        let (text, words) = (format!("{kind} {letters}"), format!("{kind}: {words}"));
        Some(view! {
            <span class="permission" role="img" title=words.clone() aria-label=words>{text}</span>
        })
    });
    erase(chips)
}

/// Renders the calls of the last seven days. They are unknown if the key entered the list while it
/// was open.
fn calls(week: Option<Sparkline>, used: Signal<Used>) -> AnyView {
    let Some(week) = week else {
        return view! { <td role="cell" data-label="7 days"></td> };
    };
    if week.accepted.is_empty() && week.refused.is_empty() {
        let used_lately = Memo::new(move |_| used.with(|used| used.lately));
        let content = dynamic(move || {
            if used_lately.get() {
                chart(FIRST_CALL_TODAY, "", FIRST_CALL)
            } else {
                view! { <span class="week">{week.text.clone()}</span> }
            }
        });
        return view! { <td role="cell" data-label="7 days">{content}</td> };
    }
    view! {
        <td role="cell" data-label="7 days" title=week.text.clone()>
            {chart(&week.accepted, &week.refused, &week.text)}
        </td>
    }
}

fn chart(accepted: &str, refused: &str, text: &str) -> AnyView {
    let (accepted, refused, text) = (accepted.to_owned(), refused.to_owned(), text.to_owned());
    view! {
        <svg class="week" viewBox="0 0 94 40" role="img" aria-label=text>
            <path class="refused" d=refused></path>
            <path d=accepted></path>
        </svg>
    }
}
