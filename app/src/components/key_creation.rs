//! State of the creation of a key.

use super::FormState;
use crate::prelude::*;
use domain::{FirstCallView, IssuedKey, NewKeyOptions};

/// Id of the heading of both steps: the form, and the page that shows the key.
pub const TITLE: &str = "new-key-title";

/// State of the creation of a key.
#[derive(Clone, Copy)]
pub struct KeyCreation {
    pub form_state: FormState,
    pub options: RwSignal<NewKeyOptions>,
    /// The only place in the browser that holds a secret, cleared when the person is done.
    ///
    /// It is never a resource, which would be serialised into the page, nor an action, which would
    /// keep its value.
    pub issued: RwSignal<Option<IssuedKey>>,
    /// Progress of the key's first call; `None` until an update arrives.
    pub first_call: RwSignal<Option<FirstCallView>>,
    /// Whether the person is being asked to confirm leaving without the key.
    pub asking: RwSignal<bool>,
}

impl KeyCreation {
    pub fn new(form_state: FormState, options: NewKeyOptions) -> Self {
        Self {
            form_state,
            options: RwSignal::new(options),
            issued: RwSignal::new(None),
            first_call: RwSignal::new(None),
            asking: RwSignal::new(false),
        }
    }

    /// Returns whether a key is being created or shown; if so, only the person may dismiss it.
    pub fn holds(self) -> bool {
        self.form_state.pending.get() || self.issued.with(Option::is_some)
    }

    /// Asks for confirmation before a shown key is lost.
    pub fn ask(self) {
        if self.issued.with_untracked(Option::is_some) {
            self.asking.set(true);
        }
    }

    /// Clears the secret.
    pub fn forget(self) {
        self.issued.set(None);
        self.first_call.set(None);
        self.asking.set(false);
    }
}
