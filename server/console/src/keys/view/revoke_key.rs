//! The page that revokes a key. The list opens a dialog instead once its module runs.

use crate::components::{Help, HelpLink, narrow, with_help};
use crate::refused::Refused;
use app::components::{Clock, FormState, Notice, RevokeForm, Tone, Used};
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use app::request::page_request;
use domain::{Failure, KeyPage, KeyView, RevokeKeyForm};

const HEAD: Head = Head {
    title: "Revoke API key",
    purpose: "A revoked key stops working immediately and permanently.",
};

const HELP: Help = Help {
    title: "What happens",
    advice: &[
        "The key stops working before this page confirms it.",
        "Systems that use the key stop working until they get another one.",
        "You can't undo this. To stop a key for a while, pause it instead.",
        "The audit log keeps your reason.",
    ],
    link: Some(HelpLink::Page(
        "/docs#unauthorized",
        "What a rejected system sees",
    )),
};

pub fn revoke_key_page(
    data: Result<KeyPage, Failure>,
    refused: Option<Refused<RevokeKeyForm>>,
) -> AnyView {
    page_or_error(HEAD, data, |page| {
        view! { <Revoke page=page refused=refused/> }
    })
}

#[component]
fn Revoke(page: KeyPage, refused: Option<Refused<RevokeKeyForm>>) -> impl IntoView {
    let now = page.now.at;
    match asked_for(page) {
        Err(failure) => {
            let back = view! { <a href="/keys">"Back to API Keys"</a> };
            narrow(view! {
                <h1>{HEAD.title}</h1>
                <Notice tone=Tone::Info text=failure.message() action=back/>
            })
        }
        Ok(key) => {
            let used = Used::of(&key);
            let (initial, problem) = Refused::split(refused, first);
            let fresh = problem.is_none();
            let cancel = view! {
                <a class="button" href=format!("/keys/{}", key.id) autofocus=fresh>
                    "Cancel"
                </a>
            };
            let form = view! {
                <h1>"Revoke “" {key.name.to_string()} "”?"</h1>
                <RevokeForm
                    key=key
                    used=Signal::stored(used)
                    clock=Clock::start(now)
                    form_state=FormState::new(problem)
                    initial=initial
                    cancel=cancel
                />
            };
            with_help(HELP, form)
        }
    }
}

/// Reads the initial values of the fields from the page's address.
fn first() -> RevokeKeyForm {
    RevokeKeyForm {
        reason: page_request().asked("reason").unwrap_or_default(),
        ..RevokeKeyForm::default()
    }
}

/// Returns the key, if it can be revoked by this member.
fn asked_for(page: KeyPage) -> Result<KeyView, Failure> {
    if !page.key.status.is_live() {
        return Err(Failure::AlreadyEnded);
    }
    if page.may_change {
        Ok(page.key)
    } else {
        Err(Failure::Forbidden)
    }
}
