//! Reasons why fields of a form were refused, as facts. The crates above turn them into sentences.

use domain::{Email, Field, InvalidValue};
use std::net::IpAddr;

/// Reason for refusing a field of a form, or a filter of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvalidReason {
    /// A type of `domain` refuses the text. Its advice is the same for every form.
    Value(InvalidValue),
    /// The one-time token of the form is missing.
    FormExpired,

    // Choices.
    UnknownTimeZone,
    UnknownCurrency,
    UnknownRole,
    UnknownStatus,
    UnknownScope,
    UnknownCreator,
    NoScope,
    NoKeys,
    TooManyKeys {
        max: usize,
    },
    /// The chosen keys have changed since they were shown.
    KeysChanged,

    // Expirations.
    NoExpiry,
    /// The policy of the account requires an expiry.
    ExpiryRequired,
    /// The policy of the account permits no expiry as late as this.
    ExpiryTooLate,
    NotADate,
    DateInPast,

    // Numbers.
    /// Only the other number of the rate limit was entered, and a limit needs both.
    HalfRateLimit,

    // Texts that are typed to confirm a change.
    NameMismatch {
        /// Name of the key or the account.
        name: String,
    },
    EmailMismatch {
        email: Email,
    },
    CountMismatch {
        count: usize,
    },

    // Passwords and codes.
    PasswordTooShort {
        min: usize,
    },
    PasswordTooLong {
        max: usize,
    },
    PasswordTooCommon,
    WrongPassword,
    /// The code is wrong, or was used before.
    WrongCode,

    // Members.
    EmailTaken,
    /// The invited address has become that of a member.
    InvitedEmailTaken,
    LastOwner,
    InactiveSuccessor,

    // Networks of a key.
    NotANetwork {
        /// Beginnings of the first few texts that are neither an address nor a network.
        excerpts: Vec<String>,
    },
    NoNetwork,
    TooManyNetworks {
        max: usize,
    },
    /// Addresses used the key after the list to choose from was shown, and would be excluded.
    NewCallers {
        count: usize,
    },
    /// The allow list excludes recent callers.
    ExcludesCallers {
        /// The most recent of them.
        addresses: Vec<IpAddr>,
        /// Number of further addresses.
        more: usize,
        /// Number of days within which a caller is recent.
        days: u32,
    },

    /// The text would be stored and shown, and contains a key.
    ContainsKey,

    // Searches for keys.
    NotASha256,
    /// The text may be a full key, which must not be in an address.
    FullKey,
    UnusedDaysOutOfRange {
        max: u32,
    },
    ExpiryDaysOutOfRange {
        max: u32,
    },
}

impl From<InvalidValue> for InvalidReason {
    fn from(invalid: InvalidValue) -> Self {
        Self::Value(invalid)
    }
}

/// The refused fields of a form, in the order of the checks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InvalidFields(Vec<(Field, InvalidReason)>);

impl InvalidFields {
    pub(crate) fn add(&mut self, field: Field, reason: impl Into<InvalidReason>) {
        self.0.push((field, reason.into()));
    }

    /// Returns the value of a field, or adds the reason for refusing it.
    pub(crate) fn check<T>(
        &mut self,
        field: Field,
        result: Result<T, impl Into<InvalidReason>>,
    ) -> Option<T> {
        result.map_err(|reason| self.add(field, reason)).ok()
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the reason for refusing `field`, if it was refused.
    #[cfg(test)]
    pub(crate) fn at(&self, field: Field) -> Option<&InvalidReason> {
        let found = self.0.iter().find(|(refused, _)| *refused == field);
        found.map(|(_, reason)| reason)
    }

    pub fn iter(&self) -> impl Iterator<Item = &(Field, InvalidReason)> {
        self.0.iter()
    }
}
