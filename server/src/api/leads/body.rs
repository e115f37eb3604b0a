//! Schemas of the bodies that `read` parses by hand.

use utoipa::ToSchema;

/// A lead to be stored.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "bodies are read field by field; this describes them"
)]
#[schema(example = json!({
    "name": "Grace Hopper", "email": "grace@example.com", "message": "Is the Accord still there?", "source": "chatbot",
    "item_id": "SKU001"
}))]
#[serde(deny_unknown_fields)]
pub struct NewLead {
    #[schema(max_length = 256)]
    name: Option<String>,
    #[schema(max_length = 254)]
    email: Option<String>,
    #[schema(max_length = 64)]
    phone: Option<String>,
    /// The person's message.
    #[schema(max_length = 10000)]
    message: Option<String>,
    /// Where the lead came from.
    #[schema(max_length = 128)]
    source: Option<String>,
    /// The ID of the item that the person asked about, which need not be in the inventory.
    #[schema(max_length = 128)]
    item_id: Option<String>,
    /// `new` if it is left out.
    status: Option<String>,
    /// The ID of this lead in another system, such as a CRM.
    #[schema(max_length = 128)]
    external_id: Option<String>,
    #[schema(max_length = 10000)]
    note: Option<String>,
}

/// The changes that a CRM writes back.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "bodies are read field by field; this describes them"
)]
#[schema(example = json!({ "status": "contacted", "external_id": "CRM-4711" }))]
#[serde(deny_unknown_fields)]
pub struct LeadEdits {
    /// Unlike the other fields, it cannot be emptied.
    #[schema(value_type = String, required = false)]
    status: Option<String>,
    #[schema(max_length = 128)]
    external_id: Option<String>,
    #[schema(max_length = 10000)]
    note: Option<String>,
}
