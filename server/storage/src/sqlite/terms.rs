//! What keys of an older version are searched by. PostgreSQL came later, and never held such keys.

use super::ports::term::put;
use crate::sql::term::{self, Searched};
use domain::{AccountId, KeyId, KeyName, ScopeSet};
use service::store::folded;
use sqlx::SqliteConnection;

/// Writes the terms of keys that an older version made. Part of the transaction that brings the schema up to date.
pub(super) async fn catch_up(connection: &mut SqliteConnection) -> sqlx::Result<()> {
    loop {
        let rows: Vec<(String, String, String, String)> = sqlx::query_as(term::MISSING)
            .fetch_all(&mut *connection)
            .await?;
        if rows.is_empty() {
            return Ok(());
        }
        for (id, account, name, scopes) in rows {
            let corrupt = |_| sqlx::Error::Decode(format!("API key {id} cannot be read").into());
            let name = KeyName::parse(&name).map_err(corrupt)?;
            let searched = Searched {
                account: &AccountId::parse(&account).map_err(corrupt)?,
                id: &KeyId::parse(&id).map_err(corrupt)?,
                name: &name,
                scopes: &ScopeSet::parse(&scopes).map_err(corrupt)?,
            };
            put(connection, &searched).await?;
            sqlx::query(term::WRITTEN)
                .bind(&id)
                .bind(folded(&name))
                .execute(&mut *connection)
                .await?;
        }
    }
}
