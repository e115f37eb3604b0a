//! What keys are searched by, kept in step with them.

use super::{Connection, Result};
use crate::error::Doing as _;
use crate::sql::term::{self, Searched};

/// Puts the terms of a key in the place of those it had. Part of the transaction that changes the key.
pub(super) async fn write(connection: &mut Connection, key: Searched<'_>) -> Result<()> {
    put(connection, &key)
        .await
        .doing("noting what an API key is searched by")
}

/// The same, before the store stands.
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
