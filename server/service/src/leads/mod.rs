//! Leads: people who asked to be contacted. How integrations create, follow, edit and erase them.

mod check;
mod edit;
mod export;
mod lead;
mod operations;

pub use check::LeadDraft;
pub use edit::{Edit, LeadEdits, LeadEditsDraft};
pub use lead::{Lead, LeadChange, LeadFields, LeadState};
pub use operations::ChangesPage;
