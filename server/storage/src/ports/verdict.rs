//! Reports between nodes, on a separate pool, so that they wait for no other work of the node; and
//! the receipts of revocations.

use super::{Result, SqlStore, revocation};
use crate::error::{CorruptValue, ErrorContext as _};
use crate::query::{query, query_scalar};
use async_trait::async_trait;
use domain::{AccountId, KeyId, Timestamp};
use service::PepperId;
use service::key::KeyDigest;
use service::store::{
    AffectedKeys, CHANGES_PER_PAGE, NodeId, NodeRecord, Receipt, VerdictChange, VerdictStore,
};

pub(crate) const REGISTER: &str = "
    INSERT INTO nodes (id, acknowledged, beats, leaving, peppers)
    SELECT $1, last, 0, 0, $2 FROM verdict_counter WHERE id = 1
    RETURNING acknowledged";

/// A row that only makes the nodes of an older version send heartbeats. It uses the columns of the
/// first schema that has nodes.
pub(crate) const REGISTER_UPGRADE: &str = "
    INSERT INTO nodes (id, acknowledged, beats, leaving)
    SELECT $1, last, 0, 1 FROM verdict_counter WHERE id = 1
    ON CONFLICT (id) DO NOTHING";

pub(crate) const LAST_NUMBER: &str = "SELECT last FROM verdict_counter WHERE id = 1";

/// For use when no other node exists.
pub(crate) const FORGET_ALL: &str = "DELETE FROM nodes";

/// A row without a number if nothing changed. No row if the node is not registered, or has seen
/// numbers that do not exist yet. It is one statement, so that everything is read at the same
/// moment.
pub(crate) const CHANGES: &str = "
    SELECT c.number, c.account_id, c.digest
    FROM nodes n LEFT JOIN verdict_changes c ON c.number > $2
    WHERE n.id = $1 AND n.leaving = 0 AND $2 <= (SELECT last FROM verdict_counter WHERE id = 1)
    ORDER BY c.number LIMIT +$3";

pub(crate) const ACKNOWLEDGE: &str =
    "UPDATE nodes SET acknowledged = $2, beats = beats + 1 WHERE id = $1 AND leaving = 0";

pub(crate) const NODES: &str = "SELECT id, acknowledged, beats, leaving FROM nodes";

pub(crate) const LIVE_NODES: &str = "SELECT count(*) FROM nodes WHERE leaving = 0";

/// Returns whether a node other than `$1` is registered.
pub(crate) const OTHER_NODES_EXIST: &str =
    "SELECT EXISTS (SELECT 1 FROM nodes WHERE id <> $1 AND leaving = 0)";

pub(crate) const EXPEL: &str = "UPDATE nodes SET leaving = 1 WHERE id = $1 AND beats = $2";

pub(crate) const REMOVE: &str = "DELETE FROM nodes WHERE id = $1";

#[async_trait]
impl VerdictStore for SqlStore {
    async fn register_node(&self, id: &NodeId, accepted: &[PepperId]) -> Result<Option<u64>> {
        self.engine
            .forget_dead_nodes()
            .await
            .context("registering this node")?;
        // The registration has to survive a failure of the database's machine: without it, other
        // nodes would not wait for this one, although it keeps keys in memory.
        let mut tx = self
            .begin_durable_coordination("registering this node")
            .await?;
        let stored: Option<String> = query_scalar(tx.shared_pepper_statement())
            .fetch_one(&mut tx)
            .await?;
        let accepts = |stored: String| accepted.iter().any(|id| stored.starts_with(id.as_str()));
        if !stored.is_none_or(accepts) {
            return Ok(None);
        }
        let accepted: Vec<_> = accepted.iter().map(PepperId::as_str).collect();
        let number: i64 = query_scalar(REGISTER)
            .bind(id.as_str())
            .bind(accepted.join(" "))
            .fetch_one(&mut tx)
            .await?;
        tx.commit().await?;
        unsigned(number, "nodes.acknowledged").map(Some)
    }

    async fn last_change(&self) -> Result<u64> {
        self.engine
            .forget_dead_nodes()
            .await
            .context("reading the last change of API keys")?;
        let number: i64 = query_scalar(LAST_NUMBER)
            .fetch_one(self.coordination("reading the last change of API keys"))
            .await?;
        unsigned(number, "verdict_counter.last")
    }

    async fn verdict_changes(
        &self,
        node: &NodeId,
        after: u64,
    ) -> Result<Option<Vec<VerdictChange>>> {
        let rows: Vec<(Option<i64>, Option<String>, Option<Vec<u8>>)> = query(CHANGES)
            .bind(node.as_str())
            .bind(after.cast_signed())
            .bind(i64::try_from(CHANGES_PER_PAGE).unwrap_or(i64::MAX))
            .fetch_all(self.coordination("looking for changes of API keys"))
            .await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut changes = Vec::new();
        for row in rows {
            let (Some(number), Some(account), digest) = row else {
                continue;
            };
            let of = match digest {
                Some(digest) => AffectedKeys::Key(KeyDigest::from_bytes(
                    digest
                        .try_into()
                        .map_err(|_| CorruptValue("verdict_changes.digest"))?,
                )),
                None => AffectedKeys::Account(
                    AccountId::parse(&account)
                        .map_err(|_| CorruptValue("verdict_changes.account_id"))?,
                ),
            };
            let number = unsigned(number, "verdict_changes.number")?;
            changes.push(VerdictChange { number, of });
        }
        Ok(Some(changes))
    }

    async fn acknowledge(&self, node: &NodeId, number: u64) -> Result<()> {
        query(ACKNOWLEDGE)
            .bind(node.as_str())
            .bind(number.cast_signed())
            .execute(self.coordination("acknowledging changes of API keys"))
            .await?;
        Ok(())
    }

    async fn nodes(&self) -> Result<Vec<NodeRecord>> {
        let rows: Vec<(String, i64, i64, i64)> = query(NODES)
            .fetch_all(self.readers("listing the nodes"))
            .await?;
        let record = |(id, acknowledged, heartbeats, presumed_dead)| -> Result<NodeRecord> {
            Ok(NodeRecord {
                id: NodeId::from_stored(id),
                acknowledged: unsigned(acknowledged, "nodes.acknowledged")?,
                heartbeats: unsigned(heartbeats, "nodes.beats")?,
                presumed_dead: presumed_dead != 0,
            })
        };
        rows.into_iter().map(record).collect()
    }

    async fn mark_node_dead(&self, node: &NodeRecord) -> Result<()> {
        // This has to survive as well: otherwise the node would be granted leases again, after
        // others began to count the time until its last lease ends.
        let mut tx = self.begin_durable_coordination("expelling a node").await?;
        query(EXPEL)
            .bind(node.id.as_str())
            .bind(node.heartbeats.cast_signed())
            .execute(&mut tx)
            .await?;
        tx.commit().await
    }

    async fn keep_receipt(
        &self,
        account: &AccountId,
        revoked_at: Timestamp,
        key: Option<&KeyId>,
        receipt: Receipt,
    ) -> Result<()> {
        let receipt =
            serde_json::to_string(&receipt).map_err(|_| CorruptValue("api_keys.receipt"))?;
        let mut tx = self
            .begin_change(account, "storing the receipt of a revocation")
            .await?;
        query(revocation::KEEP_RECEIPT)
            .bind(account.as_str())
            .bind(revoked_at.millis())
            .bind(key.map_or("", KeyId::as_str))
            .bind(receipt)
            .execute(&mut tx)
            .await?;
        tx.commit().await
    }

    async fn remove_node(&self, id: &NodeId) -> Result<()> {
        query(REMOVE)
            .bind(id.as_str())
            .execute(self.coordination("removing a node"))
            .await?;
        Ok(())
    }

    async fn change_hint(&self) {
        self.engine.wait_for_hint().await;
    }
}

fn unsigned(number: i64, column: &'static str) -> Result<u64> {
    Ok(u64::try_from(number).map_err(|_| CorruptValue(column))?)
}
