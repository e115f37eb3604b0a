//! The form that invites a person, and the only time that the invitation link is shown.

use crate::components::{FormOwner, Help, narrow, not_allowed, shown_once, with_help};
use crate::refused::Refused;
use app::components::{
    Code, FieldError, FormState, Notice, PageHead, TextField, Tone, takes_focus,
};
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use app::request::reveal;
use domain::{Failure, Field, InviteForm, IssuedInvitation, Role, TeamPage};

const HEAD: Head = Head {
    title: "Invite a member",
    purpose: "They join by a one-time link, which is valid for 72 hours.",
};

const HELP: Help = Help {
    title: "What happens",
    advice: &[
        "The person you invite opens the link, chooses a password and is signed in.",
        "Anyone who has the link can join with it. It works once.",
        "Until it is used, you can cancel the invitation on the Team page.",
        "You can change the new member's role or deactivate them at any time.",
    ],
    link: None,
};

pub fn invite_page(
    data: Result<TeamPage, Failure>,
    refused: Option<Refused<InviteForm>>,
) -> AnyView {
    page_or_error(HEAD, data, |page| {
        view! { <Invite page=page refused=refused/> }
    })
}

/// The direct response to the form: the only page that ever contains this invitation link.
pub fn invitation_link_page(issued: IssuedInvitation) -> AnyView {
    shown_once(view! { <Link issued=issued/> })
}

#[component]
fn Invite(page: TeamPage, refused: Option<Refused<InviteForm>>) -> impl IntoView {
    let head = view! { <PageHead title=HEAD.title purpose=HEAD.purpose/> };
    if page.roles.is_empty() {
        let back = view! { <a href="/team">"Back to the team"</a> };
        let text = not_allowed(
            refused.is_some(),
            "You don't have permission to invite colleagues. Ask an owner or admin of your account.",
        );
        return narrow(view! {
            {head}
            <Notice tone=Tone::Info text=text action=back/>
        });
    }
    with_help(HELP, erase((head, form(&page.roles, page.mail, refused))))
}

fn form(roles: &[Role], mail: bool, refused: Option<Refused<InviteForm>>) -> AnyView {
    let (form, problem) = Refused::split(refused, InviteForm::default);
    let form_state = FormState::new(problem);
    let hint = if mail {
        "They'll sign in with this address. We'll email them the link."
    } else {
        "They'll sign in with this address. We won't email them: you share the link yourself."
    };
    let by_link = mail.then(|| {
        view! {
            <label class="check">
                <input type="checkbox" name="by_link" value="1" checked=form.by_link/>
                <span>
                    "Don't send an email"
                    <small class="hint">"We'll show you the link instead, and you share it yourself."</small>
                </span>
            </label>
        }
    });
    let button = if mail {
        "Invite"
    } else {
        "Create invitation link"
    };
    view! {
        <form class="form" method="post" action="/team/invite" novalidate>
            <FormOwner/>
            {form_state.notice()}
            <TextField
                id="email"
                name="email"
                label="Email"
                kind="email"
                value=form.email
                hint=hint
                error=form_state.at(Field::Email)
                autofocus=form_state.problem.with_untracked(Option::is_none)
            />
            {role_field(roles, &form.role, erase("Role"), form_state)}
            {by_link}
            <div class="actions">
                <a class="button" href="/team">
                    "Cancel"
                </a>
                <button type="submit" class="button primary">
                    {button}
                </button>
            </div>
        </form>
    }
}

/// Renders one option for each role that may be assigned, with its permissions.
pub(super) fn role_field(
    roles: &[Role],
    chosen: &str,
    legend: AnyView,
    form_state: FormState,
) -> AnyView {
    // If none was chosen, the role with the fewest permissions is preselected.
    let least = roles.last().map_or("", |role| role.as_str());
    let known = roles.iter().any(|role| role.as_str() == chosen);
    let chosen = if known { chosen } else { least };
    let error = form_state.at(Field::Role);
    let faulty = error.with_untracked(Option::is_some).then_some("true");
    let mut first = Some("role");
    let mut focus = takes_focus(error);
    let choices = roles.iter().map(|role| {
        let checked = role.as_str() == chosen;
        view! {
            <label class="check">
                <input
                    type="radio"
                    id=first.take()
                    name="role"
                    value=role.as_str()
                    checked=checked
                    autofocus=std::mem::take(&mut focus)
                />
                <span>
                    {role.label()} <small class="hint">{role.describe()}</small>
                </span>
            </label>
        }
    });
    let choices = choices.collect_view();
    view! {
        <fieldset class="field roles" role="radiogroup" aria-invalid=faulty aria-describedby="role-error">
            <legend>{legend}</legend>
            {choices}
            <FieldError id="role-error" error=error/>
        </fieldset>
    }
}

/// The response to the form. The link is not shown again.
#[component]
fn Link(issued: IssuedInvitation) -> impl IntoView {
    let text = format!(
        "Send it privately to {}. It works once, expires on {}, and adds them as {}.",
        issued.email,
        issued.expires.exact,
        match issued.role {
            Role::Owner => "an owner",
            Role::Admin => "an admin",
            Role::Viewer => "a viewer",
        }
    );
    view! {
        <h1>"Share this invitation link"</h1>
        <div class="form">
            {issued.mail_problem.map(|problem| view! { <Notice tone=Tone::Error text=problem/> })}
            <Code id="invitation" text=reveal(issued.link)/>
            <Notice
                tone=Tone::Warning
                title="You won't see this link again."
                text=text
            />
            <div class="actions">
                <a class="button primary" href="/team">
                    "Done"
                </a>
            </div>
        </div>
    }
}
