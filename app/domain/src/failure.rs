//! The closed list of what a person may be told when something is refused.

use serde::{Deserialize, Serialize};

/// A field of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    AccountName,
    Code,
    AllowList,
    Confirm,
    Count,
    Currency,
    Email,
    Expires,
    KeyMaxDays,
    From,
    Grace,
    Key,
    Keys,
    LimitDepth,
    LimitPerSecond,
    Name,
    Note,
    Password,
    OldPassword,
    Reason,
    Role,
    Scopes,
    ShutOut,
    TimeZone,
    To,
    What,
    Who,
}

/// Why one field was refused, in words for whoever filled it in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    pub field: Field,
    pub message: String,
}

/// A request from the console was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// No session, or it has ended.
    SignedOut,
    /// The address and the password do not go together. Does not say which is wrong.
    WrongCredentials,
    /// Too many failed attempts.
    TooManyAttempts { retry_after_seconds: u32 },
    /// The member's role does not allow it.
    Forbidden,
    /// No such thing in this account.
    NotFound,
    /// Values to mend, each at its field.
    Invalid { errors: Vec<FieldError> },
    /// This form was sent before; its key exists and can be shown no more.
    AlreadyCreated { name: String },
    /// An owner has stopped the making of keys.
    CreationStopped,
    /// Only an owner may.
    OwnersOnly,
    /// The key is revoked or expired already.
    AlreadyEnded,
    /// Somebody else changed it while the form stood open: what is different now, in words.
    Outdated { changes: Vec<String> },
    /// Another key is taking its place already.
    BeingReplaced,
    /// The account would have more than the operator of the server allows.
    QuotaExceeded { message: String },
    /// The disk is nearly full, and what was asked for can wait.
    StorageLow,
    /// A revocation or a pause that is in force on this node and not stored yet.
    NotStored,
    /// We cannot know right now.
    Unavailable,
    /// A listing did not finish before its deadline.
    PastDeadline,
    /// The database did not confirm the change: it may or may not have been made.
    OutcomeUnknown,
    /// Something broke; the log has the rest under this request id.
    Internal { request_id: String },
}

impl Failure {
    /// A refusal of one field.
    pub fn field(field: Field, message: impl Into<String>) -> Self {
        Self::Invalid {
            errors: vec![FieldError {
                field,
                message: message.into(),
            }],
        }
    }

    /// What is wrong with `field`, if anything.
    pub fn at(&self, field: Field) -> Option<&str> {
        match self {
            Self::Invalid { errors } => errors
                .iter()
                .find(|error| error.field == field)
                .map(|error| error.message.as_str()),
            _ => None,
        }
    }

    /// One or two sentences for the person: what happened, and what to do next.
    pub fn message(&self) -> String {
        match self {
            Self::SignedOut => "Your session has ended. Sign in again to go on.".into(),
            Self::WrongCredentials => {
                "That e-mail address and password do not match. Check both and try again.".into()
            }
            Self::TooManyAttempts { retry_after_seconds } => {
                format!("Too many failed attempts. Wait {} and try again.", wait(*retry_after_seconds))
            }
            Self::Forbidden => {
                "Your role does not allow this. Nothing was changed. Ask an owner or admin of your account.".into()
            }
            Self::NotFound => "There is no such thing in your account. The link may be old or incomplete.".into(),
            // No field of a form shows which keys were chosen.
            Self::Invalid { .. } => self.at(Field::Keys).unwrap_or("Check the fields marked below.").into(),
            Self::AlreadyCreated { name } => format!(
                "“{name}” was already created with this form, and its secret can be shown no more. \
                 If you did not save it, create another key and revoke “{name}”."
            ),
            Self::CreationStopped => {
                "An owner of your account has stopped the creation of keys. Nothing was created. Ask an owner to allow it again in Settings.".into()
            }
            Self::OwnersOnly => "Only an owner of your account can do this. Nothing was changed.".into(),
            Self::AlreadyEnded => "This key has ended already. Nothing was changed.".into(),
            Self::Outdated { changes } => {
                let first = "This was changed while you were editing it, so nothing was saved.";
                let last = "Your own changes are still in the form: check them, and save again.";
                let texts = std::iter::once(first).chain(changes.iter().map(String::as_str)).chain([last]);
                texts.collect::<Vec<_>>().join(" ")
            }
            Self::BeingReplaced => {
                "This key is being replaced already. If the new key's secret is lost, rotate the new key, or revoke it and come back here.".into()
            }
            Self::QuotaExceeded { message } => message.clone(),
            Self::StorageLow => {
                "The server's disk is nearly full, so nothing was stored. Keys can still be revoked and paused. Ask your operator to free some space, then try again.".into()
            }
            Self::NotStored => {
                "Refused on this node, not yet stored. The database could not be written, so this server refuses the calls from its memory and keeps trying to store the change. \
                 Until it is stored, other nodes accept the calls, and a restart of this server loses the change. Tell your operator, and look at this page again in a minute."
                    .into()
            }
            Self::Unavailable => {
                "The console cannot reach its data right now. Nothing was changed. Try again in a moment.".into()
            }
            Self::PastDeadline => {
                "The database took longer than a second to answer, so the request was stopped. Try again in a moment, or narrow your search.".into()
            }
            Self::OutcomeUnknown => {
                "The database didn't confirm this change, so it may or may not have been made. Check before you repeat it.".into()
            }
            Self::Internal { request_id } => {
                format!("Something went wrong on our side. Try again, and if it stays, give your operator the request id {request_id}.")
            }
        }
    }
}

/// A time in seconds, or in minutes if it is longer than two.
fn wait(seconds: u32) -> String {
    match seconds {
        1 => "1 second".to_owned(),
        0..=120 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}
