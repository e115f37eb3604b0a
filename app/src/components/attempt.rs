//! Where the sending of a form stands.

use super::Problem;
use crate::lean::{Changing, Flag, changing, flag, plain};
use domain::Field;
use leptos::prelude::*;

/// Under way, refused, or neither.
#[derive(Clone, Copy)]
pub struct Attempt {
    pub pending: RwSignal<bool>,
    pub problem: RwSignal<Option<Problem>>,
}

impl Attempt {
    pub fn new(problem: Option<Problem>) -> Self {
        Self {
            pending: RwSignal::new(false),
            problem: RwSignal::new(problem),
        }
    }

    /// `false` where an earlier sending is still under way, so that a second click does nothing.
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

    /// What is wrong with one field.
    pub fn at(self, field: Field) -> Signal<Option<String>> {
        Signal::derive(move || self.problem.with(|problem| problem.as_ref()?.at(field)))
    }

    /// The reason of the refusal, and a link to each faulty field.
    pub fn notice(self) -> Changing {
        self.notice_at(String::new())
    }

    /// The same for a form whose fields have ids with this ending.
    pub fn notice_at(self, ending: String) -> Changing {
        changing(move || match self.problem.get() {
            Some(problem) => problem.notice(&ending),
            None => plain(()),
        })
    }

    /// For a button that takes no second click while the first is under way. It keeps the focus, so it is not disabled.
    pub fn busy(self) -> Flag {
        flag("true", move || self.pending.get())
    }
}
