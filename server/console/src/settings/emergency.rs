//! Emergency actions of an owner, at the end of Settings, and the confirmation before all keys are
//! revoked.

use crate::components::{Help, HelpLink, narrow, with_help};
use crate::refused::Refused;
use app::components::{FormState, Notice, TextField, Tone};
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use app::request::page_request;
use domain::{Emergency, Failure, Field, KeyCount, SettingsPage};

const HEAD: Head = Head {
    title: "Revoke all keys",
    purpose: "Every key in this account stops working immediately and permanently.",
};

const REVOKE_ALL_HELP: Help = Help {
    title: "What happens",
    advice: &[
        "Every system that uses a key of this account stops working, no matter who created the key.",
        "Members stay signed in, and the inventory and leads are kept.",
        "You can't undo this. Each system needs a new key.",
        "If someone else may have access to this account, turn off key creation in Settings first.",
    ],
    link: Some(HelpLink::Page(
        "/docs#unauthorized",
        "What a rejected system sees",
    )),
};

const STOP_HELP: Help = Help {
    title: "When to use it",
    advice: &[
        "Use it while you check whether someone else has access to this account.",
        "All members are affected, owners as well.",
        "An owner can turn it back on in Settings at any time.",
    ],
    link: Some(HelpLink::Page("/audit", "Audit log")),
};

/// Renders the section of Settings.
pub fn section(emergency: Emergency) -> AnyView {
    let creation = match emergency.stopped {
        None => view! {
            <div class="act">
                <div>
                    <h3>"Turn off key creation"</h3>
                    <p class="second">
                        "Members can't create or rotate keys until an owner turns this back on. Existing keys keep working."
                    </p>
                </div>
                <a class="button apart" href="/settings?ask=stop">
                    "Turn off key creation…"
                </a>
            </div>
        },
        Some(since) => view! {
            <form class="act" method="post" action="/settings/key-creation">
                <input type="hidden" name="stop" value="0"/>
                <div>
                    <h3>"Turn on key creation"</h3>
                    <p class="second">"Key creation has been off since " {since.exact} "."</p>
                </div>
                <button type="submit" class="button">
                    "Turn on key creation"
                </button>
            </form>
        },
    };
    view! {
        <section class="box danger-zone" aria-labelledby="emergency">
            <h2 id="emergency">"Danger zone"</h2>
            {creation}
            <div class="act">
                <div>
                    <h3>"Revoke all keys"</h3>
                    <p class="second">
                        "Every key in this account stops working immediately and permanently."
                    </p>
                </div>
                <a class="button apart" href="/keys/revoke-all">
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
        let form = view! {
            <h1>"Turn off key creation?"</h1>
            <form class="form" method="post" action="/settings/key-creation">
                <input type="hidden" name="stop" value="1"/>
                <p>
                    "Members won't be able to create or rotate keys until an owner turns this back on. Existing keys keep working."
                </p>
                <div class="actions">
                    <a class="button" href="/settings" autofocus>
                        "Cancel"
                    </a>
                    <button type="submit" class="button danger">
                        "Turn off key creation"
                    </button>
                </div>
            </form>
        };
        with_help(STOP_HELP, form)
    })
}

/// `refused` has the text that was typed to confirm.
pub fn revoke_all_page(
    data: Result<SettingsPage, Failure>,
    refused: Option<Refused<String>>,
) -> AnyView {
    page_or_error(HEAD, data, |page| match page.emergency {
        Some(emergency) => view! { <RevokeAll emergency=emergency refused=refused/> },
        None => narrow(view! {
            <h1>{HEAD.title}</h1>
            <Notice tone=Tone::Info text=Failure::OwnersOnly.message()/>
        }),
    })
}

#[component]
fn RevokeAll(emergency: Emergency, refused: Option<Refused<String>>) -> impl IntoView {
    let (confirm, problem) = Refused::split(refused, String::new);
    let form_state = FormState::new(problem);
    let keys = match emergency.live {
        0 => {
            return narrow(view! {
                <h1>{HEAD.title}</h1>
                <Notice tone=Tone::Info text="There are no active or paused keys."/>
                <p>
                    <a href="/settings">"Back to Settings"</a>
                </p>
            });
        }
        1 => "This revokes the one active or paused key".to_owned(),
        many if many > KeyCount::MAX => {
            "This revokes more than 1,000 active and paused keys".to_owned()
        }
        many => format!("This revokes all {many} active and paused keys"),
    };
    let form = view! {
        <h1>"Revoke all keys?"</h1>
        <form class="form" method="post" action="/keys/revoke-all" novalidate>
            {form_state.notice()}
            <p>
                {keys} ", with the reason “Leaked”. All requests will be rejected immediately. This can't be undone."
            </p>
            <TextField
                id="confirm"
                name="confirm"
                label=format!("Type “{}” to confirm", emergency.account_name)
                value=confirm
                error=form_state.at(Field::Confirm)
                autocomplete="off"
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
    };
    with_help(REVOKE_ALL_HELP, form)
}
