//! The mappings of columns that accounts used before.

use super::{Connection, Result};
use crate::error::Doing as _;
use crate::sql::import;
use domain::{AccountId, Timestamp};
use service::store::{KEPT_MAPPINGS, UsedMapping};

/// Remembers a mapping, in place of the one that was unused for longest.
pub(super) async fn remember(
    connection: &mut Connection,
    account: &AccountId,
    used: &UsedMapping,
    at: Timestamp,
) -> Result<()> {
    const DOING: &str = "remembering the mapping of a header";
    sqlx::query(import::REMEMBER)
        .bind(account.as_str())
        .bind(used.header.0.as_slice())
        .bind(&used.mapping)
        .bind(at.millis())
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
    sqlx::query(import::FORGET_MAPPINGS)
        .bind(account.as_str())
        .bind(i64::from(KEPT_MAPPINGS))
        .execute(connection)
        .await
        .doing(DOING)?;
    Ok(())
}
