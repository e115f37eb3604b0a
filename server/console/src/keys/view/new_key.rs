//! The page that creates a key, and the response to its form. The list opens a dialog instead once
//! its module runs.

use crate::components::{
    FormOwner, Help, HelpLink, narrow, not_allowed, shown_once_with_help, with_help,
};
use crate::refused::problem;
use app::components::{FormState, KeyCreation, NewKey, Notice, SaveKey, Tone, new_tab_link};
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use domain::{CreateKeyForm, Failure, IssuedKey, KeyId, KeysPage};

const HEAD: Head = Head {
    title: "Create API Key",
    purpose: "Give each system its own key.",
};

const HELP: Help = Help {
    title: "Good practice",
    advice: &[
        "Give each system its own key, so that you can revoke one without stopping the others.",
        "Grant only the permissions that the system needs. You can change them at any time.",
        "The full key is shown once. Keep it in a secrets manager, and never in source code, in a web page that others load, or in a mobile app.",
    ],
    link: Some(HelpLink::Page(
        "/docs#your-first-request",
        "Your first request",
    )),
};

/// Beside a key that is shown once, so that the page keeps the layout of the form before it.
const NEXT: Help = Help {
    title: "Next steps",
    advice: &[
        "Store the key where your system reads it, such as a secrets manager or an environment variable.",
        "Send a request. This page shows when the first one arrives, or why it was rejected.",
        "If you lose the key, rotate it. The console can't show it again.",
    ],
    link: None,
};

pub fn new_key_page(
    data: Result<KeysPage, Failure>,
    initial: CreateKeyForm,
    failure: Option<Failure>,
) -> AnyView {
    page_or_error(HEAD, data, |page| {
        view! { <Create page=page initial=initial failure=failure/> }
    })
}

/// The direct response to a create form: the only page that ever contains this secret. `namesake`
/// is another key with the same name.
pub fn issued_key_page(issued: IssuedKey, namesake: Option<&KeyId>) -> AnyView {
    let other = namesake.map(|id| {
        view! {
            <p>
                {new_tab_link(format!("/keys/{id}"), "The other key's page")}
            </p>
        }
    });
    let lead = view! {
        <p class="lead">{issued.lead.clone()}</p>
        {other}
    };
    saved_key_page("Save your API key", lead, issued)
}

/// Renders a page that shows a new key once. `lead` is what to do with it.
pub fn saved_key_page(title: &'static str, lead: AnyView, issued: IssuedKey) -> AnyView {
    let content = view! {
        <h1>{title}</h1>
        <SaveKey
            issued=issued
            lead=lead
            server_only=true
            first_call=RwSignal::new(None)
            asking=RwSignal::new(false)
            on_done=Callback::new(|()| ())
        />
    };
    shown_once_with_help(NEXT, content)
}

#[component]
fn Create(page: KeysPage, initial: CreateKeyForm, failure: Option<Failure>) -> impl IntoView {
    let Some(options) = page.new_key else {
        let text = if page.may_manage {
            Failure::CreationStopped.message()
        } else {
            not_allowed(
                failure.is_some(),
                "You don't have permission to create keys. Ask an owner or admin of your account.",
            )
        };
        return narrow(view! {
            <h1>{HEAD.title}</h1>
            <Notice tone=Tone::Info text=text/>
        });
    };
    let form_state = FormState::new(failure.map(problem));
    let creation = KeyCreation::new(form_state, options);
    with_help(HELP, form(creation, initial))
}

/// Renders a form that the browser submits by itself, so the callbacks do nothing.
fn form(creation: KeyCreation, initial: CreateKeyForm) -> AnyView {
    view! {
        <NewKey
            creation=creation
            initial=initial
            server_only=true
            on_send=Callback::new(|_| ())
            on_done=Callback::new(|()| ())
            cancel=cancel
        />
    }
}

/// Renders the link beside the button of the form, and the form's owner, which the dialog with the
/// same form does not need.
fn cancel() -> AnyView {
    view! {
        <FormOwner/>
        <a class="button" href="/keys">
            "Cancel"
        </a>
    }
}
