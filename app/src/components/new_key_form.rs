//! The form that creates a key.

use super::{ExpiryField, FormState, KeyOptions, OPTIONS, Permissions, TextField};
use crate::browser;
use crate::prelude::*;
use domain::{CreateKeyForm, Expiry, Field, KeyName, NewKeyOptions};
use leptos::ev::{Event, SubmitEvent};

/// Id of the form.
pub const FORM: &str = "new-key-form";

/// A plain form, which creates a key even if no script runs.
#[component]
pub fn NewKeyForm(
    options: RwSignal<NewKeyOptions>,
    /// The initial values of the fields.
    initial: CreateKeyForm,
    form_state: FormState,
    on_send: Callback<CreateKeyForm>,
    /// The control that leaves the form without creating a key.
    cancel: AnyView,
) -> impl IntoView {
    let typed = RwSignal::new(initial.name.clone());
    let hint = Memo::new(move |_| KeyName::hint(&typed.read()));
    let token = Signal::derive(move || options.with(|options| options.token.clone()));
    let preselected = options.with_untracked(|options| options.preselected);
    let send = handler(move |event: SubmitEvent| {
        browser::cancel(&event);
        let form = CreateKeyForm {
            name: browser::form_value(&event, "name"),
            scopes: browser::form_values(&event, "scopes"),
            expires: browser::form_value(&event, "expires"),
            last_day: browser::form_value(&event, "last_day"),
            note: browser::form_value(&event, "note"),
            limit_depth: browser::form_value(&event, "limit_depth"),
            limit_per_second: browser::form_value(&event, "limit_per_second"),
            allow_list: browser::form_value(&event, "allow_list"),
            token: options.with_untracked(|options| options.token.clone()),
        };
        if form_state.begin() {
            on_send.run(form);
        }
    });
    Effect::new(move |_| {
        if form_state.problem.with(Option::is_some) {
            browser::focus_invalid(FORM);
        }
    });
    // Later errors open it when they take the focus.
    let opens_options = has_options(&initial)
        || OPTIONS
            .into_iter()
            .any(|field| form_state.at(field).with_untracked(Option::is_some));
    view! {
        <form id=FORM class="form" method="post" action="/keys" novalidate on:submit=send>
            // Enter presses the first submit button, and that must not be a preset.
            <button type="submit" hidden></button>
            <input
                type="hidden"
                name="token"
                value=token
                autocomplete="off"
            />
            {form_state.notice()}
            <TextField
                id="name"
                name="name"
                label="Name"
                value=initial.name
                hint="The system that will use this key, such as “CRM Sync”."
                error=form_state.at(Field::Name)
                autofocus=form_state.problem.with_untracked(Option::is_none)
                on_input=Callback::new(move |event: Event| typed.set(event_target_value(&event)))
            />
            <p class="advice" aria-live="polite">
                {hint}
            </p>
            <Permissions presets=true checked=initial.scopes error=form_state.at(Field::Scopes)/>
            <ExpiryField
                options=options
                chosen=Expiry::parse(&initial.expires).unwrap_or(preselected)
                last_day=initial.last_day
                form_state=form_state
            />
            <details class="options" open=opens_options>
                <summary>"More options"</summary>
                <div class="form">
                    <KeyOptions
                        note=initial.note
                        limit_depth=initial.limit_depth
                        limit_per_second=initial.limit_per_second
                        allow_list=initial.allow_list
                        account_limit=options.with_untracked(|options| options.account_limit.clone())
                        form_state=form_state
                    />
                </div>
            </details>
            <div class="actions">
                {cancel}
                <button
                    type="submit"
                    class="button primary"
                    aria-disabled=form_state.busy()
                >
                    {text_signal(move || if form_state.pending.get() { "Creating…" } else { "Create API Key" })}
                </button>
            </div>
        </form>
    }
}

/// Returns whether the form has a value in a field that is folded away at first.
fn has_options(form: &CreateKeyForm) -> bool {
    let values = [
        &form.note,
        &form.limit_depth,
        &form.limit_per_second,
        &form.allow_list,
    ];
    values.into_iter().any(|value| !value.is_empty())
}
