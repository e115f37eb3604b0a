//! Leads: those who asked to be contacted. What one is, and how integrations bring, follow, write back and erase them.

mod check;
mod edit;
mod export;
mod lead;
mod operations;

pub use check::LeadDraft;
pub use edit::{Edit, LeadEdits, LeadEditsDraft};
pub use lead::{Lead, LeadChange, LeadFields, LeadState};
pub use operations::ChangesPage;
