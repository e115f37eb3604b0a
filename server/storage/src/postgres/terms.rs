//! Search terms of keys that an older version created.

use crate::sql::term::{self, Missing, MissingRow};
use service::store::folded;
use sqlx::PgConnection;

/// Writes the missing search terms, as on SQLite. It uses the connection that migrates, which has
/// none of the limits of the ports' connections.
pub(super) async fn catch_up(connection: &mut PgConnection) -> sqlx::Result<()> {
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
            sqlx::query(term::FORGET)
                .bind(searched.id.as_str())
                .execute(&mut *connection)
                .await?;
            for term in searched.terms() {
                sqlx::query(term::ADD)
                    .bind(searched.account.as_str())
                    .bind(term)
                    .bind(searched.id.as_str())
                    .execute(&mut *connection)
                    .await?;
            }
            sqlx::query(term::WRITTEN)
                .bind(searched.id.as_str())
                .bind(folded(&key.name))
                .execute(&mut *connection)
                .await?;
        }
    }
}
