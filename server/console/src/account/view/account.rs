//! A member's own page: their password, and the browsers in which they are signed in.

use crate::components::{DetailHead, EndSessions, Help, Username, cards_with_help, sessions_table};
use crate::refused::problem_with_secrets;
use app::components::{Clock, FormState, Notice, TextField, Tone};
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use app::request::page_request;
use domain::{AccountPage as Data, Failure, Field, SessionRow};

const HEAD: Head = Head {
    title: "Your account",
    purpose: "Your sign-in details and active sessions.",
};

const HELP: Help = Help {
    title: "Keep your account safe",
    advice: &[
        "A new password signs you out everywhere else. Your API keys aren't affected.",
        "If you don't recognize a session, end it and change your password.",
        "With two-factor authentication, your password alone isn't enough to sign in.",
        "If you can't sign in, another owner or admin can email you a reset link. If they can't, or if there's no one else, \
         the operator of this server can run voxum admin reset with your email.",
    ],
    link: None,
};

const PASSWORD_HINT: &str = "At least 12 characters. A few unrelated words work well.";

/// A form of the page that was refused.
#[derive(Debug, Clone)]
pub enum RefusedForm {
    Password(Failure),
    /// The form that turns the second factor off or replaces the recovery codes.
    FactorChange {
        /// Whether the form requested a recovery code rather than a code of the app.
        recovery: bool,
        failure: Failure,
    },
}

pub fn account_page(data: Result<Data, Failure>, refused: Option<RefusedForm>) -> AnyView {
    page_or_error(HEAD, data, |page| {
        view! { <Account page=page refused=refused/> }
    })
}

#[component]
fn Account(page: Data, refused: Option<RefusedForm>) -> impl IntoView {
    let (wrong_password, change) = match refused {
        Some(RefusedForm::Password(failure)) => (Some(failure), None),
        Some(RefusedForm::FactorChange { recovery, failure }) => (None, Some((recovery, failure))),
        None => (None, None),
    };
    let clock = Clock::start(page.now.at);
    let done = page_request().flash(done);
    let done = done.map(|text| view! { <Notice tone=Tone::Success text=text/> });
    let wrong_codes = page.wrong_codes.map(|codes| {
        let text = format!(
            "Ten wrong codes were entered after your password, the last one on {} from {}. If that wasn't you, someone else \
             knows your password: change it now.",
            codes.at.exact, codes.ip
        );
        view! { <Notice tone=Tone::Warning text=text/> }
    });
    let who = format!("{} ({})", page.email, page.role.label());
    let signed_in = view! { <p>"Signed in as " <strong>{who}</strong> "."</p> };
    let cards = view! {
        {sessions(page.sessions, clock)}
        {password(page.email.as_str(), wrong_password)}
        {second_factor(page.email.as_str(), page.recovery_codes, page.factor_required, change)}
    };
    view! {
        <DetailHead title=HEAD.title facts=signed_in/>
        {done}
        {wrong_codes}
        {cards_with_help(HELP, cards)}
    }
}

/// Returns the confirmation of the action that was just carried out.
fn done(word: &str) -> Option<&'static str> {
    match word {
        "password" => Some("Password changed. You've been signed out everywhere else."),
        "factor-off" => {
            Some("Two-factor authentication is off. You'll only need your password to sign in.")
        }
        "ended" => Some("Session ended. You're signed out in that browser."),
        "others-ended" => Some("All other sessions ended. You're signed out everywhere else."),
        _ => None,
    }
}

fn sessions(sessions: Vec<SessionRow>, clock: Clock) -> AnyView {
    let form = EndSessions {
        path: "/account/sessions".to_owned(),
        one: "End session",
        all: ("others", "End all other sessions"),
    };
    view! {
        <section class="box" aria-labelledby="sessions">
            <h2 id="sessions">"Sessions"</h2>
            {sessions_table(sessions, &form, clock)}
        </section>
    }
}

fn password(email: &str, refused: Option<Failure>) -> AnyView {
    let secrets = [Field::OldPassword, Field::Password];
    let form_state = FormState::new(refused.map(|failure| problem_with_secrets(failure, &secrets)));
    view! {
        <section class="box" id="own-password">
            <h2>"Password"</h2>
            <form class="form" method="post" action="/account/password" novalidate>
                {form_state.notice()}
                <Username email=email/>
                <TextField
                    id="old-password"
                    name="old_password"
                    label="Current password"
                    kind="password"
                    error=form_state.at(Field::OldPassword)
                    autocomplete="current-password"
                />
                <TextField
                    id="password"
                    name="password"
                    label="New password"
                    kind="password"
                    hint=PASSWORD_HINT
                    error=form_state.at(Field::Password)
                    autocomplete="new-password"
                />
                <div class="actions">
                    <button type="submit" class="button">
                        "Change password"
                    </button>
                </div>
            </form>
        </section>
    }
}

/// Renders the state of the second factor, with the form that changes it or the link
/// that sets it up.
///
/// `refused` is set if that form was refused, with whether it requested a recovery code.
fn second_factor(
    email: &str,
    recovery_codes: Option<u32>,
    required: bool,
    refused: Option<(bool, Failure)>,
) -> AnyView {
    let content = match recovery_codes {
        None => view! {
            <p>"Off. Turn it on to add a code from an authenticator app when you sign in."</p>
            <div class="actions">
                <a class="button" href="/account/second-factor">
                    "Set up"
                </a>
            </div>
        },
        Some(left) => {
            let (recovery, problem) = match refused {
                Some((recovery, failure)) => {
                    let secrets = [Field::OldPassword, Field::Code];
                    (recovery, Some(problem_with_secrets(failure, &secrets)))
                }
                None => (page_request().asked("recovery").is_some(), None),
            };
            factor_form(email, left, recovery, required, FormState::new(problem))
        }
    };
    view! {
        <section class="box" id="second-factor">
            <h2>"Two-factor authentication"</h2>
            {content}
        </section>
    }
}

/// Renders the form of a member who has a second factor. Both of its buttons need the password and
/// a code. Enter presses the first button, which does not turn anything off.
fn factor_form(
    email: &str,
    left: u32,
    recovery: bool,
    required: bool,
    form_state: FormState,
) -> AnyView {
    let other = if recovery {
        view! { <a href="/account#second-factor">"Use a code from the app"</a> }
    } else {
        view! { <a href="/account?recovery=1#second-factor">"Use a recovery code"</a> }
    };
    let mode = recovery.then(|| view! { <input type="hidden" name="recovery" value="1"/> });
    let left = match left {
        1 => "1 recovery code left".to_owned(),
        many => format!("{many} recovery codes left"),
    };
    let explanation = if required {
        "Your account requires it. Enter your password and a code to get new recovery codes, which replace all earlier ones."
    } else {
        "Enter your password and a code to get new recovery codes, which replace all earlier ones, or to turn two-factor authentication off."
    };
    let off = (!required).then(|| {
        view! {
            <button type="submit" class="button" formaction="/account/second-factor/off">
                "Turn off"
            </button>
        }
    });
    view! {
        <p>"On. " {left} "."</p>
        <p>{explanation}</p>
        <form class="form" method="post" action="/account/recovery-codes" novalidate>
            {form_state.notice_at("-off".to_owned())}
            <Username email=email/>
            {mode}
            <TextField
                id="old-password-off"
                name="old_password"
                label="Current password"
                kind="password"
                hint="Confirms that it's you."
                error=form_state.at(Field::OldPassword)
                autocomplete="current-password"
            />
            <TextField
                id="code-off"
                name="code"
                label=if recovery { "Recovery code" } else { "Code" }
                error=form_state.at(Field::Code)
                autocomplete=if recovery { "off" } else { "one-time-code" }
                inputmode=if recovery { "text" } else { "numeric" }
            />
            <p>{other}</p>
            <div class="actions">
                <button type="submit" class="button">
                    "Get new recovery codes"
                </button>
                {off}
            </div>
        </form>
    }
}
