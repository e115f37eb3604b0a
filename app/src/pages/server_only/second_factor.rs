//! Setting up an authenticator app, and the only time that the recovery codes are shown.

use crate::components::{Code, FormState, Notice, PageHead, Problem, TextField, Tone, Username};
use crate::pages::load::{Head, load};
use crate::prelude::*;
use crate::request::{FormAnswer, PageData, handover, page_request, reveal};
use domain::{Enrolment, Field, ShownSecret};

const HEAD: Head = Head {
    title: "Set up a second factor",
    purpose: "Besides your password, signing in will ask for a code of an app on your phone.",
};

#[component]
pub fn SecondFactorPage() -> impl IntoView {
    let content = match page_request().answer {
        Some(FormAnswer::RecoveryCodes(codes)) => view! { <Recovery codes=codes/> },
        Some(FormAnswer::Enrol { enrolment, failure }) => {
            enrol(*enrolment, Some(Problem::from(failure)))
        }
        _ => load(HEAD, PageData::enrolment, |enrolment| {
            enrol(enrolment, None)
        }),
    };
    view! { <div class="narrow">{content}</div> }
}

fn enrol(enrolment: Enrolment, problem: Option<Problem>) -> AnyView {
    let form_state = FormState::new(problem);
    let email = handover().member.map(|member| member.email.to_string());
    // QR code readers need a quiet zone around the code.
    let box_ = format!("-4 -4 {0} {0}", enrolment.width + 8);
    view! {
        <PageHead title=HEAD.title purpose=HEAD.purpose/>
        <ol class="enrol">
            <li>
                <p>"Scan this with an authenticator app:"</p>
                <svg class="qr" viewBox=box_ role="img" aria-label="QR code for an authenticator app">
                    <path d=reveal(enrolment.squares)></path>
                </svg>
                <details class="more">
                    <summary>"Can’t scan it?"</summary>
                    <p>"Type this key into the app, as one that changes with time:"</p>
                    <Code id="factor-key" text=reveal(enrolment.text)/>
                    <p>
                        <a href=reveal(enrolment.url)>"Open it on this device"</a>
                    </p>
                </details>
            </li>
            <li>
                <form class="form" method="post" action="/account/second-factor" novalidate>
                    {form_state.notice()}
                    <input type="hidden" name="sealed" value=enrolment.sealed/>
                    {email.map(|email| view! { <Username email=email/> })}
                    <TextField
                        id="code"
                        name="code"
                        label="Code"
                        hint="The six digits that the app shows now."
                        error=form_state.at(Field::Code)
                        autocomplete="one-time-code"
                        inputmode="numeric"
                    />
                    <TextField
                        id="old-password"
                        name="old_password"
                        label="Your password"
                        kind="password"
                        hint="Your other sessions end, too."
                        error=form_state.at(Field::OldPassword)
                        autocomplete="current-password"
                    />
                    <div class="actions">
                        <a class="button" href="/account">
                            "Cancel"
                        </a>
                        <button type="submit" class="button primary">
                            "Turn on"
                        </button>
                    </div>
                </form>
            </li>
        </ol>
    }
}

/// The response to the form. The codes are not shown again.
#[component]
fn Recovery(codes: ShownSecret) -> impl IntoView {
    view! {
        <h1>"Keep your recovery codes"</h1>
        <p>
            "The second factor is on. Where the phone is lost, each of these codes signs you in once in the place of a code of the app:"
        </p>
        <Code id="recovery-codes" text=reveal(codes)/>
        <div class="actions scripted">
            <button
                type="button"
                class="button"
                data-download="recovery-codes"
                data-name="voxum-recovery-codes.txt"
            >
                "Download"
            </button>
            <button type="button" class="button" data-print="">
                "Print"
            </button>
        </div>
        <Notice
            tone=Tone::Warning
            title="This is the only time the codes are shown."
            text="We keep no copy that could be read. Print them, or store them in a password manager."
        />
        <div class="actions">
            <a class="button primary" href="/account">
                "I have stored them"
            </a>
        </div>
    }
}
