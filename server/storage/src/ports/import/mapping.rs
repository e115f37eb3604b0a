//! The mappings of columns that accounts used before.

use super::{FORGET_MAPPINGS, REMEMBER};
use crate::ports::{Result, Transaction};
use crate::query::query;
use domain::{AccountId, Timestamp};
use service::store::{MAX_MAPPINGS, UsedMapping};

/// Remembers a mapping, in place of the one that was unused for longest.
pub(super) async fn remember(
    tx: &mut Transaction,
    account: &AccountId,
    entry: &UsedMapping,
    at: Timestamp,
) -> Result<()> {
    query(REMEMBER)
        .bind(account.as_str())
        .bind(entry.header.0.as_slice())
        .bind(&entry.mapping)
        .bind(at.millis())
        .execute(&mut *tx)
        .await?;
    query(FORGET_MAPPINGS)
        .bind(account.as_str())
        .bind(i64::from(MAX_MAPPINGS))
        .execute(tx)
        .await?;
    Ok(())
}
