//! The call of the Inventory page.

use super::{Answer, CallError};
use domain::InventoryPage;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

#[server(prefix = "/call", endpoint = "inventory/list", input = Json)]
pub async fn list_inventory(cursor: Option<String>) -> Result<Answer<InventoryPage>, CallError> {
    super::error::answer(crate::backend::backend().inventory(cursor).await)
}
