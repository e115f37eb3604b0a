//! Search terms of keys, kept consistent with the keys.

use super::{Result, Transaction};
use crate::error::ErrorContext as _;
use crate::query::{Connection, query};
use crate::sql::term::{self, Missing, MissingRow, Searched};
use service::store::folded;

/// Replaces the search terms of a key, in the transaction that changes the key.
pub(super) async fn write(tx: &mut Transaction, key: Searched<'_>) -> Result<()> {
    put(tx.connection(), &key)
        .await
        .context("noting what an API key is searched by")
}

/// Writes the search terms that an older version did not write, in the transaction of the
/// migrations. It has none of the limits of the ports' connections.
pub(crate) async fn catch_up(connection: &mut impl Connection) -> sqlx::Result<()> {
    loop {
        let rows = connection.all_rows(query(term::MISSING)).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            let key = Missing::read(row.read::<MissingRow>()?)?;
            let searched = key.searched();
            put(connection, &searched).await?;
            let written = query(term::WRITTEN)
                .bind(searched.id.as_str())
                .bind(folded(&key.name));
            connection.run(written).await?;
        }
    }
}

async fn put(connection: &mut impl Connection, key: &Searched<'_>) -> sqlx::Result<()> {
    let forget = query(term::FORGET).bind(key.id.as_str());
    connection.run(forget).await?;
    for term in key.terms() {
        let add = query(term::ADD)
            .bind(key.account.as_str())
            .bind(term)
            .bind(key.id.as_str());
        connection.run(add).await?;
    }
    Ok(())
}
