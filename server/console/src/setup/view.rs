//! The pages of one-time links: the first owner, a further account, an invitation, a new password.

use crate::components::Username;
use crate::form::Refused;
use app::components::{Icon, TextField};
use app::prelude::*;
use app::request::page_request;
use domain::Field;

const PASSWORD_HINT: &str = "At least 12 characters. A few unrelated words work well.";

/// The page that a one-time link opens. The server returns 404 for an unknown link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkPage {
    /// Asks the first owner for an account name, an email address and a password.
    FirstOwner,
    /// Asks the owner of a new account whose name is already set; the form shows the name, and it
    /// may be changed.
    NewAccount { account_name: String },
    /// Asks for a new password for this address.
    Reset { email: String },
    /// Invites a person with this address to an account.
    Invitation {
        account_name: String,
        email: String,
        role: domain::Role,
    },
}

/// The page of a link that cannot be used.
pub fn invalid_link_page() -> AnyView {
    view! {
        <section class="card">
            <Icon name="#i-mark"/>
            <h1>"This link isn't valid"</h1>
            <p class="lead">
                "It has been used, has expired, or is incomplete. Ask the person who sent it for a new one."
            </p>
            <div class="form">
                <a class="button primary" href="/sign-in">
                    "Go to sign-in"
                </a>
            </div>
        </section>
    }
}

/// The fields of the form as they were typed, except for the password.
#[derive(Debug, Clone)]
pub struct Typed {
    pub account_name: String,
    pub email: String,
}

/// A page without script. Its form submits to the address of the link itself.
pub fn setup_page(link: LinkPage, refused: Option<Refused<Typed>>) -> AnyView {
    let action = page_request().path;
    let given = match &link {
        LinkPage::NewAccount { account_name } => account_name.clone(),
        LinkPage::FirstOwner | LinkPage::Reset { .. } | LinkPage::Invitation { .. } => {
            String::new()
        }
    };
    let initial = || Typed {
        account_name: given,
        email: String::new(),
    };
    let (typed, problem) = Refused::split(refused, initial);
    let Typed {
        account_name,
        email,
    } = typed;
    let at = |field| Signal::stored(problem.as_ref().and_then(|problem| problem.at(field)));
    let password = || {
        view! {
            <TextField
                id="password"
                name="password"
                label="Password"
                kind="password"
                hint=PASSWORD_HINT
                error=at(Field::Password)
                autocomplete="new-password"
            />
        }
    };
    // An email address that cannot be changed here.
    let fixed = |email: String| view! { <Username email=email/> };
    let (title, lead, fields, button) = if let LinkPage::Reset { email } = link {
        (
            "Choose a new password",
            format!("Resetting the password for {email}."),
            erase((fixed(email), password())),
            "Set password",
        )
    } else if let LinkPage::Invitation {
        account_name,
        email,
        role,
    } = link
    {
        let role = role.label().to_lowercase();
        (
            "Join the team",
            format!(
                "{account_name} invited you ({email}) to join. Your role is {role}. Choose a password."
            ),
            erase((fixed(email), password())),
            "Join",
        )
    } else {
        let fields = view! {
            <TextField
                id="account-name"
                name="account_name"
                label="Account name"
                value=account_name
                hint="Your company or team name."
                error=at(Field::AccountName)
                autocomplete="organization"
                autofocus=problem.is_none()
            />
            <TextField
                id="email"
                name="email"
                label="Email"
                kind="email"
                value=email
                error=at(Field::Email)
                autocomplete="username"
            />
            {password()}
        };
        let lead = "Create the owner account. Owners have full access and manage the team.";
        (
            "Set up Voxum Console",
            lead.to_owned(),
            fields,
            "Create account",
        )
    };
    view! {
        <section class="card">
            <Icon name="#i-mark"/>
            <h1>{title}</h1>
            <p class="lead">{lead}</p>
            {problem.as_ref().map(|problem| problem.notice(""))}
            <form class="form" method="post" action=action>
                {fields}
                <button type="submit" class="button primary">
                    {button}
                </button>
            </form>
        </section>
    }
}
