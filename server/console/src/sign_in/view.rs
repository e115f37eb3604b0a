//! Signing in, on a page without script that consists of a plain form.

use crate::form::SignedOut;
use app::components::{Icon, Notice, Problem, TextField, Tone};
use app::prelude::*;
use app::request::{page_request, reveal};
use domain::{AccountName, Failure, Field, ShownSecret};

/// A step of signing in, with the address to continue to after it.
#[derive(Debug, Clone)]
pub enum Step {
    Password {
        email: String,
        next: String,
        /// Whether the browser has a session that has ended without signing out.
        has_ended: bool,
        failure: Option<Failure>,
    },
    /// The choice between several accounts whose members have the address and the password.
    ChooseAccount {
        /// The single-use token and the name of each account.
        choices: Vec<(ShownSecret, AccountName)>,
        next: String,
    },
    Code {
        /// The token that proves that the password was correct.
        step: ShownSecret,
        next: String,
        /// Whether the form requests a recovery code rather than a code of the app.
        recovery: bool,
        failure: Option<Failure>,
    },
    /// The sign-in succeeded with a recovery code. `left` is the number of unused ones.
    RecoveryCodeUsed { left: u32, next: String },
}

const ENDED: &str = "Your session has ended. Sign in to continue.";

/// Returns the notice of what happened before.
fn notice(word: &str) -> Option<(Tone, &'static str)> {
    match word {
        // The one-time link succeeded, but no session could be opened.
        "link" => Some((Tone::Success, "Password saved. Sign in to continue.")),
        "signed-out" => Some((Tone::Success, "You're signed out.")),
        SignedOut::NOTICE => Some((
            Tone::Warning,
            "Your session has ended, so nothing was saved. Sign in to go back and try again.",
        )),
        SignedOut::KEPT => Some((
            Tone::Warning,
            "Your session has ended, so nothing was saved. Sign in to go back to the form, check your entries and send it again.",
        )),
        SignedOut::NO_FILE => Some((
            Tone::Warning,
            "Your session has ended, so the file was not uploaded. Sign in to go back, then choose the file again.",
        )),
        _ => None,
    }
}

pub fn sign_in_page(step: Step) -> AnyView {
    match step {
        Step::Password {
            email,
            next,
            has_ended,
            failure,
        } => password(email, next, has_ended, failure.map(Problem::from)),
        Step::ChooseAccount { choices, next } => accounts(choices, next),
        Step::Code {
            step,
            next,
            recovery,
            failure,
        } => code(step, next, recovery, failure.map(Problem::from)),
        Step::RecoveryCodeUsed { left, next } => recovery_code_used(left, next),
    }
}

fn password(email: String, next: String, has_ended: bool, problem: Option<Problem>) -> AnyView {
    let request = page_request();
    let notice = request
        .flash(notice)
        .or_else(|| has_ended.then_some((Tone::Info, ENDED)));
    let known = !email.is_empty();
    view! {
        <section class="card">
            <Icon name="#i-mark"/>
            <h1>"Sign in"</h1>
            <p class="lead">"to Voxum Console"</p>
            {request
                .insecure
                .then(|| {
                    view! {
                        <Notice
                            tone=Tone::Warning
                            text="This connection isn't encrypted. Others on your network could see your password and use your session."
                        />
                    }
                })}
            {notice.map(|(tone, text)| view! { <Notice tone=tone text=text/> })}
            {problem.map(|problem| view! { <Notice tone=Tone::Error text=problem.message/> })}
            <form class="form" method="post" action="/sign-in">
                <input type="hidden" name="next" value=next/>
                <TextField
                    id="email"
                    name="email"
                    label="Email"
                    kind="email"
                    value=email
                    autocomplete="username"
                    autofocus=!known
                />
                <TextField
                    id="password"
                    name="password"
                    label="Password"
                    kind="password"
                    autocomplete="current-password"
                    autofocus=known
                />
                <button type="submit" class="button primary">
                    "Sign in"
                </button>
            </form>
            <details class="more">
                <summary>"Forgot your password?"</summary>
                <p>
                    "Ask an owner or admin of your account to email you a reset link, from your page under Team. If they can't, or if there's no one else, ask the operator of this server to run voxum admin reset with your email."
                </p>
            </details>
        </section>
    }
}

/// Renders the second step, for members with a second factor.
///
/// Its last button switches to the other kind of code, because a recovery code needs a full
/// keyboard and an app's code only digits.
fn code(step: ShownSecret, next: String, recovery: bool, problem: Option<Problem>) -> AnyView {
    let error = problem.as_ref().and_then(|problem| problem.at(Field::Code));
    let message = problem.filter(|_| error.is_none());
    let fresh = error.is_none();
    let mode = recovery.then(|| view! { <input type="hidden" name="recovery" value="1"/> });
    let (lead, label, (ask, other)) = if recovery {
        (
            "Enter one of your recovery codes. Each works once.",
            "Recovery code",
            ("app", "Use a code from the app"),
        )
    } else {
        (
            "Enter the code from your authenticator app.",
            "Code",
            ("recovery", "Use a recovery code"),
        )
    };
    view! {
        <section class="card">
            <Icon name="#i-mark"/>
            <h1>"Two-factor authentication"</h1>
            <p class="lead">{lead}</p>
            {message.map(|problem| view! { <Notice tone=Tone::Error text=problem.message/> })}
            <form class="form" method="post" action="/sign-in/code">
                <input type="hidden" name="step" value=reveal(step)/>
                <input type="hidden" name="next" value=next/>
                {mode}
                <TextField
                    id="code"
                    name="code"
                    label=label
                    error=Signal::stored(error)
                    autocomplete=if recovery { "off" } else { "one-time-code" }
                    inputmode=if recovery { "text" } else { "numeric" }
                    autofocus=fresh
                />
                <button type="submit" class="button primary">
                    "Sign in"
                </button>
                <button type="submit" class="button" name="ask" value=ask formnovalidate>
                    {other}
                </button>
                <a href="/sign-in">"Back to sign-in"</a>
            </form>
        </section>
    }
}

/// Renders the number of recovery codes that are left, once, before the page at `next`.
fn recovery_code_used(left: u32, next: String) -> AnyView {
    let title = match left {
        0 => "You've used your last recovery code".to_owned(),
        1 => "1 recovery code left".to_owned(),
        many => format!("{many} recovery codes left"),
    };
    view! {
        <section class="card">
            <Icon name="#i-mark"/>
            <h1>{title}</h1>
            <p class="lead">
                "You're signed in. The code that you used won't work again. If you have your authenticator app, get new codes on your account page."
            </p>
            <div class="form">
                <a class="button primary" href=next autofocus>
                    "Continue"
                </a>
                <a href="/account#second-factor">"Get new recovery codes"</a>
            </div>
        </section>
    }
}

/// Renders the choice between the accounts whose members have this address and password.
fn accounts(choices: Vec<(ShownSecret, AccountName)>, next: String) -> AnyView {
    let buttons = choices.into_iter().map(|(step, name)| {
        view! {
            <button type="submit" class="button" name="step" value=reveal(step)>
                {name.to_string()}
            </button>
        }
    });
    view! {
        <section class="card">
            <Icon name="#i-mark"/>
            <h1>"Choose an account"</h1>
            <p class="lead">"This email and password belong to several accounts."</p>
            <form class="form" method="post" action="/sign-in/account">
                <input type="hidden" name="next" value=next/>
                {buttons.collect_view()}
                <a href="/sign-in">"Back to sign-in"</a>
            </form>
        </section>
    }
}
