//! Quarantine of a restored database (I5 in [`super`]).
//!
//! A backup does not contain later changes: a key that was revoked since then is active in it. So
//! every key that could be used is paused until a member confirms it, and everyone has to sign in
//! again.

use super::Result;
use super::error::ErrorContext as _;
use domain::Timestamp;
use service::store::Action;
use sqlx::{Connection as _, SqliteConnection};

/// Result of the quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuarantineSummary {
    /// Number of keys that are on hold until a member confirms them.
    pub keys: i64,
}

/// Pauses every usable key.
///
/// Keys that are still on hold since an earlier restore remain on hold. A key is on hold if it was
/// paused at the time of the account's latest restore; there is no column for it.
const PAUSE: &str = "
    UPDATE api_keys SET paused_at = $1
    WHERE revoked_at IS NULL AND (paused_at IS NULL OR paused_at = (
        SELECT at FROM audit_events e
        WHERE e.account_id = api_keys.account_id AND e.action = $2 ORDER BY seq DESC LIMIT 1
    ))";

const RECORD: &str = "
    INSERT INTO audit_events (account_id, at, actor_kind, action, subject, detail)
    SELECT id, $1, 'system', $2, id, json_object('paused', (
        SELECT count(*) FROM api_keys k
        WHERE k.account_id = accounts.id AND k.paused_at = $1 AND (k.expires_at IS NULL OR k.expires_at > $1)
    ))
    FROM accounts";

/// Keys that have expired cannot be resumed, so they are not counted.
const COUNT_PAUSED: &str = "
    SELECT count(*) FROM api_keys WHERE paused_at = $1 AND (expires_at IS NULL OR expires_at > $1)";

/// A client that follows the changes of leads may be ahead of the backup. Numbers that were drawn
/// after the backup are not drawn again.
const SKIP_LEAD_NUMBERS: &str = "
    INSERT INTO lead_feeds (account_id, last_change) SELECT id, 1000000000 FROM accounts WHERE true
    ON CONFLICT (account_id) DO UPDATE SET last_change = lead_feeds.last_change + 1000000000";

/// A client that follows the changes of items may hold items that were stored after the backup. So
/// every earlier cursor expires, and the client reads the whole inventory again.
const EXPIRE_ITEM_CURSORS: [&str; 3] = [
    "DELETE FROM removed_items",
    "INSERT INTO item_feeds (account_id, last_change, changed_at) SELECT id, 0, 0 FROM accounts WHERE true
    ON CONFLICT DO NOTHING",
    "UPDATE item_feeds SET last_change = last_change + 1000000000, forgotten = last_change + 1000000000",
];

/// Ends all sessions and sign-ins, and invalidates all links.
const END_SESSIONS: [&str; 3] = [
    "DELETE FROM sessions",
    "DELETE FROM sign_in_steps",
    "DELETE FROM links",
];

pub(super) async fn quarantine(
    connection: &mut SqliteConnection,
    now: Timestamp,
) -> Result<QuarantineSummary> {
    const CONTEXT: &str = "pausing the restored keys";
    let mut transaction = connection.begin().await.context(CONTEXT)?;
    let action = Action::AccountRestored.as_str();
    for statement in [PAUSE, RECORD] {
        let query = sqlx::query(statement).bind(now.millis()).bind(action);
        query.execute(&mut *transaction).await.context(CONTEXT)?;
    }
    for statement in END_SESSIONS
        .into_iter()
        .chain([SKIP_LEAD_NUMBERS])
        .chain(EXPIRE_ITEM_CURSORS)
    {
        let query = sqlx::query(statement);
        query.execute(&mut *transaction).await.context(CONTEXT)?;
    }
    let keys = sqlx::query_scalar(COUNT_PAUSED)
        .bind(now.millis())
        .fetch_one(&mut *transaction)
        .await
        .context(CONTEXT)?;
    transaction.commit().await.context(CONTEXT)?;
    Ok(QuarantineSummary { keys })
}
