//! Refusals that the console reports to a person.

use serde::{Deserialize, Serialize};

/// Field of a form.
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
    /// The date on which a new key expires, if that is the choice for its expiration.
    LastDay,
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
    Thing,
    TimeZone,
    To,
    What,
    Who,
}

/// Why one field was rejected, in words for the member who filled it in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    pub field: Field,
    pub message: String,
}

/// Reason for which a request from the console was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// There is no session, or the session has ended.
    SignedOut,
    /// The email address and the password do not match. Does not reveal which one is wrong.
    WrongCredentials,
    /// Too many failed attempts, or another attempt too soon after a failed one.
    TooManyAttempts { retry_after_seconds: u32 },
    /// The member's role does not allow it.
    Forbidden,
    /// The account does not contain such a record.
    NotFound,
    /// Invalid values, each with its field.
    Invalid { errors: Vec<FieldError> },
    /// This form was submitted before. Its key exists, and its secret cannot be shown again.
    AlreadyCreated { name: String },
    /// An owner has stopped the creation of keys.
    CreationStopped,
    /// Only owners may do this.
    OwnersOnly,
    /// The key is already revoked or expired.
    AlreadyEnded,
    /// Another member changed the record after the form was rendered. Contains the changes in
    /// words.
    Outdated { changes: Vec<String> },
    /// Another key already replaces this one.
    BeingReplaced,
    /// The change would exceed one of the account's quotas, which the operator sets.
    QuotaExceeded { message: String },
    /// The disk is nearly full, and the request is one that can wait.
    StorageLow,
    /// A revocation or pause that is in force on this node but not stored yet.
    NotStored,
    /// The database cannot be reached at the moment.
    Unavailable,
    /// A listing did not finish before its deadline.
    PastDeadline,
    /// The database did not confirm the change, so the change may or may not have been made.
    OutcomeUnknown,
    /// An internal error, which is logged with details under this request id.
    Internal { request_id: String },
}

impl Failure {
    /// Creates a refusal of one field.
    pub fn field(field: Field, message: impl Into<String>) -> Self {
        Self::Invalid {
            errors: vec![FieldError {
                field,
                message: message.into(),
            }],
        }
    }

    /// Returns the error of `field`, if any.
    pub fn at(&self, field: Field) -> Option<&str> {
        match self {
            Self::Invalid { errors } => errors
                .iter()
                .find(|error| error.field == field)
                .map(|error| error.message.as_str()),
            _ => None,
        }
    }

    /// Returns one or two sentences for the person: what happened, and what to do next.
    pub fn message(&self) -> String {
        match self {
            Self::SignedOut => "Your session has ended. Sign in again to continue.".into(),
            Self::WrongCredentials => {
                "Incorrect email or password. Check both and try again.".into()
            }
            // After a few failures, or while too many attempts are being checked.
            Self::TooManyAttempts { retry_after_seconds } if *retry_after_seconds <= SHORT_WAIT_SECONDS => {
                format!("That was too soon, so it wasn't checked. Wait {}, then try again.", format_wait(*retry_after_seconds))
            }
            Self::TooManyAttempts { retry_after_seconds } => {
                format!("Too many failed attempts. Try again in {}.", format_wait(*retry_after_seconds))
            }
            Self::Forbidden => {
                "You don't have permission to do this. Ask an owner or admin of your account.".into()
            }
            Self::NotFound => "We couldn't find that in your account. The link may be outdated or incomplete.".into(),
            // The error of the selected keys is the message itself, since no visible field of the
            // form shows which keys were selected.
            Self::Invalid { errors } => match (self.at(Field::Keys), errors.len()) {
                (Some(message), _) => message.to_owned(),
                (None, 1) => "Fix the highlighted field.".into(),
                (None, number) => format!("Fix the {number} highlighted fields."),
            },
            Self::AlreadyCreated { name } => format!(
                "“{name}” has already been created, and its secret can't be shown again. \
                 If you didn't save it, rotate “{name}”."
            ),
            Self::CreationStopped => {
                "An owner has turned off key creation, so no key was created. Ask an owner to turn it back on in Settings.".into()
            }
            Self::OwnersOnly => "Only an owner can do this. Nothing was changed.".into(),
            Self::AlreadyEnded => "This key is already revoked or expired. Nothing was changed.".into(),
            Self::Outdated { changes } => {
                let first = "This was changed while you were editing it, so your changes weren't saved.";
                let last = "Your changes are still in the form, next to the current values. Review them and save again.";
                let texts = std::iter::once(first).chain(changes.iter().map(String::as_str)).chain([last]);
                texts.collect::<Vec<_>>().join(" ")
            }
            Self::BeingReplaced => {
                "This key has already been rotated. If you lost the new key, rotate that one.".into()
            }
            Self::QuotaExceeded { message } => message.clone(),
            Self::StorageLow => {
                "The server's disk is nearly full, so nothing was stored. Keys can still be revoked and paused. Ask your operator to free some space, then try again.".into()
            }
            Self::NotStored => {
                "Rejected on this node, not yet stored. The database could not be written, so this server rejects the requests from its memory and keeps trying to store the change. \
                 Until it is stored, other nodes accept the requests, and a restart of this server loses the change. Tell your operator, and check this page again in a minute."
                    .into()
            }
            Self::Unavailable => {
                "We can't reach the database right now. Nothing was changed. Try again in a moment.".into()
            }
            Self::PastDeadline => {
                "The database took longer than a second to respond, so the request was stopped. Try again in a moment, or narrow your search.".into()
            }
            Self::OutcomeUnknown => {
                "The database didn't confirm this change, so it may or may not have been made. Check before you repeat it.".into()
            }
            Self::Internal { request_id } => {
                format!("Something went wrong on our side. Try again. If the problem persists, send your operator the request ID {request_id}.")
            }
        }
    }
}

/// Longest wait, in seconds, that does not mean that many attempts have failed.
const SHORT_WAIT_SECONDS: u32 = 30;

/// Formats a duration in seconds, or in minutes if it is longer than two minutes.
fn format_wait(seconds: u32) -> String {
    match seconds {
        1 => "1 second".to_owned(),
        0..=120 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}
