//! A refusal or an error, ready to be shown.

use super::{Notice, Tone};
use crate::prelude::*;
use domain::{Failure, Field, FieldError};

/// A message for the whole, and one for each invalid field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Heading when the problem is shown instead of a page.
    pub title: &'static str,
    pub message: String,
    /// Whether trying again may help.
    pub passing: bool,
    /// Whether the form's one-time token has already created a key and cannot create another.
    pub used_up: bool,
    fields: Vec<FieldError>,
}

impl Problem {
    /// A call that returned no result.
    pub fn broken(message: String) -> Self {
        Self {
            title: "We couldn't load this page",
            message,
            passing: true,
            used_up: false,
            fields: Vec::new(),
        }
    }

    /// Renders the message with a link to each invalid field. On a page that the server sends, the
    /// notice takes the focus unless a field does.
    pub fn notice(&self, ending: &str) -> AnyView {
        let faults: Vec<_> = self
            .fields
            .iter()
            .filter(|error| error.field != Field::Keys)
            .map(|error| {
                let (id, label) = control(error.field);
                let href = ["#", id, ending].concat();
                view! { <li><a href=href>{label}</a></li> }
            })
            .collect();
        let focus = cfg!(feature = "ssr") && faults.is_empty();
        let faults = (!faults.is_empty()).then(|| view! { <ul class="faults">{faults}</ul> });
        view! { <Notice tone=Tone::Error text=self.message.clone() action=faults focus=focus/> }
    }

    /// Adds the error of one more field.
    pub fn push(&mut self, error: FieldError) {
        self.fields.push(error);
    }

    /// Returns the error of `field`.
    pub fn at(&self, field: Field) -> Option<String> {
        self.fields
            .iter()
            .find(|error| error.field == field)
            .map(|error| error.message.clone())
    }
}

/// Returns the id of a field's control, which is the same in every form, and the field's label.
const fn control(field: Field) -> (&'static str, &'static str) {
    match field {
        Field::AccountName => ("account-name", "Account name"),
        Field::Code => ("code", "Code"),
        Field::AllowList => ("allow-list", "Allowed IPs"),
        Field::Confirm => ("confirm", "Confirmation"),
        Field::Count => ("count", "Number of keys"),
        Field::Currency => ("currency", "Default currency"),
        Field::Email => ("email", "Email"),
        Field::Expires => ("expires", "Expiration"),
        Field::KeyMaxDays => ("key-max-days", "Maximum key lifetime (days)"),
        Field::LastDay => ("last-day", "Expiration date"),
        Field::From => ("from", "Start date"),
        Field::Grace => ("grace", "Old key"),
        Field::Key => ("key", "Key"),
        Field::Keys => ("keys", "Keys"),
        Field::LimitDepth => ("limit-depth", "Burst size"),
        Field::LimitPerSecond => ("limit-per-second", "Requests per second"),
        Field::Name => ("name", "Name"),
        Field::Note => ("note", "Note"),
        Field::Password => ("password", "New password"),
        Field::OldPassword => ("old-password", "Current password"),
        Field::Reason => ("reason", "Reason"),
        Field::Role => ("role", "Role"),
        // The first of its check boxes.
        Field::Scopes => ("inventory-read", "Permissions"),
        Field::ShutOut => ("shut-out", "Requests that will be rejected"),
        Field::TimeZone => ("time-zone", "Time zone"),
        Field::To => ("to", "End date"),
        Field::Thing => ("thing", "Key name or ID"),
        Field::What => ("what", "Action"),
        Field::Who => ("who", "Actor"),
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let problem = Self::broken(failure.message());
        match failure {
            Failure::Forbidden => Self {
                title: "You don't have access to this page",
                passing: false,
                ..problem
            },
            Failure::NotFound => Self {
                title: "Not found",
                passing: false,
                ..problem
            },
            // Sending the same request again is not the next step.
            Failure::OutcomeUnknown => Self {
                title: "Unknown outcome",
                passing: false,
                ..problem
            },
            Failure::SignedOut => Self {
                title: "You've been signed out",
                passing: false,
                ..problem
            },
            Failure::Invalid { errors } => Self {
                fields: errors,
                ..problem
            },
            Failure::AlreadyCreated { .. } => Self {
                used_up: true,
                ..problem
            },
            _ => problem,
        }
    }
}
