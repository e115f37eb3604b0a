//! Edits that a CRM writes back.

use super::LeadFields;
use super::check::{MAX_EXTERNAL_ID, MAX_NOTE, id, status, text};
use crate::entry::EntryError;
use domain::LeadStatus;

/// The edit of one field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Edit<T> {
    /// The body does not contain the field.
    #[default]
    Keep,
    Set(T),
}

impl<T> Edit<T> {
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Edit<U> {
        match self {
            Self::Keep => Edit::Keep,
            Self::Set(value) => Edit::Set(change(value)),
        }
    }
}

impl<T: Clone + PartialEq> Edit<T> {
    /// Sets the field, and returns whether that changed it.
    fn apply(&self, field: &mut T) -> bool {
        match self {
            Self::Set(value) if value != field => {
                field.clone_from(value);
                true
            }
            _ => false,
        }
    }
}

/// Edits as they are in a body: texts that are not validated yet, `None` for null.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeadEditsDraft {
    pub status: Option<String>,
    pub external_id: Edit<Option<String>>,
    pub note: Edit<Option<String>>,
    /// Errors that the reader has found already.
    pub errors: Vec<EntryError>,
}

/// Validated edits. All other fields of a lead keep the values that the person sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeadEdits {
    pub status: Edit<LeadStatus>,
    pub external_id: Edit<Option<String>>,
    pub note: Edit<Option<String>>,
}

impl LeadEditsDraft {
    /// Validates the draft.
    ///
    /// # Errors
    /// Everything that is wrong with it, with pointers relative to the body.
    pub fn check(self) -> Result<LeadEdits, Vec<EntryError>> {
        let mut errors = self.errors;
        let edits = LeadEdits {
            status: status(&mut errors, self.status).map_or(Edit::Keep, Edit::Set),
            external_id: self
                .external_id
                .map(|value| id(&mut errors, "/external_id", value, MAX_EXTERNAL_ID)),
            note: self
                .note
                .map(|value| text(&mut errors, "/note", value, MAX_NOTE)),
        };
        if errors.is_empty() {
            Ok(edits)
        } else {
            Err(errors)
        }
    }
}

impl LeadEdits {
    /// Applies the edits, and returns the names of the fields that are different now.
    pub fn apply(&self, fields: &mut LeadFields) -> Vec<&'static str> {
        let edited = [
            ("status", self.status.apply(&mut fields.status)),
            (
                "external_id",
                self.external_id.apply(&mut fields.external_id),
            ),
            ("note", self.note.apply(&mut fields.note)),
        ];
        let changed = edited.into_iter().filter(|(_, changed)| *changed);
        changed.map(|(name, _)| name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str) -> Edit<Option<String>> {
        Edit::Set(Some(text.to_owned()))
    }

    #[test]
    fn edits_return_the_changed_fields_and_none_when_applied_again() {
        let draft = LeadEditsDraft {
            status: Some("won".to_owned()),
            external_id: set("crm-7"),
            note: set(" "),
            ..LeadEditsDraft::default()
        };
        let edits = draft.check().unwrap();
        let mut fields = LeadFields {
            note: Some("Called".to_owned()),
            ..LeadFields::default()
        };
        assert_eq!(edits.apply(&mut fields), ["status", "external_id", "note"]);
        assert_eq!(fields.note, None, "a blank note is none");
        assert_eq!(edits.apply(&mut fields), [""; 0]);
    }

    #[test]
    fn omitted_fields_are_kept() {
        let edits = LeadEditsDraft::default().check().unwrap();
        let mut fields = LeadFields {
            external_id: Some("crm-7".to_owned()),
            ..LeadFields::default()
        };
        let before = fields.clone();
        assert_eq!(edits.apply(&mut fields), [""; 0]);
        assert_eq!(fields, before);
    }
}
