//! State of a form submission.

use super::Problem;
use crate::prelude::*;
use domain::Field;

/// A form submission that is pending, refused, or neither.
#[derive(Clone, Copy)]
pub struct FormState {
    pub pending: RwSignal<bool>,
    pub problem: RwSignal<Option<Problem>>,
}

impl FormState {
    pub fn new(problem: Option<Problem>) -> Self {
        Self {
            pending: RwSignal::new(false),
            problem: RwSignal::new(problem),
        }
    }

    /// Marks the submission as pending. Returns `false` if an earlier one is still pending, so that
    /// a second click does nothing.
    pub fn begin(self) -> bool {
        if self.pending.get_untracked() {
            return false;
        }
        self.pending.set(true);
        self.problem.set(None);
        true
    }

    pub fn end(self, problem: Option<Problem>) {
        self.pending.set(false);
        self.problem.set(problem);
    }

    /// Returns the error of one field.
    pub fn at(self, field: Field) -> Signal<Option<String>> {
        Signal::derive(move || self.problem.with(|problem| problem.as_ref()?.at(field)))
    }

    /// Renders the reason for the refusal, with a link to each invalid field.
    pub fn notice(self) -> DynamicView {
        self.notice_at(String::new())
    }

    /// Like [`FormState::notice`], for a form whose field ids end with `ending`.
    pub fn notice_at(self, ending: String) -> DynamicView {
        dynamic(move || match self.problem.get() {
            Some(problem) => problem.notice(&ending),
            None => erase(()),
        })
    }

    /// Attribute for a button that ignores clicks while a submission is pending. The button is not
    /// disabled, so that it keeps the focus.
    pub fn busy(self) -> AttrSignal {
        attr_if("true", move || self.pending.get())
    }
}
