//! Items and leads as the API and the exports write them.

mod item;
mod lead;

pub use item::ItemResponse;
pub use lead::{ErasedLeadResponse, LeadChangeResponse, LeadResponse};
