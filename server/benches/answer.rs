//! The response of `GET /api/key`, from a route without authentication.

use axum::Json;
use serde::Serialize;

#[derive(Serialize)]
pub struct Key {
    id: &'static str,
    name: &'static str,
    preview: &'static str,
    scopes: [&'static str; 2],
    status: &'static str,
    created_at: &'static str,
    expires_at: Option<&'static str>,
    last_used_at: Option<&'static str>,
    account: Account,
}

#[derive(Serialize)]
struct Account {
    id: &'static str,
    name: &'static str,
}

pub async fn show() -> Json<Key> {
    Json(Key {
        id: "key-0000000000000000000000000000077",
        name: "Inventory Integration",
        preview: "vx_4fT9aQ…",
        scopes: ["inventory:read", "inventory:write"],
        status: "active",
        created_at: "2026-01-31T08:00:00Z",
        expires_at: None,
        last_used_at: Some("2026-02-01T09:30:00Z"),
        account: Account {
            id: "0198c29e-0a11-7c3d-8e20-51d4c9f0b7aa",
            name: "My account",
        },
    })
}
