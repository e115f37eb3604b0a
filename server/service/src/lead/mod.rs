//! A validated lead.

mod check;
mod edit;

pub use check::LeadDraft;
pub use edit::{Edit, LeadEdits, LeadEditsDraft};

use domain::{LeadId, LeadStatus, Timestamp};

/// Fields of a lead. Only [`LeadDraft::check`] and the database create them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeadFields {
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub message: Option<String>,
    pub source: Option<String>,
    /// The seller's own identifier of the item that the person asked about. The inventory need not
    /// contain it.
    pub item_id: Option<String>,
    pub status: LeadStatus,
    /// The identifier of this lead in another system.
    pub external_id: Option<String>,
    pub note: Option<String>,
}

/// A person who asked to be contacted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    pub id: LeadId,
    pub fields: LeadFields,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// The last change of one lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadChange {
    /// Among all changes of the account, from 1 on.
    pub number: u64,
    pub state: LeadState,
}

/// The state of a lead after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeadState {
    Kept(Box<Lead>),
    /// All data about the person is deleted.
    Erased {
        id: LeadId,
        at: Timestamp,
    },
}

impl LeadState {
    pub fn id(&self) -> &LeadId {
        match self {
            Self::Kept(lead) => &lead.id,
            Self::Erased { id, .. } => id,
        }
    }
}
