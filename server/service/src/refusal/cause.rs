//! The part of a refusal that is stored beside its code, to explain it later.

use super::{KeyRefusal, Refusal};
use crate::entry::EntryError;
use crate::key::Malformed;
use domain::{Resource, Scope};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Maximum number of values of a body that are stored.
const ENTRIES: usize = 20;

/// Field names of the API. Any other name is the caller's own text, and could contain a secret.
const NAMES: [&str; 21] = [
    "items",
    "id",
    "name",
    "category",
    "price",
    "currency",
    "description",
    "url",
    "image_url",
    "available",
    "attributes",
    "email",
    "phone",
    "message",
    "source",
    "item_id",
    "status",
    "external_id",
    "note",
    "created_at",
    "updated_at",
];

/// Details of a refusal in addition to its code, in the form in which they are stored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    #[default]
    Nothing,
    /// The fault in the form of the key.
    Form(Malformed),
    /// The address of the caller.
    Address(IpAddr),
    /// The scope that the call needed.
    Scope(Scope),
    /// The key's own limit was reached, and not that of failed attempts.
    OwnLimit,
    /// The limit of all keys of the account together was reached.
    AccountLimit,
    /// Pointers into the body, each with its code.
    Entries(Vec<(String, String)>),
    NoSuchItem,
    NoSuchLead,
    ForeignTag,
    NoConditions,
    RemovalNotAllowed {
        removed: u64,
        stored: u64,
    },
    QuotaExceeded {
        resource: Resource,
        limit: u64,
    },
    PastDeadline,
    Stopping,
    Busy,
    TooManyFeeds,
}

impl From<&Refusal> for Cause {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::Key(KeyRefusal::Malformed(form)) => Self::Form(*form),
            Refusal::Key(KeyRefusal::IpNotAllowed { ip }) => Self::Address(*ip),
            Refusal::Key(KeyRefusal::MissingScope(scope)) => Self::Scope(*scope),
            Refusal::KeyLimited { .. } => Self::OwnLimit,
            Refusal::AccountLimited { .. } => Self::AccountLimit,
            Refusal::InvalidBody(errors) => {
                let entry = |error: &EntryError| {
                    let code = error.code.as_str().to_owned();
                    (without_unknown_names(&error.pointer), code)
                };
                Self::Entries(errors.iter().take(ENTRIES).map(entry).collect())
            }
            Refusal::NoSuchItem => Self::NoSuchItem,
            Refusal::NoSuchLead => Self::NoSuchLead,
            Refusal::ForeignTag => Self::ForeignTag,
            Refusal::NoConditions => Self::NoConditions,
            Refusal::RemovalNotAllowed { removed, stored } => Self::RemovalNotAllowed {
                removed: *removed,
                stored: *stored,
            },
            Refusal::QuotaExceeded { resource, limit } => Self::QuotaExceeded {
                resource: *resource,
                limit: *limit,
            },
            Refusal::PastDeadline => Self::PastDeadline,
            Refusal::Stopping => Self::Stopping,
            Refusal::Busy => Self::Busy,
            Refusal::TooManyFeeds => Self::TooManyFeeds,
            _ => Self::Nothing,
        }
    }
}

/// Replaces the caller's own names in a pointer.
fn without_unknown_names(pointer: &str) -> String {
    let known = |part: &&str| {
        NAMES.contains(part) || (part.len() <= 6 && part.bytes().all(|b| b.is_ascii_digit()))
    };
    let parts = pointer.split('/').skip(1);
    parts.fold(String::new(), |mut out, part| {
        out.push('/');
        out.push_str(if known(&part) { part } else { "…" });
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointer_keeps_only_known_names_and_small_numbers() {
        for (pointer, kept) in [
            ("/items/0/price", "/items/0/price"),
            ("/items/4999/attributes/color", "/items/4999/attributes/…"),
            ("/vx_secret", "/…"),
            ("/1234567", "/…"),
            ("", ""),
            ("/items/~1a~0/name", "/items/…/name"),
        ] {
            assert_eq!(without_unknown_names(pointer), kept, "{pointer}");
        }
    }
}
