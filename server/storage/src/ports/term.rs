//! Search terms of keys, kept consistent with the keys.

use super::{Connection, Result};
use crate::error::Doing as _;
use crate::sql::term::{self, Searched};

/// Replaces the search terms of a key, in the transaction that changes the key.
pub(super) async fn write(connection: &mut Connection, key: Searched<'_>) -> Result<()> {
    put(connection, &key)
        .await
        .doing("noting what an API key is searched by")
}

/// Like [`write()`], for use before the store is open.
pub(crate) async fn put(connection: &mut Connection, key: &Searched<'_>) -> sqlx::Result<()> {
    sqlx::query(term::FORGET)
        .bind(key.id.as_str())
        .execute(&mut *connection)
        .await?;
    for term in key.terms() {
        sqlx::query(term::ADD)
            .bind(key.account.as_str())
            .bind(term)
            .bind(key.id.as_str())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
