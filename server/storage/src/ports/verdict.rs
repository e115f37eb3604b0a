//! Reports between nodes, on a pool of their own, so that they wait for no other work of the node;
//! and the receipts of revocations.

use super::{KEPT_PEPPER, LockScope, Result, Store};
use crate::error::{Corrupt, Doing as _};
use crate::sql::{revocation, verdict};
use async_trait::async_trait;
use domain::{AccountId, KeyId, Timestamp};
use service::PepperId;
use service::key::KeyDigest;
use service::store::{
    CHANGES_PAGE, ChangeOf, NodeId, NodeRecord, Receipt, StoreError, VerdictChange, VerdictStore,
};

#[async_trait]
impl VerdictStore for Store {
    async fn register_node(&self, id: &NodeId, accepted: &[PepperId]) -> Result<Option<u64>> {
        const DOING: &str = "registering this node";
        self.forget_the_gone().await.doing(DOING)?;
        // The registration has to survive a failure of the database's machine: without it, other
        // nodes would not wait for this one, although it keeps keys in memory.
        let mut tx = self.begin_lasting(DOING).await?;
        let stored: Option<String> = sqlx::query_scalar(KEPT_PEPPER)
            .fetch_one(&mut *tx)
            .await
            .doing(DOING)?;
        let accepts = |stored: String| accepted.iter().any(|id| stored.starts_with(id.as_str()));
        if !stored.is_none_or(accepts) {
            return Ok(None);
        }
        let accepted: Vec<_> = accepted.iter().map(PepperId::as_str).collect();
        let number: i64 = sqlx::query_scalar(verdict::REGISTER)
            .bind(id.as_str())
            .bind(accepted.join(" "))
            .fetch_one(&mut *tx)
            .await
            .doing(DOING)?;
        tx.commit().await.doing(DOING)?;
        unsigned(number, "nodes.acknowledged").map(Some)
    }

    async fn last_change(&self) -> Result<u64> {
        const DOING: &str = "asking for the last change of API keys";
        self.forget_the_gone().await.doing(DOING)?;
        let number: i64 = sqlx::query_scalar(verdict::LAST)
            .fetch_one(&self.coordination)
            .await
            .doing(DOING)?;
        unsigned(number, "verdict_counter.last")
    }

    async fn verdict_changes(
        &self,
        node: &NodeId,
        after: u64,
    ) -> Result<Option<Vec<VerdictChange>>> {
        const DOING: &str = "asking what changed of API keys";
        let rows: Vec<(Option<i64>, Option<String>, Option<Vec<u8>>)> =
            sqlx::query_as(verdict::CHANGES)
                .bind(node.as_str())
                .bind(after.cast_signed())
                .bind(i64::try_from(CHANGES_PAGE).unwrap_or(i64::MAX))
                .fetch_all(&self.coordination)
                .await
                .doing(DOING)?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut changes = Vec::new();
        for row in rows {
            let (Some(number), Some(account), digest) = row else {
                continue;
            };
            let of = match digest {
                Some(digest) => ChangeOf::Key(KeyDigest::from_bytes(
                    digest
                        .try_into()
                        .map_err(|_| Corrupt("verdict_changes.digest"))
                        .doing(DOING)?,
                )),
                None => ChangeOf::Account(
                    AccountId::parse(&account)
                        .map_err(|_| Corrupt("verdict_changes.account_id"))
                        .doing(DOING)?,
                ),
            };
            let number = unsigned(number, "verdict_changes.number")?;
            changes.push(VerdictChange { number, of });
        }
        Ok(Some(changes))
    }

    async fn acknowledge(&self, node: &NodeId, number: u64) -> Result<()> {
        sqlx::query(verdict::ACKNOWLEDGE)
            .bind(node.as_str())
            .bind(number.cast_signed())
            .execute(&self.coordination)
            .await
            .doing("acknowledging what changed of API keys")?;
        Ok(())
    }

    async fn nodes(&self) -> Result<Vec<NodeRecord>> {
        let rows: Vec<(String, i64, i64, i64)> = sqlx::query_as(verdict::NODES)
            .fetch_all(&self.readers)
            .await
            .doing("asking for the nodes")?;
        let record = |(id, acknowledged, beats, leaving)| -> Result<NodeRecord> {
            Ok(NodeRecord {
                id: NodeId::from_stored(id),
                acknowledged: unsigned(acknowledged, "nodes.acknowledged")?,
                beats: unsigned(beats, "nodes.beats")?,
                leaving: leaving != 0,
            })
        };
        rows.into_iter().map(record).collect()
    }

    async fn expel_node(&self, seen: &NodeRecord) -> Result<()> {
        const DOING: &str = "taking a node for dead";
        // This has to survive as well: otherwise the node would be granted leases again, after
        // others began to count the time until its last lease ends.
        let mut tx = self.begin_lasting(DOING).await?;
        sqlx::query(verdict::EXPEL)
            .bind(seen.id.as_str())
            .bind(seen.beats.cast_signed())
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        tx.commit().await.doing(DOING)
    }

    async fn keep_receipt(
        &self,
        account: &AccountId,
        revoked_at: Timestamp,
        key: Option<&KeyId>,
        receipt: Receipt,
    ) -> Result<()> {
        const DOING: &str = "keeping how a revocation reached the nodes";
        let receipt = serde_json::to_string(&receipt)
            .map_err(|_| Corrupt("api_keys.receipt"))
            .doing(DOING)?;
        let mut tx = self.begin(LockScope::Account(account), DOING).await?;
        sqlx::query(revocation::KEEP_RECEIPT)
            .bind(account.as_str())
            .bind(revoked_at.millis())
            .bind(key.map_or("", KeyId::as_str))
            .bind(receipt)
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        tx.commit().await.doing(DOING)
    }

    async fn remove_node(&self, id: &NodeId) -> Result<()> {
        sqlx::query(verdict::REMOVE)
            .bind(id.as_str())
            .execute(&self.coordination)
            .await
            .doing("removing a node")?;
        Ok(())
    }

    async fn may_have_changed(&self) {
        self.hint().await;
    }
}

fn unsigned(number: i64, column: &'static str) -> std::result::Result<u64, StoreError> {
    u64::try_from(number)
        .map_err(|_| Corrupt(column))
        .doing("reading what changed of API keys")
}
