//! Creating a key: the form, and then the only time that the key is shown.

use super::key_creation::{KeyCreation, TITLE};
use super::{NewKeyForm, SaveKey};
use crate::browser;
use crate::prelude::*;
use domain::CreateKeyForm;

#[component]
pub fn NewKey(
    creation: KeyCreation,
    initial: CreateKeyForm,
    /// Whether this is a page of its own, which is not hydrated.
    #[prop(optional)]
    server_only: bool,
    on_send: Callback<CreateKeyForm>,
    on_done: Callback<()>,
    /// Renders the control that leaves the form.
    cancel: fn() -> AnyView,
) -> impl IntoView {
    let shown = Memo::new(move |_| creation.issued.with(Option::is_some));
    let text = text_signal(move || {
        if shown.get() {
            "Save your API key"
        } else {
            "Create API Key"
        }
    });
    let title = if server_only {
        view! { <h1 id=TITLE>{text}</h1> }
    } else {
        view! {
            <h2 id=TITLE tabindex="-1">
                {text}
            </h2>
        }
    };
    let step = dynamic(move || {
        if let Some(issued) = creation.issued.get() {
            let lead = view! { <p class="lead">{issued.lead.clone()}</p> };
            view! {
                <SaveKey
                    issued=issued
                    lead=lead
                    server_only=false
                    first_call=creation.first_call
                    asking=creation.asking
                    on_done=on_done
                />
            }
        } else {
            view! {
                <NewKeyForm
                    options=creation.options
                    initial=initial.clone()
                    form_state=creation.form_state
                    on_send=on_send
                    cancel=cancel()
                />
            }
        }
    });
    Effect::new(move |_| {
        if shown.get() {
            browser::focus(TITLE);
        }
    });
    Effect::new(move |_| {
        let guarded = move || creation.issued.with_untracked(Option::is_some);
        browser::guard_leaving(guarded, move || creation.ask());
        // The browser may keep the page in its back/forward cache.
        browser::on_leaving(move || creation.forget());
    });
    view! {
        {title}
        {step}
    }
}
