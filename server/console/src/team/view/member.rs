//! One member: their role, whether they may sign in, and the transfer of the account to them.

use super::invite::role_field;
use crate::components::{DetailHead, EndSessions, narrow, sessions_table};
use app::components::{Clock, FormState, Notice, Problem, TextField, Time, Tone};
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use app::request::{Flash, not_found, page_request};
use domain::{Failure, Field, MemberRow, Role, SessionRow, TeamPage};

const HEAD: Head = Head {
    title: "Member",
    purpose: "Role and access",
};

const DEACTIVATED: &str =
    "They'll be signed out and can't sign in again. API keys they created keep working.";

/// A form of the page that failed.
#[derive(Debug, Clone)]
pub enum RefusedForm {
    Change {
        /// The text that was typed as confirmation.
        confirm: String,
        failure: Failure,
    },
    /// A mail with a link for a new password was not sent.
    ResetNotSent { problem: String },
}

pub fn member_page(data: Result<TeamPage, Failure>, refused: Option<RefusedForm>) -> AnyView {
    page_or_error(HEAD, data, |page| {
        view! { <Member page=page refused=refused/> }
    })
}

#[component]
fn Member(page: TeamPage, refused: Option<RefusedForm>) -> impl IntoView {
    let path = page_request().path;
    let id = path.split('/').nth(2).unwrap_or_default();
    let found = page.members.iter().find(|one| one.id.as_str() == id);
    let Some(member) = found.cloned() else {
        not_found();
        let back = view! { <a href="/team">"Back to the team"</a> };
        return view! {
            <h1>{HEAD.title}</h1>
            <Notice tone=Tone::Info text=Failure::NotFound.message() action=back/>
        };
    };
    if let Some(question) = deactivate_question(&member) {
        return question;
    }
    let clock = Clock::start(page.now.at);
    let (confirm, problem, not_sent) = match refused {
        Some(RefusedForm::Change { confirm, failure }) => {
            (confirm, Some(Problem::from(failure)), None)
        }
        Some(RefusedForm::ResetNotSent { problem }) => (String::new(), None, Some(problem)),
        None => (String::new(), None, None),
    };
    let form_state = FormState::new(problem);
    let seen = match member.last_seen.clone() {
        Some(seen) => view! { "Last seen " <Time moment=seen clock=clock/> "." },
        None => erase("Never signed in."),
    };
    let content = if member.may_change {
        view! {
            {page.sessions.clone().filter(|_| member.active).map(|all| sessions(&member, all, clock))}
            <div class="board">
                {change_role(&page, &member, form_state)}
                {access(&member)}
                {member.active.then(|| reset(&member, page.mail, not_sent))}
                {(page.may_hand_over && (member.active || !confirm.is_empty()))
                    .then(|| hand_over(&member, confirm, form_state))}
            </div>
        }
    } else if member.is_you {
        let own = view! { <a href="/account">"Your account"</a> };
        let text = "You can't change your own role or deactivate yourself. Ask another owner or admin. Your sessions and password are on your account page.";
        view! { <Notice tone=Tone::Info text=text action=own/> }
    } else {
        let text = "You don't have permission to change this member.";
        view! { <Notice tone=Tone::Info text=text/> }
    };
    let facts = view! { <p>{member.role.label()} ". " {seen}</p> };
    let done = page_request().flash.as_ref().and_then(done);
    let done = done.map(|text| view! { <Notice tone=Tone::Success text=text/> });
    view! {
        <DetailHead back=("/team", "Team") title=member.email.to_string() facts=facts/>
        {done}
        {form_state.notice()}
        {content}
    }
}

/// Returns the confirmation of the sessions that were just ended.
fn done(flash: &Flash) -> Option<&'static str> {
    match (flash.word.as_str(), flash.count()) {
        ("session-ended", 0) => Some("This session had already ended."),
        ("session-ended", _) => Some("Session ended. This member is signed out in that browser."),
        ("sessions-ended", _) => Some("All sessions ended. This member is signed out everywhere."),
        _ => None,
    }
}

/// Renders the browsers in which the member is signed in, with the buttons that end the sessions.
fn sessions(member: &MemberRow, sessions: Vec<SessionRow>, clock: Clock) -> AnyView {
    let form = EndSessions {
        path: format!("/team/{}/sessions", member.id),
        one: "End session",
        all: ("all", "End all sessions"),
    };
    let content = if sessions.is_empty() {
        view! { <p>"This member isn't signed in."</p> }
    } else {
        sessions_table(sessions, &form, clock)
    };
    view! {
        <section class="stack">
            <h2>"Sessions"</h2>
            {content}
        </section>
    }
}

fn change_role(page: &TeamPage, member: &MemberRow, form_state: FormState) -> AnyView {
    let at = format!("/team/{}/role", member.id);
    let legend = view! { <h2>"Role"</h2> };
    let choices = role_field(&page.roles, member.role.as_str(), legend, form_state);
    view! {
        <section class="box">
            <form class="form" method="post" action=at>
                <input type="hidden" name="seen" value=member.role.as_str()/>
                {choices}
                <div class="actions">
                    <button type="submit" class="button">
                        "Save role"
                    </button>
                </div>
            </form>
        </section>
    }
}

fn access(member: &MemberRow) -> AnyView {
    let at = format!("/team/{}", member.id);
    let content = if member.active {
        view! {
            <p>
                "If you deactivate them, they're signed out and can't sign in again. API keys they created keep working."
            </p>
            <div class="actions">
                <a class="button" href=format!("{at}?ask=deactivate")>
                    "Deactivate…"
                </a>
            </div>
        }
    } else {
        view! {
            <p>
                "They can't sign in. If you reactivate them, they keep their password and role."
            </p>
            <form class="actions" method="post" action=format!("{at}/reactivate")>
                <button type="submit" class="button">
                    "Reactivate"
                </button>
            </form>
        }
    };
    view! {
        <section class="box">
            <h2>"Access"</h2>
            {content}
        </section>
    }
}

/// Renders the ways in which a member who cannot sign in gets a new password.
///
/// `not_sent` is the reason why a mail with a link was not sent.
fn reset(member: &MemberRow, mail: bool, not_sent: Option<String>) -> AnyView {
    let problem = not_sent.map(|text| view! { <Notice tone=Tone::Error text=text focus=true/> });
    let content = if mail {
        let at = format!("/team/{}/reset", member.id);
        view! {
            <p>
                "If they can't sign in, email them a link to set a new password. Using it also turns off their two-factor authentication and signs them out everywhere."
            </p>
            <form class="actions" method="post" action=at>
                <button type="submit" class="button">
                    "Email a reset link"
                </button>
            </form>
        }
    } else {
        view! {
            <p>
                "If they can't sign in, ask your operator for a reset link: email isn't set up on this server."
            </p>
        }
    };
    view! {
        <section class="box">
            <h2>"Password"</h2>
            {problem}
            {content}
        </section>
    }
}

/// Renders the confirmation before a member is deactivated, if the page's address requests it.
fn deactivate_question(member: &MemberRow) -> Option<AnyView> {
    let asked = page_request().asked("ask");
    let is_asked = asked.is_some_and(|ask| ask == "deactivate");
    (is_asked && member.may_change && member.active).then(|| {
        let at = format!("/team/{}", member.id);
        narrow(view! {
            <h1>{format!("Deactivate {}?", member.email)}</h1>
            <form class="form" method="post" action=format!("{at}/deactivate")>
                <p>{DEACTIVATED}</p>
                <div class="actions">
                    <a class="button" href=at.clone() autofocus>
                        "Cancel"
                    </a>
                    <button type="submit" class="button danger">
                        "Deactivate"
                    </button>
                </div>
            </form>
        })
    })
}

fn hand_over(member: &MemberRow, confirm: String, form_state: FormState) -> AnyView {
    let at = format!("/team/{}/hand-over", member.id);
    let text = if member.role == Role::Owner {
        "They stay an owner and you become an admin."
    } else {
        "They become an owner and you become an admin. Only an owner can change this back."
    };
    view! {
        <section class="box">
            <h2>"Transfer ownership"</h2>
            <p>{text}</p>
            <form class="form" method="post" action=at novalidate>
                <TextField
                    id="confirm"
                    name="confirm"
                    label=format!("Type “{}” to confirm", member.email)
                    value=confirm
                    error=form_state.at(Field::Confirm)
                    autocomplete="off"
                />
                <div class="actions">
                    <button type="submit" class="button">
                        "Transfer ownership"
                    </button>
                </div>
            </form>
        </section>
    }
}
