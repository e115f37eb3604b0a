//! The only time that a key is shown.

use super::{Code, CopyButton, FirstCallProgress, NEW_KEY_TITLE, Notice, Tone};
use crate::browser;
use crate::prelude::*;
use crate::request::reveal;
use domain::{CodeExample, FirstCallStage, FirstCallView, IssuedKey};
use leptos::ev::{MouseEvent, SubmitEvent};

const FIELD: &str = "api-key";

/// Shows a new key and asks the person to store it. The button "Done" belongs to a form whose check
/// box is required until the key is used, since the system then has the key. On a page without the
/// module, a script learns of the first call from the frame that reports it.
#[component]
pub fn SaveKey(
    issued: IssuedKey,
    /// The next steps with the key.
    lead: AnyView,
    server_only: bool,
    /// Progress of the key's first call; `None` until an update arrives.
    first_call: RwSignal<Option<FirstCallView>>,
    /// Whether the person is being asked to confirm leaving without the key.
    asking: RwSignal<bool>,
    on_done: Callback<()>,
) -> impl IntoView {
    // A page without script receives no updates, and it must not be reloaded, since it shows the
    // secret. A frame inside it reloads instead.
    let frame = (cfg!(feature = "ssr") && server_only).then(|| {
        let src = format!("/keys/{}/first-call", issued.key.id);
        view! { <iframe class="first-call-frame" src=src title="The key's first request"></iframe> }
    });
    let is_used = Memo::new(move |_| {
        let stage = first_call.with(|call| Some(call.as_ref()?.stage));
        stage == Some(FirstCallStage::Accepted)
    });
    let done = handler(move |event: SubmitEvent| {
        browser::cancel(&event);
        on_done.run(());
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
        <div class="form">
            {lead}
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
            <fieldset class="field">
                <legend>"Try it"</legend>
                <div class="tabs">{examples(issued.first_calls)}</div>
                <FirstCallProgress call=first_call/>
                {frame}
            </fieldset>
            {question}
            <form class="actions spread" method="get" action="/keys" on:submit=done>
                // A script shows the title as the error of the box if it is not selected.
                <div class="field">
                    <label class="check">
                        <input
                            id="saved"
                            type="checkbox"
                            title="Save the key, then select this box."
                            aria-describedby="saved-error"
                            required=attr_if("", move || !is_used.get())
                        />
                        "I've saved this key"
                    </label>
                    <div class="error" id="saved-error"></div>
                </div>
                <button type="submit" class="button primary">
                    "Done"
                </button>
            </form>
        </div>
    }
}

/// Renders a radio button for each example, which CSS shows as a tab, and behind it the example,
/// which CSS shows while the button is selected.
fn examples(examples: Vec<CodeExample>) -> Vec<AnyView> {
    let tabs = examples.into_iter().enumerate();
    let tabs = tabs.map(|(index, example)| {
        let id = format!("first-call-{index}");
        let choice = format!("{id}-choice");
        let first = (!example.command.is_empty()).then(|| {
            view! {
                <p class="hint">{example.advice}</p>
                <Code id=format!("{id}-command") text=example.command what="the command"/>
            }
        });
        view! {
            <input type="radio" name="first-call" id=choice.clone() checked=index == 0/>
            <label for=choice>{example.language}</label>
            <div class="field">
                {first}
                <Code id=id text=example.text what="the example"/>
            </div>
        }
    });
    tabs.collect()
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
            text="You won't be able to see it again. If you lose it, rotate it."
            action=answers
        />
    }
}
