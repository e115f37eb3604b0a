//! Many items at once.

use super::ports::Result;
use super::ports::inventory::upsert;
use domain::{AccountId, Timestamp};
use service::inventory::Item;
use service::store::UpsertCounts;
use sqlx::SqliteConnection;

/// One after the other: the database is in this process.
pub(super) async fn upsert_all(
    connection: &mut SqliteConnection,
    account: &AccountId,
    items: &[Item],
    now: Timestamp,
) -> Result<UpsertCounts> {
    let mut counts = UpsertCounts::default();
    for item in items {
        match upsert(connection, account, item, now).await? {
            None => counts.unchanged += 1,
            Some(1) => counts.created += 1,
            Some(_) => counts.updated += 1,
        }
    }
    Ok(counts)
}
