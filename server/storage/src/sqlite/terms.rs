//! Search terms of keys that an older version created.

use super::ports::term::put;
use crate::sql::term::{self, Missing, MissingRow};
use service::store::folded;
use sqlx::SqliteConnection;

/// Writes the missing search terms, in the transaction of the migrations.
pub(super) async fn catch_up(connection: &mut SqliteConnection) -> sqlx::Result<()> {
    loop {
        let rows: Vec<MissingRow> = sqlx::query_as(term::MISSING)
            .fetch_all(&mut *connection)
            .await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            let key = Missing::read(row)?;
            let searched = key.searched();
            put(connection, &searched).await?;
            sqlx::query(term::WRITTEN)
                .bind(searched.id.as_str())
                .bind(folded(&key.name))
                .execute(&mut *connection)
                .await?;
        }
    }
}
