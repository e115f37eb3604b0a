//! API Keys: who can reach the account's data.

use super::creation::creation;
use super::load::{Head, load, settle};
use crate::browser;
use crate::calls::{list_keys, revoke_key};
use crate::components::{
    Attempt, Clock, Code, Issue, KeyTable, NEW_KEY_DIALOG, NewKeyButton, NewKeyDialog, Notice,
    PageHead, RevokeRequest, Status, Tone, revoke_dialog, row_head,
};
use domain::{KeyView, KeysPage as Data};
use leptos::either::Either;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;

const HEAD: Head = Head {
    title: "API Keys",
    purpose: "Keys let your other systems reach this account's data over HTTP. Give each system its own.",
};

#[component]
pub fn KeysPage() -> impl IntoView {
    let page = Resource::new(|| (), |()| list_keys());
    view! {
        <Title text="API Keys · Voxum Console"/>
        {load(page, HEAD, |page| view! { <Keys page=page/> }.into_any())}
    }
}

#[component]
fn Keys(page: Data) -> impl IntoView {
    let clock = Clock::start(page.now.at);
    let keys = RwSignal::new(page.keys);
    let none = Memo::new(move |_| keys.with(Vec::is_empty));
    let manages = page.new_key.is_some();
    let on_revoke = manages.then(|| revocation(keys));
    let dialog = page.new_key.map(|options| {
        let issue = Issue::new(Attempt::new(None), options, None);
        let created = Callback::new(move |key| {
            keys.update(|keys| keys.insert(0, key));
            browser::open(NEW_KEY_DIALOG);
        });
        let renewed = Callback::new(move |page: Data| keys.set(page.keys));
        let send = creation(issue, created, renewed);
        let done = Callback::new(move |()| issue.forget());
        view! { <NewKeyDialog issue=issue on_send=send on_done=done/> }
    });
    let url = page.public_url;
    view! {
        <PageHead title=HEAD.title purpose=HEAD.purpose>
            {manages.then(|| view! { <NewKeyButton/> })}
        </PageHead>
        {(!manages)
            .then(|| {
                view! {
                    <Notice
                        tone=Tone::Info
                        text="Your role lets you see the keys. An owner or admin of your account creates and revokes them."
                    />
                }
            })}
        {move || {
            if none.get() {
                Either::Left(view! { <NoKeys url=url.clone()/> })
            } else {
                Either::Right(view! { <KeyTable keys=keys clock=clock on_revoke=on_revoke/> })
            }
        }}
        {dialog}
    }
}

/// Nothing to list yet.
#[component]
fn NoKeys(url: String) -> impl IntoView {
    let call = format!("curl -H \"X-API-Key: vx_abc123...\" {url}/api/inventory");
    view! {
        <section class="empty">
            <h2>"No API keys yet"</h2>
            <p>
                "A key is how an inventory feed, a CRM or an application of your own proves to Voxum that it may see or change your data. Create one for each system, so that you can take back one without stopping the others."
            </p>
            <p>"A call with a key looks like this:"</p>
            <Code id="example-call" text=call copy=true/>
            <p class="second">"If you only manage your chatbot here, you don't need API keys."</p>
        </section>
    }
}

/// Ends a key, and shows it as ended where it stands.
fn revocation(keys: RwSignal<Vec<KeyView>>) -> Callback<RevokeRequest> {
    let status = Status::current();
    Callback::new(move |RevokeRequest { id, form, attempt }| {
        spawn_local(async move {
            match settle(revoke_key(id.clone(), form).await) {
                Ok(revoked) => {
                    attempt.end(None);
                    browser::close(&revoke_dialog(&id));
                    keys.update(|keys| {
                        if let Some(key) = keys.iter_mut().find(|key| key.id == id) {
                            *key = revoked;
                        }
                    });
                    status.say("Key revoked");
                    // Once the row has been drawn again.
                    request_animation_frame(move || browser::focus(&row_head(&id)));
                }
                Err(problem) => attempt.end(Some(problem)),
            }
        });
    })
}
