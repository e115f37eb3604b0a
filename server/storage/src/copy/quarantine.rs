//! What a restored database must not do by itself.
//!
//! It knows nothing of what happened after the backup: a key that was revoked since then is active in it. So each key that
//! could be used waits, paused, until somebody who knows says that it may be, and everybody signs in again.

use super::Result;
use super::error::Doing as _;
use domain::Timestamp;
use service::store::Action;
use sqlx::{Connection as _, SqliteConnection};

/// Of a restored database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quarantined {
    /// Keys that wait for somebody to confirm them.
    pub keys: i64,
}

/// Those that wait since they were restored before, and that nobody has confirmed, wait on. What is paused at the time of the
/// account's last restore is what waits; no column says it again.
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

/// What had expired is over, whatever somebody says of it.
const WAITING: &str = "
    SELECT count(*) FROM api_keys WHERE paused_at = $1 AND (expires_at IS NULL OR expires_at > $1)";

/// Whoever follows the changes of leads stands perhaps behind the backup's last one: numbers that were given since are not
/// given again.
const SKIP: &str = "
    INSERT INTO lead_feeds (account_id, last_change) SELECT id, 1000000000 FROM accounts WHERE true
    ON CONFLICT (account_id) DO UPDATE SET last_change = lead_feeds.last_change + 1000000000";

/// A reader of the changes of items may hold items that were stored after the backup. So every place that was given before has
/// expired, and the reader reads the whole inventory again.
const EXPIRE: [&str; 3] = [
    "DELETE FROM removed_items",
    "INSERT INTO item_feeds (account_id, last_change, changed_at) SELECT id, 0, 0 FROM accounts WHERE true
    ON CONFLICT DO NOTHING",
    "UPDATE item_feeds SET last_change = last_change + 1000000000, forgotten = last_change + 1000000000",
];

/// Everybody who was in is out, and no link works.
const END: [&str; 3] = [
    "DELETE FROM sessions",
    "DELETE FROM sign_in_steps",
    "DELETE FROM links",
];

pub(super) async fn quarantine(
    connection: &mut SqliteConnection,
    now: Timestamp,
) -> Result<Quarantined> {
    const DOING: &str = "pausing the restored keys";
    let mut transaction = connection.begin().await.doing(DOING)?;
    let action = Action::AccountRestored.as_str();
    for statement in [PAUSE, RECORD] {
        let query = sqlx::query(statement).bind(now.millis()).bind(action);
        query.execute(&mut *transaction).await.doing(DOING)?;
    }
    for statement in END.into_iter().chain([SKIP]).chain(EXPIRE) {
        let query = sqlx::query(statement);
        query.execute(&mut *transaction).await.doing(DOING)?;
    }
    let keys = sqlx::query_scalar(WAITING)
        .bind(now.millis())
        .fetch_one(&mut *transaction)
        .await
        .doing(DOING)?;
    transaction.commit().await.doing(DOING)?;
    Ok(Quarantined { keys })
}
