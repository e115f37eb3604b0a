//! The confirmation before a key is revoked.

use super::{Clock, FieldError, FormState, Icon, TextField, Time, takes_focus};
use crate::browser;
use crate::prelude::*;
use domain::{Field, KeyStatus, KeyView, LastUse, RevokeKeyForm, RevokeReason};
use leptos::ev::SubmitEvent;

/// The parts of a key that may change while a person decides.
#[derive(Clone, PartialEq, Eq)]
pub struct Used {
    pub last: Option<LastUse>,
    /// Whether the key was used within the last 24 hours.
    pub lately: bool,
}

impl Used {
    pub fn of(key: &KeyView) -> Self {
        Self {
            last: key.last_use.clone(),
            lately: key.used_recently,
        }
    }
}

/// The body of the dialog and of the page that replaces it. It is a plain form, unless `on_send` is
/// set.
#[component]
pub fn RevokeForm(
    key: KeyView,
    used: Signal<Used>,
    clock: Clock,
    form_state: FormState,
    initial: RevokeKeyForm,
    #[prop(optional)] on_send: Option<Callback<RevokeKeyForm>>,
    /// The control that leaves without revoking.
    cancel: AnyView,
) -> impl IntoView {
    let id = key.id.to_string();
    let form = format!("revoke-form-{id}");
    let confirm_id = format!("confirm-{id}");
    let used_recently = Memo::new(move |_| used.with(|used| used.lately));
    let reason = reason_field(&id, &initial.reason, form_state.at(Field::Reason));
    let last_use = dynamic(move || last_use(used.with(|used| used.last.clone()), clock));
    let wrong_name = form_state.at(Field::Confirm);
    let typed = initial.confirm;
    let label = format!("Type “{}” to confirm", key.name);
    // The name may be required even if the key was first used after this page was rendered: the
    // server asks for it then.
    let asks_name =
        RwSignal::new(used_recently.get_untracked() || wrong_name.with_untracked(Option::is_some));
    let confirm = dynamic(move || {
        if !asks_name.get() {
            return erase(());
        }
        view! {
            <TextField
                id=confirm_id.clone()
                name="confirm"
                label=label.clone()
                value=typed.clone()
                error=wrong_name
                autocomplete="off"
            />
        }
    });
    Effect::new(move |_| {
        if used_recently.get() && !asks_name.get_untracked() {
            asks_name.set(true);
        }
    });
    let warning = dynamic(move || warning(used_recently.get()));
    let send = handler(move |event: SubmitEvent| {
        let Some(on_send) = on_send else { return };
        if browser::has_own_address(&event) {
            return;
        }
        browser::cancel(&event);
        let form = RevokeKeyForm {
            reason: browser::form_value(&event, "reason"),
            confirm: browser::form_value(&event, "confirm"),
        };
        if form_state.begin() {
            on_send.run(form);
        }
    });
    let focus_in = form.clone();
    Effect::new(move |_| {
        // If the name is already required, setting the signal again would re-render the field and
        // lose the typed text.
        if wrong_name.with(Option::is_some) && !asks_name.get_untracked() {
            asks_name.set(true);
        }
        if form_state.problem.with(Option::is_some) {
            let form = focus_in.clone();
            // Wait until the field has been rendered and marked as invalid.
            request_animation_frame(move || browser::focus_invalid(&form));
        }
    });
    let instead = instead(&key);
    let facts = facts(key.preview, last_use.into_any());
    view! {
        <form id=form class="form" method="post" action=format!("/keys/{id}/revoke") novalidate on:submit=send>
            {form_state.notice_at(format!("-{id}"))}
            {facts}
            <p>
                "Requests with this key will be rejected immediately. This can't be undone. The key stays in the list for your records."
            </p>
            {warning}
            {reason}
            {confirm}
            <div class="actions">
                {cancel}
                <button
                    type="submit"
                    class="button danger"
                    aria-disabled=form_state.busy()
                >
                    {text_signal(move || if form_state.pending.get() { "Revoking…" } else { "Revoke key" })}
                </button>
            </div>
            {instead}
        </form>
    }
}

/// Renders the choice of a reason. None is preselected, so that the audit log contains only reasons
/// that a member chose.
fn reason_field(key: &str, chosen: &str, error: Signal<Option<String>>) -> AnyView {
    let id = format!("reason-{key}");
    let error_id = format!("{id}-error");
    let reasons = RevokeReason::ALL.map(|reason| {
        view! {
            <option value=reason.as_str() selected=reason.as_str() == chosen>
                {reason.label()}
            </option>
        }
    });
    view! {
        <div class="field">
            <label for=id.clone()>"Reason"</label>
            <select
                id=id
                name="reason"
                required
                autofocus=takes_focus(error)
                aria-invalid=attr_if("true", move || error.with(Option::is_some))
                aria-describedby=error_id.clone()
            >
                <option value="">{RevokeReason::NONE}</option>
                {reasons}
            </select>
            <FieldError id=error_id error=error/>
        </div>
    }
}

/// Renders alternatives to revoking that lead away from here and work without script.
///
/// They come after the button that revokes, because Enter presses the first button.
fn instead(key: &KeyView) -> AnyView {
    let at = format!("/keys/{}", key.id);
    let pause = (key.status == KeyStatus::Active).then(|| {
        view! {
            <button type="submit" class="button small" formaction=format!("{at}/pause")>
                "Pause instead"
            </button>
        }
    });
    view! {
        <div class="actions instead">
            {pause}
            <a class="button small" href=format!("{at}/rotate")>
                "Rotate instead"
            </a>
        </div>
    }
}

fn warning(used_recently: bool) -> AnyView {
    if !used_recently {
        return erase(());
    }
    view! {
        <p class="warning">
            <Icon name="#i-alert"/>
            "This key was used in the last 24 hours. Any system using it will stop working."
        </p>
    }
}

fn facts(preview: String, last_use: AnyView) -> AnyView {
    view! {
        <dl class="facts">
            <div>
                <dt>"Key preview"</dt>
                <dd>
                    <code>{preview}</code>
                </dd>
            </div>
            <div>
                <dt>"Last used"</dt>
                <dd>
                    {last_use}
                </dd>
            </div>
        </dl>
    }
}

fn last_use(last_use: Option<LastUse>, clock: Clock) -> AnyView {
    match last_use {
        Some(last) => view! {
            <Time moment=last.at clock=clock/>
            " from "
            {last.ip}
        },
        None => erase("Never used"),
    }
}
