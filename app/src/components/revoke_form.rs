//! The question before a key is ended.

use super::{Attempt, Clock, Icon, TextField};
use crate::browser;
use crate::whole::whole;
use domain::{Field, KeyView, RevokeKeyForm, RevokeReason, relative};
use leptos::either::Either;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// The body of the dialog and of the page that stands in for it. A plain form; `on_send` takes its place where given.
#[component]
pub fn RevokeForm(
    key: KeyView,
    clock: Clock,
    attempt: Attempt,
    initial: RevokeKeyForm,
    #[prop(optional)] on_send: Option<Callback<RevokeKeyForm>>,
    /// Leads away without revoking.
    children: Children,
) -> impl IntoView {
    let id = key.id.to_string();
    let form = format!("revoke-form-{id}");
    let (reason_id, confirm_id) = (format!("reason-{id}"), format!("confirm-{id}"));
    let used_lately = key.used_lately;
    let chosen = RevokeReason::parse(&initial.reason).unwrap_or_default();
    let last_use = key.last_use.map(|last| {
        let (at, ip) = (last.at.at, last.ip);
        move || format!("{} from {ip}", relative(at, clock.now()))
    });
    let reasons = RevokeReason::ALL.map(|reason| {
        view! {
            <option value=reason.as_str() selected=reason == chosen>
                {reason.label()}
            </option>
        }
    });
    let wrong_name = attempt.at(Field::Confirm);
    let typed = initial.confirm;
    // Also where the key was used only after this page was made: the server asks for the name then.
    let asks_name = RwSignal::new(used_lately || wrong_name.with_untracked(Option::is_some));
    let confirm = move || {
        asks_name.get().then(|| {
            view! {
                <TextField
                    id=confirm_id.clone()
                    name="confirm"
                    label="Type the key's name to confirm"
                    value=typed.clone()
                    error=wrong_name
                />
            }
        })
    };
    let send = move |event: SubmitEvent| {
        let Some(on_send) = on_send else { return };
        browser::cancel(&event);
        let form = RevokeKeyForm {
            reason: browser::form_value(&event, "reason"),
            confirm: browser::form_value(&event, "confirm"),
        };
        if attempt.begin() {
            on_send.run(form);
        }
    };
    let focus_in = form.clone();
    Effect::new(move |_| {
        if wrong_name.with(Option::is_some) {
            asks_name.set(true);
        }
        if attempt.problem.with(Option::is_some) {
            browser::focus_invalid(&focus_in);
        }
    });
    whole(view! {
        <form id=form class="form" method="post" action=format!("/keys/{id}/revoke") novalidate on:submit=send>
            {attempt.notice()}
            <dl class="facts">
                <div>
                    <dt>"Key preview"</dt>
                    <dd>
                        <code>{key.preview}</code>
                    </dd>
                </div>
                <div>
                    <dt>"Last used"</dt>
                    <dd>
                        {match last_use {
                            Some(text) => Either::Left(text),
                            None => Either::Right("Never used"),
                        }}
                    </dd>
                </div>
            </dl>
            <p class="effect">
                "From the moment you confirm, every request with this key is refused. This cannot be undone; the key stays in the list as a record."
            </p>
            {used_lately
                .then(|| {
                    view! {
                        <p class="warning">
                            <Icon name="#i-alert"/>
                            "It was used in the last 24 hours. Whatever uses it will stop working."
                        </p>
                    }
                })}
            <div class="field">
                <label for=reason_id.clone()>"Reason"</label>
                <select id=reason_id name="reason">
                    {reasons}
                </select>
            </div>
            {confirm}
            <div class="actions">
                {children()}
                <button
                    type="submit"
                    class="button danger"
                    aria-disabled=move || attempt.pending.get().then_some("true")
                >
                    {move || if attempt.pending.get() { "Revoking…" } else { "Revoke key" }}
                </button>
            </div>
        </form>
    })
}
