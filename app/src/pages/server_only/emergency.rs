//! Emergency actions of an owner, at the end of Settings, and the confirmation before all keys are
//! revoked.

use crate::components::{FormState, Notice, TextField, Tone};
use crate::pages::load::{Head, load};
use crate::prelude::*;
use crate::request::{FormAnswer, PageData, page_request};
use domain::{Emergency, Failure, Field, KeyCount};

const HEAD: Head = Head {
    title: "Revoke all keys",
    purpose: "Every key of this account stops at once and for good.",
};

/// Renders the section of Settings.
pub fn section(emergency: Emergency) -> AnyView {
    let creation = match emergency.stopped {
        None => view! {
            <div>
                <p>
                    "No member can create or rotate keys until an owner allows it again. The keys that you have keep working."
                </p>
                <a class="button" href="/settings?ask=stop">
                    "Stop creating keys…"
                </a>
            </div>
        },
        Some(since) => view! {
            <form method="post" action="/settings/key-creation">
                <input type="hidden" name="stop" value="0"/>
                <p>"Members cannot create or rotate keys. An owner stopped this on " {since.exact} "."</p>
                <button type="submit" class="button">
                    "Allow creating keys"
                </button>
            </form>
        },
    };
    view! {
        <section class="emergency" aria-labelledby="emergency">
            <h2 id="emergency">"Emergency"</h2>
            {creation}
            <div>
                <p>"Revoke every key of this account at once. Nothing that uses one will work afterwards."</p>
                <a class="button" href="/keys/revoke-all">
                    "Revoke all keys…"
                </a>
            </div>
        </section>
    }
}

/// Renders the confirmation before the creation of keys is stopped, if the address of Settings
/// requests it and the member may stop it.
pub fn stop_question(emergency: Option<&Emergency>) -> Option<AnyView> {
    let may_stop = emergency.is_some_and(|emergency| emergency.stopped.is_none());
    let asked = page_request().asked("ask").is_some_and(|ask| ask == "stop");
    (may_stop && asked).then(|| {
        view! {
            <h1>"Stop creating keys?"</h1>
            <form class="form" method="post" action="/settings/key-creation">
                <input type="hidden" name="stop" value="1"/>
                <p class="effect">
                    "From the moment you confirm, no member of this account can create or rotate a key until an owner allows it again. The keys that you have keep working."
                </p>
                <div class="actions">
                    <a class="button" href="/settings" autofocus>
                        "Cancel"
                    </a>
                    <button type="submit" class="button danger">
                        "Stop creating keys"
                    </button>
                </div>
            </form>
        }
    })
}

#[component]
pub fn RevokeAllPage() -> impl IntoView {
    let content = load(HEAD, PageData::settings, |page| match page.emergency {
        Some(emergency) => view! { <RevokeAll emergency=emergency/> },
        None => view! {
            <h1>{HEAD.title}</h1>
            <Notice tone=Tone::Info text=Failure::OwnersOnly.message()/>
        },
    });
    view! { <div class="narrow">{content}</div> }
}

#[component]
fn RevokeAll(emergency: Emergency) -> impl IntoView {
    let (confirm, problem) = match page_request().answer {
        Some(FormAnswer::RevokeAll { confirm, failure }) => (confirm, Some(failure.into())),
        _ => (String::new(), None),
    };
    let form_state = FormState::new(problem);
    let keys = match emergency.live {
        0 => {
            return view! {
                <h1>{HEAD.title}</h1>
                <Notice tone=Tone::Info text="There is no key that could be revoked."/>
                <p>
                    <a href="/settings">"Back to Settings"</a>
                </p>
            };
        }
        1 => "The one key that still works, or could be resumed, is".to_owned(),
        many if many > KeyCount::MAX => {
            "More than 1,000 keys that still work, or could be resumed, are".to_owned()
        }
        many => format!("All {many} keys that still work, or could be resumed, are"),
    };
    view! {
        <h1>"Revoke all keys?"</h1>
        <form class="form" method="post" action="/keys/revoke-all" novalidate>
            {form_state.notice()}
            <p class="effect">
                {keys} " revoked with the reason Leaked: from the moment you confirm, every request with a key of this account is refused. This cannot be undone."
            </p>
            <p>
                "The account is called “" <strong>{emergency.account_name}</strong> "”."
            </p>
            <TextField
                id="confirm"
                name="confirm"
                label="Type the account's name to confirm"
                value=confirm
                error=form_state.at(Field::Confirm)
            />
            <div class="actions">
                <a class="button" href="/settings">
                    "Cancel"
                </a>
                <button type="submit" class="button danger">
                    "Revoke all keys"
                </button>
            </div>
        </form>
    }
}
