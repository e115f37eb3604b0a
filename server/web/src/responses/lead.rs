//! A lead as the API writes it.

use domain::LeadStatus;
use serde::Serialize;
use service::leads::{Lead, LeadState};
use service::rfc3339;
use utoipa::ToSchema;

/// A person who asked to be contacted.
#[derive(Serialize, ToSchema)]
#[schema(as = Lead, example = json!({
    "id": "0198c2a4-7d10-7e6b-a3f5-92c1b8d04e77", "name": "Grace Hopper", "email": "grace@example.com", "phone": null,
    "message": "Is the Accord still there?", "source": "chatbot", "item_id": "SKU001", "status": "new",
    "external_id": null, "note": null, "created_at": "2026-01-31T08:00:00Z", "updated_at": "2026-01-31T08:00:00Z"
}))]
pub struct LeadResponse {
    id: String,
    #[schema(required)]
    name: Option<String>,
    #[schema(required)]
    email: Option<String>,
    #[schema(required)]
    phone: Option<String>,
    /// The person's message.
    #[schema(required)]
    message: Option<String>,
    /// Where the lead came from.
    #[schema(required)]
    source: Option<String>,
    /// The item that the person asked about, which may no longer exist.
    #[schema(required)]
    item_id: Option<String>,
    #[schema(value_type = String)]
    status: LeadStatus,
    /// The ID of this lead in another system, such as a CRM.
    #[schema(required)]
    external_id: Option<String>,
    #[schema(required)]
    note: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<Lead> for LeadResponse {
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

/// A lead as it is now, or the record of an erased one.
#[derive(Serialize, ToSchema)]
#[schema(as = LeadChange)]
#[serde(untagged)]
pub enum LeadChangeResponse {
    Kept(Box<LeadResponse>),
    Erased(ErasedLeadResponse),
}

/// The record of a lead whose data was erased.
#[derive(Serialize, ToSchema)]
#[schema(as = ErasedLead, example = json!({
    "id": "0198c2a1-33b0-7d42-8c1e-5a90f7e2b613", "deleted_at": "2026-01-31T09:15:00Z"
}))]
pub struct ErasedLeadResponse {
    id: String,
    /// Only for a lead whose data was erased, which has no other field than its ID.
    #[schema(format = DateTime)]
    deleted_at: String,
}

impl From<LeadState> for LeadChangeResponse {
    fn from(state: LeadState) -> Self {
        match state {
            LeadState::Kept(lead) => Self::Kept(Box::new((*lead).into())),
            LeadState::Erased { id, at } => Self::Erased(ErasedLeadResponse {
                id: id.to_string(),
                deleted_at: rfc3339(at),
            }),
        }
    }
}
