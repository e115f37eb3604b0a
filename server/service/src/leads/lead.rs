//! One lead, checked.

use domain::{LeadId, LeadStatus, Timestamp};

/// What is known of a lead. Only [`super::LeadDraft::check`] and the database make them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeadFields {
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub message: Option<String>,
    pub source: Option<String>,
    /// The seller's own identifier of what the person asked about. The inventory need not have it, or not any more.
    pub item_id: Option<String>,
    pub status: LeadStatus,
    /// What another system calls this lead.
    pub external_id: Option<String>,
    pub note: Option<String>,
}

/// Somebody who asked to be contacted.
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
    /// Of all changes of the account, from 1 on.
    pub number: u64,
    pub state: LeadState,
}

/// What a lead is after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeadState {
    Kept(Box<Lead>),
    /// Nothing of the person is left.
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
