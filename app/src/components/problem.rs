//! Why something was refused or did not come, ready to be shown.

use domain::{Failure, Field, FieldError};

/// A sentence for the whole, and one for each field that has to be mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it takes a page's place.
    pub title: &'static str,
    pub message: String,
    /// Trying again may help.
    pub passing: bool,
    /// The form's one-time token makes no further key.
    pub used_up: bool,
    fields: Vec<FieldError>,
}

impl Problem {
    /// No answer came.
    pub fn broken(message: String) -> Self {
        Self {
            title: "This page could not be loaded",
            message,
            passing: true,
            used_up: false,
            fields: Vec::new(),
        }
    }

    /// What is wrong with `field`.
    pub fn at(&self, field: Field) -> Option<String> {
        self.fields
            .iter()
            .find(|error| error.field == field)
            .map(|error| error.message.clone())
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let problem = Self::broken(failure.message());
        match failure {
            Failure::Forbidden => Self {
                title: "You cannot see this page",
                passing: false,
                ..problem
            },
            Failure::NotFound => Self {
                title: "Not found",
                passing: false,
                ..problem
            },
            // To send the same again is not the next step.
            Failure::OutcomeUnknown => Self {
                title: "The outcome is not known",
                passing: false,
                ..problem
            },
            Failure::SignedOut => Self {
                title: "You are signed out",
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
