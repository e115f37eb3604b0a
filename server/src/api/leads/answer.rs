//! A lead as the API writes it.

use domain::LeadStatus;
use serde::Serialize;
use service::leads::{Lead, LeadState};
use service::rfc3339;

#[derive(Serialize)]
pub struct LeadAnswer {
    id: String,
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    message: Option<String>,
    source: Option<String>,
    item_id: Option<String>,
    status: LeadStatus,
    external_id: Option<String>,
    note: Option<String>,
    created_at: String,
    updated_at: String,
}

impl From<Lead> for LeadAnswer {
    fn from(lead: Lead) -> Self {
        let fields = lead.fields;
        Self {
            id: lead.id.to_string(),
            name: fields.name,
            email: fields.email,
            phone: fields.phone,
            message: fields.message,
            source: fields.source,
            item_id: fields.item_id,
            status: fields.status,
            external_id: fields.external_id,
            note: fields.note,
            created_at: rfc3339(lead.created_at),
            updated_at: rfc3339(lead.updated_at),
        }
    }
}

/// A lead as the feed has it.
#[derive(Serialize)]
#[serde(untagged)]
pub enum ChangeAnswer {
    Kept(Box<LeadAnswer>),
    Erased { id: String, deleted_at: String },
}

impl From<LeadState> for ChangeAnswer {
    fn from(state: LeadState) -> Self {
        match state {
            LeadState::Kept(lead) => Self::Kept(Box::new((*lead).into())),
            LeadState::Erased { id, at } => Self::Erased {
                id: id.to_string(),
                deleted_at: rfc3339(at),
            },
        }
    }
}
