//! API Keys: who can reach the account's data.

use super::creation::creation;
use super::load::{Head, load, settle};
use crate::browser;
use crate::calls::revoke_key;
use crate::components::{
    Attempt, Clock, Code, Issue, KeyTable, NEW_KEY_DIALOG, NewKeyButton, NewKeyDialog, Notice,
    PageHead, RevokeRequest, Status, Tone, revoke_dialog, row_head,
};
use crate::lean::{changing, plain};
use crate::request::PageData;
use domain::{KeyView, KeysPage as Data, NewKeyOptions};
use leptos::prelude::*;
use leptos::task::spawn_local;

const HEAD: Head = Head {
    title: "API Keys",
    purpose: "Keys let your other systems reach this account's data over HTTP. Give each system its own.",
};

const MAY_LOOK: &str =
    "Your role lets you see the keys. An owner or admin of your account creates and revokes them.";

#[component]
pub fn KeysPage() -> impl IntoView {
    load(HEAD, PageData::keys, |page| {
        plain(view! { <Keys page=page/> })
    })
}

/// The rows, kept up to date by what is done on the page.
#[derive(Clone, Copy)]
struct Rows {
    keys: RwSignal<Vec<KeyView>>,
    clock: Clock,
}

impl Rows {
    /// As the server lists them.
    fn renew(self, page: Data) {
        self.clock.reached(page.now.at);
        self.keys.set(page.keys);
    }

    /// A key that was just created.
    fn add(self, key: KeyView) {
        self.clock.reached(key.created.at);
        self.keys.update(|keys| keys.insert(0, key));
    }

    /// A key that was just revoked, where it stands.
    fn replace(self, revoked: KeyView) {
        if let Some(revocation) = &revoked.revocation {
            self.clock.reached(revocation.at.at);
        }
        self.keys.update(|keys| {
            if let Some(key) = keys.iter_mut().find(|key| key.id == revoked.id) {
                *key = revoked;
            }
        });
    }
}

#[component]
fn Keys(page: Data) -> impl IntoView {
    let rows = Rows {
        keys: RwSignal::new(page.keys),
        clock: Clock::start(page.now.at),
    };
    let none = Memo::new(move |_| rows.keys.with(Vec::is_empty));
    let manages = page.new_key.is_some();
    let on_revoke = manages.then(|| revocation(rows));
    let dialog = page
        .new_key
        .map(|options| view! { <Create options=options rows=rows/> });
    let url = page.public_url;
    let action = plain(changing(move || {
        if manages && !none.get() {
            plain(view! { <NewKeyButton/> })
        } else {
            plain(())
        }
    }));
    let may_look = (!manages).then(|| view! { <Notice tone=Tone::Info text=MAY_LOOK/> });
    let list = changing(move || {
        if none.get() {
            plain(view! { <NoKeys url=url.clone() manages=manages/> })
        } else {
            plain(view! { <KeyTable keys=rows.keys clock=rows.clock on_revoke=on_revoke/> })
        }
    });
    plain(view! {
        <PageHead title=HEAD.title purpose=HEAD.purpose action=action/>
        {may_look}
        {list}
        {dialog}
    })
}

/// Nothing to list yet.
#[component]
fn NoKeys(url: String, manages: bool) -> impl IntoView {
    let call = format!("curl -H \"X-API-Key: vx_abc123...\" {url}/api/inventory");
    plain(view! {
        <section class="empty">
            <h2>"No API keys yet"</h2>
            <p>
                "A key is how an inventory feed, a CRM or an application of your own proves to Voxum that it may see or change your data. Create one for each system, so that you can take back one without stopping the others."
            </p>
            {manages.then(|| view! { <NewKeyButton/> })}
            <p>"A call with a key looks like this:"</p>
            <Code id="example-call" text=call copy=true/>
            <p class="second">"If you only manage your chatbot here, you don't need API keys."</p>
        </section>
    })
}

#[component]
fn Create(options: NewKeyOptions, rows: Rows) -> impl IntoView {
    let issue = Issue::new(Attempt::new(None), options, None);
    let created = Callback::new(move |key| {
        rows.add(key);
        browser::open(NEW_KEY_DIALOG);
    });
    let send = creation(issue, created, Callback::new(move |page| rows.renew(page)));
    let done = Callback::new(move |()| {
        issue.forget();
        // What is new is where reading goes on.
        if let Some(id) = rows
            .keys
            .with_untracked(|keys| keys.first().map(|key| row_head(&key.id)))
        {
            request_animation_frame(move || browser::focus(&id));
        }
    });
    view! { <NewKeyDialog issue=issue on_send=send on_done=done/> }
}

/// Ends a key, and shows it as ended.
fn revocation(rows: Rows) -> Callback<RevokeRequest> {
    let status = Status::current();
    Callback::new(move |RevokeRequest { id, form, attempt }| {
        spawn_local(async move {
            match settle(revoke_key(id.clone(), form).await) {
                Ok(revoked) => {
                    attempt.end(None);
                    browser::close(&revoke_dialog(&id));
                    rows.replace(revoked);
                    status.say("Key revoked");
                    // Once the row has been drawn again.
                    request_animation_frame(move || browser::focus(&row_head(&id)));
                }
                Err(problem) => attempt.end(Some(problem)),
            }
        });
    })
}
