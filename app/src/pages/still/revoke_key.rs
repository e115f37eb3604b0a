//! The revoke dialog as a page, for those whose browser opens no dialog.

use crate::components::{Attempt, Clock, Notice, RevokeForm, Tone};
use crate::lean::plain;
use crate::pages::load::{Head, load};
use crate::request::{FormAnswer, PageData, not_found, page_request};
use domain::{Failure, KeyId, KeyView, KeysPage, RevokeKeyForm};
use leptos::prelude::*;

const HEAD: Head = Head {
    title: "Revoke API key",
    purpose: "A revoked key stops at once and for good.",
};

#[component]
pub fn RevokeKeyPage() -> impl IntoView {
    let content = load(HEAD, PageData::keys, |page| {
        plain(view! { <Revoke page=page/> })
    });
    plain(view! { <div class="narrow">{content}</div> })
}

#[component]
fn Revoke(page: KeysPage) -> impl IntoView {
    let now = page.now.at;
    match asked_for(page) {
        Err(failure) => {
            if failure == Failure::NotFound {
                not_found();
            }
            let back = plain(view! { <a href="/keys">"Back to API Keys"</a> });
            plain(view! {
                <h1>{HEAD.title}</h1>
                <Notice tone=Tone::Info text=failure.message() action=back/>
            })
        }
        Ok(key) => {
            let (initial, problem) = match page_request().answer {
                Some(FormAnswer::RevokeKey { form, failure, .. }) => (form, Some(failure.into())),
                _ => (first(), None),
            };
            let cancel = plain(view! {
                <a class="button" href="/keys" autofocus>
                    "Cancel"
                </a>
            });
            plain(view! {
                <h1>"Revoke “" {key.name.to_string()} "”?"</h1>
                <RevokeForm
                    key=key
                    clock=Clock::start(now)
                    attempt=Attempt::new(problem)
                    initial=initial
                    cancel=cancel
                />
            })
        }
    }
}

/// What the address says the fields should hold.
fn first() -> RevokeKeyForm {
    RevokeKeyForm {
        reason: page_request().asked("reason").unwrap_or_default(),
        ..RevokeKeyForm::default()
    }
}

/// The key that the address names, if it is there to be revoked.
fn asked_for(page: KeysPage) -> Result<KeyView, Failure> {
    if page.new_key.is_none() {
        return Err(Failure::Forbidden);
    }
    let path = page_request().path;
    let id = path
        .strip_prefix("/keys/")
        .and_then(|rest| rest.strip_suffix("/revoke"))
        .and_then(|id| KeyId::parse(id).ok())
        .ok_or(Failure::NotFound)?;
    let key = page
        .keys
        .into_iter()
        .find(|key| key.id == id)
        .ok_or(Failure::NotFound)?;
    if key.status.is_live() {
        Ok(key)
    } else {
        Err(Failure::AlreadyEnded)
    }
}
