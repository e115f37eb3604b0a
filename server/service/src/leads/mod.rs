//! Leads: people who asked to be contacted. How integrations create, follow, edit and erase them.

mod export;
mod operations;

pub use crate::lead::{
    Edit, Lead, LeadChange, LeadDraft, LeadEdits, LeadEditsDraft, LeadFields, LeadState,
};
pub use operations::{ChangesPage, LeadList};

use crate::clock::Clock;
use crate::random::Random;
use crate::reserve::FreeSpace;
use crate::store::LeadPorts;
use std::sync::Arc;

/// The operations on the leads of an account.
pub struct Leads {
    pub(crate) store: Arc<dyn LeadPorts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) free_space: Arc<FreeSpace>,
}
