//! The pages of one-time links: the first owner, a further account, an invitation, a new password.

use crate::components::{SelectField, Username, currencies, time_zones};
use crate::refused::{Refused, problem_with_secrets};
use app::components::{Icon, Problem, TextField};
use app::prelude::*;
use app::request::page_request;
use domain::Field;

const PASSWORD_HINT: &str = "At least 12 characters. A few unrelated words work well.";

/// The page that a one-time link opens. The server returns 404 for an unknown link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkPage {
    /// Asks the owner of a new account for its name, its time zone and its currency, and for an
    /// email address and a password.
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

/// Returns the time zone that is selected without script.
pub fn default_zone() -> String {
    "UTC".to_owned()
}

/// Returns the currencies after an option that is not one, so that no price gets a currency by
/// accident.
fn currency_options() -> Vec<(String, String)> {
    let unset = (String::new(), "Select a currency".to_owned());
    std::iter::once(unset).chain(currencies()).collect()
}

/// The fields of the form as they were typed, except for the password.
#[derive(Debug, Clone)]
pub struct Typed {
    pub account_name: String,
    pub currency: String,
    pub time_zone: String,
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
        currency: String::new(),
        time_zone: default_zone(),
        email: String::new(),
    };
    let (typed, failure) = Refused::parts(refused, initial);
    let problem = failure.map(|failure| problem_with_secrets(failure, &[Field::Password]));
    let password = || {
        view! {
            <TextField
                id="password"
                name="password"
                label="New password"
                kind="password"
                hint=PASSWORD_HINT
                error=error_at(problem.as_ref(), Field::Password)
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
        let fields = owner_fields(typed, problem.as_ref(), password);
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

/// Renders the fields of the owner of a new account. `password` renders that field, after those
/// before it: the first invalid field that is rendered gets the focus.
fn owner_fields(
    typed: Typed,
    problem: Option<&Problem>,
    password: impl FnOnce() -> AnyView,
) -> AnyView {
    let at = |field| error_at(problem, field);
    // A script selects the time zone of the browser, unless the form was sent already.
    let own_zone = problem.is_none().then_some("");
    view! {
        <TextField
            id="account-name"
            name="account_name"
            label="Account name"
            value=typed.account_name
            hint="Your company or team name."
            error=at(Field::AccountName)
            autocomplete="organization"
            autofocus=problem.is_none()
        />
        <div class="form" data-own-zone=own_zone>
            <SelectField
                id="time-zone"
                name="time_zone"
                label="Time zone"
                options=time_zones()
                value=typed.time_zone
                error=at(Field::TimeZone)
            />
        </div>
        <SelectField
            id="currency"
            name="currency"
            label="Default currency"
            options=currency_options()
            value=typed.currency
            hint="Used for items that are sent without a currency. You can change it in Settings."
            error=at(Field::Currency)
        />
        <TextField
            id="email"
            name="email"
            label="Email"
            kind="email"
            value=typed.email
            error=at(Field::Email)
            autocomplete="username"
        />
        {password()}
    }
}

fn error_at(problem: Option<&Problem>, field: Field) -> Signal<Option<String>> {
    Signal::stored(problem.and_then(|problem| problem.at(field)))
}
