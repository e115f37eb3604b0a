//! Setting up an authenticator app, and the only time that the recovery codes are shown.

use crate::components::{Help, Username, narrow, shown_once, with_help};
use crate::refused::problem_with_secrets;
use app::components::{Code, CopyButton, FormState, Notice, PageHead, Problem, TextField, Tone};
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use app::request::{page_request, reveal};
use domain::{Enrolment, Failure, Field, ShownSecret};

const HEAD: Head = Head {
    title: "Set up two-factor authentication",
    purpose: "You'll enter a code from your authenticator app each time you sign in.",
};

const HELP: Help = Help {
    title: "What happens",
    advice: &[
        "Once it is on, a person who knows your password also needs your phone to sign in.",
        "Next, you get recovery codes. If you lose your phone, each of them works once.",
        "Your API keys aren't affected.",
        "You can turn it off again with your password and a code, unless your account requires it.",
    ],
    link: None,
};

/// `refusal` is set if this page is the response to a refused form.
pub fn second_factor_page(data: Result<Enrolment, Failure>, refusal: Option<Failure>) -> AnyView {
    page_or_error(HEAD, data, |enrolment| {
        with_help(HELP, enrol(enrolment, refusal.map(Problem::from)))
    })
}

/// The second step of the set-up, which asks for the password.
#[derive(Debug, Clone)]
pub struct PasswordStep {
    /// As in [`Enrolment`].
    pub sealed: String,
    /// The proof that the code was correct.
    pub confirmed: String,
    pub failure: Option<Failure>,
}

/// The direct response to a form with a correct code.
pub fn enrolment_password_page(step: PasswordStep) -> AnyView {
    let problem = step.failure;
    let problem = problem.map(|failure| problem_with_secrets(failure, &[Field::OldPassword]));
    let form_state = FormState::new(problem);
    let email = page_request().member.map(|member| member.email.to_string());
    narrow(view! {
        <PageHead title=HEAD.title purpose="The code is correct. Enter your password to finish."/>
        <form class="form" method="post" action="/account/second-factor" novalidate>
            {form_state.notice()}
            <input type="hidden" name="sealed" value=step.sealed/>
            <input type="hidden" name="confirmed" value=step.confirmed/>
            {email.map(|email| view! { <Username email=email/> })}
            <TextField
                id="old-password"
                name="old_password"
                label="Current password"
                kind="password"
                hint="You'll be signed out everywhere else."
                error=form_state.at(Field::OldPassword)
                autocomplete="current-password"
                autofocus=form_state.problem.with_untracked(Option::is_none)
            />
            <div class="actions">
                <a class="button" href="/account/second-factor">
                    "Start again"
                </a>
                <button type="submit" class="button primary">
                    "Turn on"
                </button>
            </div>
        </form>
    })
}

/// The reason for which recovery codes are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodesReason {
    /// The second factor was just turned on.
    Enabled,
    /// The codes replace earlier ones.
    Renewed,
}

/// The direct response to a form: the only page that ever contains these codes.
pub fn recovery_codes_page(codes: ShownSecret, reason: CodesReason) -> AnyView {
    shown_once(view! { <Recovery codes=codes reason=reason/> })
}

fn enrol(enrolment: Enrolment, problem: Option<Problem>) -> AnyView {
    // After a wrong code, the member may want to compare the setup key.
    let is_refused = problem.is_some();
    let form_state = FormState::new(problem);
    let request = page_request();
    let due = request.factor_due.then(|| {
        view! {
            <Notice
                tone=Tone::Info
                text="Your account requires two-factor authentication. Set it up to continue."
            />
        }
    });
    let cancel = (!request.factor_due).then(|| {
        view! {
            <a class="button" href="/account">
                "Cancel"
            </a>
        }
    });
    // QR code readers need a quiet zone around the code.
    let box_ = format!("-4 -4 {0} {0}", enrolment.width + 8);
    view! {
        <PageHead title=HEAD.title purpose=HEAD.purpose/>
        {due}
        <ol class="box enrol">
            <li>
                <p>"Scan this QR code with your authenticator app:"</p>
                <svg class="qr" viewBox=box_ role="img" aria-label="QR code for an authenticator app">
                    <path d=reveal(enrolment.squares)></path>
                </svg>
                <details class="more" open=is_refused>
                    <summary>"Can't scan it?"</summary>
                    <p>"Enter this setup key in your app (time-based):"</p>
                    <Code id="factor-key" text=reveal(enrolment.text)/>
                    <p>
                        <a href=reveal(enrolment.url)>"Open in authenticator app"</a>
                    </p>
                </details>
            </li>
            <li>
                <form class="form" method="post" action="/account/second-factor" novalidate>
                    {form_state.notice()}
                    <input type="hidden" name="sealed" value=enrolment.sealed/>
                    <TextField
                        id="code"
                        name="code"
                        label="Code"
                        hint="The 6-digit code from your app."
                        error=form_state.at(Field::Code)
                        autocomplete="one-time-code"
                        inputmode="numeric"
                    />
                    <div class="actions">
                        {cancel}
                        <button type="submit" class="button primary">
                            "Continue"
                        </button>
                    </div>
                </form>
            </li>
            <li>"Then enter your password to turn it on."</li>
        </ol>
    }
}

/// The response to the form. The codes are not shown again.
#[component]
fn Recovery(codes: ShownSecret, reason: CodesReason) -> impl IntoView {
    let change = match reason {
        CodesReason::Enabled => "Two-factor authentication is on.",
        CodesReason::Renewed => "Your earlier recovery codes no longer work.",
    };
    view! {
        <h1>"Save your recovery codes"</h1>
        <div class="form">
            <p>
                {change}
                " If you lose your phone, use one of these codes to sign in. Each works once."
            </p>
            <div class="code">
                <pre id="recovery-codes"><code>{reveal(codes)}</code></pre>
            </div>
            <div class="actions scripted">
                <CopyButton of="recovery-codes" what=None/>
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
                title="You won't see these codes again."
                text="Print them or save them in a password manager."
            />
            <div class="actions">
                <a class="button primary" href="/account">
                    "I've saved my codes"
                </a>
            </div>
        </div>
    }
}
