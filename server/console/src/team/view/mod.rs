//! The members of the account and its open invitations.

mod invite;
mod member;

pub use invite::{invitation_link_page, invite_page};
pub use member::{RefusedForm, member_page};

use crate::list_parameters::corrected_notice;
use app::components::{Clock, Column, Notice, PageHead, Pager, Table, Time, Tone};
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use app::request::page_request;
use domain::{FactorRequirement, Failure, InvitationRow, MemberRow, TeamPage as Data};

const HEAD: Head = Head {
    title: "Team",
    purpose: "People who can access this account, and their roles.",
};

const MEMBERS: &[Column] = &[
    Column::Text("Email"),
    Column::Text("Role"),
    Column::Text("Last seen"),
    Column::Text("2FA"),
    Column::Text("Status"),
    Column::Unseen("Actions"),
];

const INVITATIONS: &[Column] = &[
    Column::Text("Email"),
    Column::Text("Role"),
    Column::Text("Invited by"),
    Column::Text("Expires"),
    Column::Unseen("Actions"),
];

pub fn team_page(data: Result<Data, Failure>) -> AnyView {
    page_or_error(HEAD, data, |page| {
        view! { <Team page=page/> }
    })
}

#[component]
fn Team(page: Data) -> impl IntoView {
    let clock = Clock::start(page.now.at);
    let done = page_request().flash(done);
    let done = done.map(|(tone, text)| view! { <Notice tone=tone text=text/> });
    let may_look = page.roles.is_empty().then(|| {
        view! { <Notice tone=Tone::Info text="You have read-only access. Owners and admins can invite and manage members."/> }
    });
    let invite = (!page.roles.is_empty()).then(|| {
        view! {
            <a class="button primary" href="/team/invite">
                "Invite a member"
            </a>
        }
    });
    let first = (!page.first).then(|| "/team".to_owned());
    let members = (!page.members.is_empty()).then(|| {
        let rows = page.members.into_iter().map(|one| row(one, clock));
        let rows = rows.collect_view().into_any();
        view! {
            <Table caption="Members of this account" class="team members" columns=MEMBERS rows=rows/>
            <Pager label="Pages of members" first=first.clone() next=page.next_members/>
        }
    });
    let invitations = (!page.invitations.is_empty()).then(|| {
        let rows = page
            .invitations
            .into_iter()
            .map(|one| invitation(one, page.mail, clock));
        let rows = rows.collect_view().into_any();
        view! {
            <section class="box" aria-labelledby="invitations">
                <h2 id="invitations">"Open invitations"</h2>
                <Table
                    caption="Invitations that haven't been accepted"
                    class="team members"
                    columns=INVITATIONS
                    rows=rows
                />
                <Pager label="Pages of invitations" first=first.clone() next=page.next_invitations/>
            </section>
        }
    });
    let factor = page.factor.map(factor_requirement);
    // A page is empty if its last entry has been removed, or if it begins after the last entry.
    let empty = members.is_none() && invitations.is_none();
    let empty = empty.then(|| {
        view! {
            <section class="empty">
                <h2>"Nothing more to show"</h2>
                <p>
                    "There are no more members or invitations. " <a href="/team">"Show the first page"</a>
                </p>
            </section>
        }
    });
    view! {
        {head(invite)}
        {corrected_notice()}
        {done}
        {may_look}
        {members}
        {invitations}
        {factor}
        {empty}
    }
}

fn head(action: Option<AnyView>) -> AnyView {
    match action {
        Some(action) => {
            view! { <PageHead title=HEAD.title purpose=HEAD.purpose action=action/> }
        }
        None => view! { <PageHead title=HEAD.title purpose=HEAD.purpose/> },
    }
}

/// Renders whether the account requires a second factor, with the button that changes it.
fn factor_requirement(factor: FactorRequirement) -> AnyView {
    let state = if factor.required {
        "Required for everyone. Members without it can't do anything else until they set it up."
    } else {
        "Optional. Each member can turn it on for themselves."
    };
    let without = match factor.members_without {
        0 => "All active members have it.".to_owned(),
        1 => "1 active member doesn't have it.".to_owned(),
        many => format!("{many} active members don't have it."),
    };
    let (value, button) = if factor.required {
        ("0", "Make it optional")
    } else {
        ("1", "Require it for everyone")
    };
    let has_own = factor.required || factor.has_own;
    let change = (factor.may_change && has_own).then(|| {
        view! {
            <form method="post" action="/team/second-factor">
                <input type="hidden" name="required" value=value/>
                <button type="submit" class="button">
                    {button}
                </button>
            </form>
        }
    });
    let advice = (factor.may_change && !has_own).then(|| {
        view! {
            " To require it for everyone, "
            <a href="/account/second-factor">"set it up for yourself"</a>
            " first."
        }
    });
    view! {
        <section class="box" id="second-factor" aria-labelledby="second-factor-title">
            <h2 id="second-factor-title">"Two-factor authentication"</h2>
            <div class="act">
                <p>{state} " " {without} {advice}</p>
                {change}
            </div>
        </section>
    }
}

/// Returns the confirmation of the action that was just carried out.
fn done(word: &str) -> Option<(Tone, &'static str)> {
    let text = match word {
        "role" => Some("Role changed."),
        "deactivated" => Some(
            "Member deactivated. They've been signed out and can't sign in. Their API keys keep working.",
        ),
        "reactivated" => Some("Member reactivated. They can sign in again with their password."),
        "handed-over" => Some("Ownership transferred. You're now an admin."),
        "factor-required" => Some(
            "Two-factor authentication is now required for everyone. Members without it can't do anything else until they set it up.",
        ),
        "factor-optional" => Some("Two-factor authentication is now optional."),
        "own-factor-first" => {
            let text = "Nothing was changed. Set up two-factor authentication for yourself first.";
            return Some((Tone::Warning, text));
        }
        "invited" => Some("Invitation sent by email. Its link works once, for 72 hours."),
        "reset-sent" => {
            Some("We emailed them a link to set a new password. It works once, for 24 hours.")
        }
        "withdrawn" => Some("Invitation canceled. Its link no longer works."),
        _ => None,
    };
    text.map(|text| (Tone::Success, text))
}

fn row(one: MemberRow, clock: Clock) -> AnyView {
    let email = one.email.to_string();
    let change = one.may_change.then(|| {
        let at = format!("/team/{}", one.id);
        view! {
            <a class="button small" href=at>
                "Manage"
                <span class="visually-hidden">" " {email.clone()}</span>
            </a>
        }
    });
    let seen = match one.last_seen {
        Some(seen) => view! { <Time moment=seen clock=clock/> },
        None => erase("Never"),
    };
    let you = one.is_you.then(|| view! { " " <small>"You"</small> });
    let status = if one.active { "Active" } else { "Deactivated" };
    view! {
        <tr role="row" data-live=(!one.active).then_some("false")>
            <th role="rowheader" scope="row">
                <span class="name">{email.clone()}</span>
                {you}
            </th>
            <td role="cell" data-label="Role">
                {one.role.label()}
            </td>
            <td role="cell" data-label="Last seen">
                {seen}
            </td>
            <td role="cell" data-label="2FA">
                {if one.second_factor { "On" } else { "Off" }}
            </td>
            <td role="cell" data-label="Status">
                {status}
            </td>
            <td role="cell" class="row-actions">
                {change}
            </td>
        </tr>
    }
}

fn invitation(one: InvitationRow, mail: bool, clock: Clock) -> AnyView {
    let email = one.email.to_string();
    let new_link = if mail {
        "Send a new link"
    } else {
        "Get a new link"
    };
    let changes = one.may_withdraw.then(|| {
        view! {
            // A new invitation replaces the earlier one.
            <form method="post" action="/team/invite">
                <input type="hidden" name="email" value=email.clone()/>
                <input type="hidden" name="role" value=one.role.as_str()/>
                <button type="submit" class="button small">
                    {new_link}
                    <span class="visually-hidden">" for " {email.clone()}</span>
                </button>
            </form>
            " "
            <form method="post" action="/team/withdraw">
                <input type="hidden" name="email" value=email.clone()/>
                <button type="submit" class="button small">
                    "Cancel invitation"
                    <span class="visually-hidden">" of " {email.clone()}</span>
                </button>
            </form>
        }
    });
    view! {
        <tr role="row">
            <th role="rowheader" scope="row">
                <span class="name">{email.clone()}</span>
            </th>
            <td role="cell" data-label="Role">
                {one.role.label()}
            </td>
            <td role="cell" data-label="Invited by">
                {one.invited_by.to_string()}
            </td>
            <td role="cell" data-label="Expires">
                <Time moment=one.expires clock=clock/>
            </td>
            <td role="cell" class="row-actions">
                {changes}
            </td>
        </tr>
    }
}
