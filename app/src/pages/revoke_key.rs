//! The revoke dialog as a page, for those whose browser opens no dialog.

use super::load::{Head, fetch, load};
use crate::calls::list_keys;
use crate::components::{Attempt, Clock, Notice, RevokeForm, Tone};
use crate::request::{FormAnswer, not_found, page_request};
use crate::whole::whole;
use domain::{Failure, KeyId, KeysPage, RevokeKeyForm};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

const HEAD: Head = Head {
    title: "Revoke API key",
    purpose: "A revoked key stops at once and for good.",
};

#[component]
pub fn RevokeKeyPage() -> impl IntoView {
    let page = fetch(|| (), |()| list_keys());
    whole(view! {
        // Without the key's name: titles are not escaped.
        <Title text="Revoke API key · Voxum Console"/>
        <div class="narrow">{load(page, HEAD, |page| view! { <Revoke page=page/> }.into_any())}</div>
    })
}

#[component]
fn Revoke(page: KeysPage) -> impl IntoView {
    let id = use_params_map()
        .with_untracked(|params| params.get("id"))
        .unwrap_or_default();
    let key = KeyId::parse(&id)
        .ok()
        .and_then(|id| page.find(&id).cloned());
    let failure = if page.new_key.is_none() {
        Some(Failure::Forbidden)
    } else {
        match &key {
            None => {
                not_found();
                Some(Failure::NotFound)
            }
            Some(key) => (!key.status.is_live()).then_some(Failure::AlreadyEnded),
        }
    };
    let (Some(key), None) = (key, &failure) else {
        let text = failure.as_ref().map(Failure::message).unwrap_or_default();
        return view! {
            <h1>{HEAD.title}</h1>
            <Notice tone=Tone::Info text=text>
                <a href="/keys">"Back to API Keys"</a>
            </Notice>
        }
        .into_any();
    };
    let (initial, problem) = match page_request().answer {
        Some(FormAnswer::RevokeKey { form, failure, .. }) => (form, Some(failure.into())),
        _ => (RevokeKeyForm::default(), None),
    };
    let clock = Clock::start(page.now.at);
    whole(view! {
        <h1>"Revoke “" {key.name.to_string()} "”?"</h1>
        <RevokeForm key=key clock=clock attempt=Attempt::new(problem) initial=initial>
            <a class="button" href="/keys" autofocus>
                "Cancel"
            </a>
        </RevokeForm>
    })
    .into_any()
}
