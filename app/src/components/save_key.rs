//! The only time that a key is shown.

use super::{Code, CopyButton, FirstCallProgress, KeyCreation, NEW_KEY_TITLE, Notice, Tone};
use crate::browser;
use crate::prelude::*;
use crate::request::reveal;
use domain::IssuedKey;
use leptos::ev::{Event, MouseEvent, SubmitEvent};

const FIELD: &str = "api-key";

/// Shows a new key and asks the person to store it. On a page without the module, leaving is a
/// plain form that requires the check box.
#[component]
pub fn SaveKey(
    issued: IssuedKey,
    server_only: bool,
    creation: KeyCreation,
    on_done: Callback<()>,
) -> impl IntoView {
    let asking = creation.asking;
    let stored = RwSignal::new(false);
    let name = issued.key.name.to_string();
    // A page without script receives no updates, and it must not be reloaded, since it shows the
    // secret. A frame inside it reloads instead.
    let frame = (cfg!(feature = "ssr") && server_only).then(|| {
        let src = format!("/keys/{}/first-call", issued.key.id);
        view! { <iframe class="first-call-frame" src=src title="The key’s first request"></iframe> }
    });
    let done = handler(move |event: SubmitEvent| {
        browser::cancel(&event);
        if stored.get_untracked() {
            on_done.run(());
        }
    });
    let question = dynamic(move || {
        if asking.get() {
            question(asking, on_done)
        } else {
            erase(())
        }
    });
    Effect::new(move |asked: Option<bool>| {
        let asks = asking.get();
        if asks {
            browser::focus("keep-open");
        } else if asked == Some(true) {
            browser::focus(NEW_KEY_TITLE);
        }
        asks
    });
    view! {
        <form class="form" method="get" action="/keys" on:submit=done>
            <p class="lead">"“" {name} "” is ready. Copy the key now and add it to the system that will use it."</p>
            <div class="field">
                <label for=FIELD>"API key"</label>
                <div class="key-line">
                    <input
                        id=FIELD
                        class="mono"
                        type="text"
                        readonly
                        value=reveal(issued.secret)
                        autocomplete="off"
                        spellcheck="false"
                        aria-describedby="api-key-note"
                    />
                    <CopyButton of=FIELD/>
                </div>
                <p class="hint" id="api-key-note" aria-live="polite"></p>
            </div>
            <Notice
                tone=Tone::Warning
                title="You won't be able to see this key again."
                text="We don't store it. Save it in a password manager or secrets manager. Don't share it by email or chat."
            />
            <div class="field">
                <span class="label">"Try it"</span>
                <Code id="api-key-curl" text=reveal(issued.curl) what="the request"/>
                <FirstCallProgress call=creation.first_call/>
                {frame}
            </div>
            {question}
            <div class="actions spread">
                <label class="check">
                    <input
                        type="checkbox"
                        required
                        on:change=handler(move |event: Event| stored.set(event_target_checked(&event)))
                    />
                    "I've saved this key"
                </label>
                <button type="submit" class="button primary" disabled=attr_if("", move || !server_only && !stored.get())>
                    "Done"
                </button>
            </div>
        </form>
    }
}

/// Confirms leaving before the key, which is shown only this once, is lost.
fn question(asking: RwSignal<bool>, on_done: Callback<()>) -> AnyView {
    let answers = view! {
        <div class="actions">
            <button
                type="button"
                class="button"
                id="keep-open"
                on:click=handler(move |_: MouseEvent| asking.set(false))
            >
                "Go back"
            </button>
            <button type="button" class="button" on:click=handler(move |_: MouseEvent| on_done.run(()))>
                "Leave anyway"
            </button>
        </div>
    };
    view! {
        <Notice
            tone=Tone::Error
            title="Leave without saving the key?"
            text="You won't be able to see it again. If you lose it, you'll need to create a new key and revoke this one."
            action=answers
        />
    }
}
