//! Validation of a lead: from the values of a body to the fields of a lead, or to every error in
//! it.

use super::LeadFields;
use crate::entry::{EntryCode, EntryError, EntryReason, check_id, optional, trim_text};
use domain::{Email, LeadStatus};

const MAX_NAME: usize = 256;
const MAX_EMAIL: usize = 254;
const MAX_PHONE: usize = 64;
const MAX_MESSAGE: usize = 10_000;
const MAX_SOURCE: usize = 128;
const MAX_ITEM_ID: usize = crate::item::MAX_ID_CHARS;
pub(super) const MAX_EXTERNAL_ID: usize = 128;
pub(super) const MAX_NOTE: usize = 10_000;

/// A lead as it is in a body: texts that are not validated yet. `errors` contains those that the
/// reader has found already (wrong types, unknown fields), so that a caller gets all errors at
/// once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeadDraft {
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub message: Option<String>,
    pub source: Option<String>,
    pub item_id: Option<String>,
    /// `new` if left out.
    pub status: Option<String>,
    pub external_id: Option<String>,
    pub note: Option<String>,
    pub errors: Vec<EntryError>,
}

impl LeadDraft {
    /// Validates the draft.
    ///
    /// # Errors
    /// Everything that is wrong with it, with pointers relative to the lead.
    pub fn check(mut self) -> Result<LeadFields, Vec<EntryError>> {
        let errors = &mut self.errors;
        let fields = LeadFields {
            name: text(errors, "/name", self.name, MAX_NAME),
            email: email(errors, self.email),
            phone: text(errors, "/phone", self.phone, MAX_PHONE),
            message: text(errors, "/message", self.message, MAX_MESSAGE),
            source: text(errors, "/source", self.source, MAX_SOURCE),
            item_id: id(errors, "/item_id", self.item_id, MAX_ITEM_ID),
            status: status(errors, self.status).unwrap_or_default(),
            external_id: id(errors, "/external_id", self.external_id, MAX_EXTERNAL_ID),
            note: text(errors, "/note", self.note, MAX_NOTE),
        };
        // If the reader refused one of the two, or the whole body, that error is enough; "required"
        // beside it would mislead.
        let is_reported = errors
            .iter()
            .any(|error| matches!(error.pointer.as_str(), "" | "/email" | "/phone"));
        if fields.email.is_none() && fields.phone.is_none() && !is_reported {
            let reason = EntryReason::NoContact;
            errors.push(EntryError::new("/email", EntryCode::Required, reason));
        }
        if errors.is_empty() {
            Ok(fields)
        } else {
            Err(self.errors)
        }
    }
}

/// Trims a text. A blank text counts as left out, since forms send one for each empty field.
pub(crate) fn text(
    errors: &mut Vec<EntryError>,
    pointer: &str,
    value: Option<String>,
    max: usize,
) -> Option<String> {
    optional(errors, pointer, trim_text(value), max)
}

/// Validates an identifier that another system assigns.
pub(crate) fn id(
    errors: &mut Vec<EntryError>,
    pointer: &str,
    value: Option<String>,
    max: usize,
) -> Option<String> {
    let value = text(errors, pointer, value, max)?;
    check_id(errors, pointer, &value);
    Some(value)
}

/// Validates an address and keeps it as it was typed: mail is sent to it, but nothing is looked up
/// by it.
fn email(errors: &mut Vec<EntryError>, value: Option<String>) -> Option<String> {
    let before = errors.len();
    let value = text(errors, "/email", value, MAX_EMAIL)?;
    let plausible = Email::from_stored(&value).is_ok() && !value.contains(char::is_whitespace);
    if !plausible && errors.len() == before {
        let reason = EntryReason::NotAnEmail;
        errors.push(EntryError::new("/email", EntryCode::Invalid, reason));
    }
    Some(value)
}

pub(crate) fn status(errors: &mut Vec<EntryError>, value: Option<String>) -> Option<LeadStatus> {
    LeadStatus::parse(&trim_text(value)?)
        .map_err(|invalid| {
            let reason = EntryReason::Value(invalid);
            errors.push(EntryError::new("/status", EntryCode::Invalid, reason));
        })
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(draft: LeadDraft) -> Vec<(String, EntryCode)> {
        let errors = draft.check().unwrap_err().into_iter();
        errors.map(|error| (error.pointer, error.code)).collect()
    }

    #[test]
    fn lead_needs_only_an_email_address_or_a_phone_number() {
        let by_mail = LeadDraft {
            email: Some("Ada@Example.com".into()),
            ..LeadDraft::default()
        };
        let fields = by_mail.check().unwrap();
        assert_eq!(fields.email, Some("Ada@Example.com".into()));
        assert_eq!(fields.status, LeadStatus::New);
        let blanks = LeadDraft {
            email: Some("\u{A0}ada@example.com\n".into()),
            item_id: Some(" SKU001\u{2003}".into()),
            status: Some(String::new()),
            ..LeadDraft::default()
        };
        let fields = blanks.check().unwrap();
        assert_eq!(fields.email.as_deref(), Some("ada@example.com"));
        assert_eq!(fields.item_id.as_deref(), Some("SKU001"));
        assert_eq!(fields.status, LeadStatus::New);
        let by_phone = LeadDraft {
            phone: Some("+44 20 7946 0018".into()),
            email: Some(" ".into()),
            ..LeadDraft::default()
        };
        assert_eq!(by_phone.check().unwrap().email, None);
    }

    #[test]
    fn lead_without_email_or_phone_is_rejected_with_a_single_error() {
        let required = [("/email".to_owned(), EntryCode::Required)];
        assert_eq!(wrong(LeadDraft::default()), required);
        let blank = LeadDraft {
            name: Some("Ada".into()),
            email: Some(String::new()),
            phone: Some(" \n".into()),
            ..LeadDraft::default()
        };
        assert_eq!(wrong(blank), required);
        let refused = LeadDraft {
            errors: vec![EntryError::new(
                "/phone",
                EntryCode::Invalid,
                "Send a string.",
            )],
            ..LeadDraft::default()
        };
        assert_eq!(wrong(refused), [("/phone".to_owned(), EntryCode::Invalid)]);
    }

    #[test]
    fn invalid_email_address_is_reported_once() {
        for bad in [
            "ada",
            "ada@",
            "a b@example.com",
            "ada@ example.com",
            "ada\n@x",
        ] {
            let draft = LeadDraft {
                email: Some(bad.into()),
                ..LeadDraft::default()
            };
            let invalid = [("/email".to_owned(), EntryCode::Invalid)];
            assert_eq!(wrong(draft), invalid, "{bad:?}");
        }
        let long = LeadDraft {
            email: Some(format!("{}@example.com", "a".repeat(254))),
            ..LeadDraft::default()
        };
        assert_eq!(wrong(long), [("/email".to_owned(), EntryCode::TooLong)]);
    }

    #[test]
    fn all_invalid_fields_are_reported_at_once() {
        let draft = LeadDraft {
            name: Some("bell\u{7}".into()),
            email: Some("ada".into()),
            phone: Some("1".repeat(65)),
            status: Some("open".into()),
            ..LeadDraft::default()
        };
        let mut pointers: Vec<_> = wrong(draft).into_iter().map(|(at, _)| at).collect();
        pointers.sort_unstable();
        assert_eq!(pointers, ["/email", "/name", "/phone", "/status"]);
    }
}
