//! Where calls come from.

use super::{Connection, Result, Store, read_all};
use crate::error::{Corrupt, Doing as _};
use crate::sql::sighting;
use crate::sql::sighting::{CallerRow, NetworkRow};
use async_trait::async_trait;
use domain::{AccountId, KeyId, Outcome, Refusal, Timestamp};
use service::store::{
    Caller, CallingNetwork, KEPT_CALLERS, KEPT_NETWORKS, ScopeUses, Sighting, SightingStore,
};
use std::collections::BTreeSet;

const DOING: &str = "noting where calls come from";

#[async_trait]
impl SightingStore for Store {
    async fn record_sightings(&self, sightings: &[Sighting]) -> Result<()> {
        let mut tx = self.begin_relaxed(DOING).await?;
        for sighting in sightings {
            add(&mut tx, sighting).await?;
        }
        tx.commit().await.doing(DOING)
    }

    async fn callers(&self, account: &AccountId, key: &KeyId) -> Result<Vec<Caller>> {
        const DOING: &str = "reading who calls with a key";
        let rows: Vec<CallerRow> = sqlx::query_as(sighting::CALLERS)
            .bind(account.as_str())
            .bind(key.as_str())
            .fetch_all(&self.readers)
            .await
            .doing(DOING)?;
        read_all(rows, DOING)
    }

    async fn networks(&self, account: &AccountId, key: &KeyId) -> Result<Vec<CallingNetwork>> {
        const DOING: &str = "reading from where a key was used";
        let rows: Vec<NetworkRow> = sqlx::query_as(sighting::NETWORKS)
            .bind(account.as_str())
            .bind(key.as_str())
            .fetch_all(&self.readers)
            .await
            .doing(DOING)?;
        read_all(rows, DOING)
    }
}

/// In as few statements as there may be where nothing is new, since that is what nearly all calls are.
async fn add(connection: &mut Connection, seen: &Sighting) -> Result<()> {
    let (account, key) = (seen.account_id.as_str(), seen.key_id.as_str());
    if seen.scope_uses != ScopeUses::default() {
        add_scope_uses(connection, seen).await?;
    }
    let mut grown = BTreeSet::new();
    for caller in &seen.callers {
        let calls = i64::try_from(caller.calls).unwrap_or(i64::MAX);
        let known: Option<i64> = sqlx::query_scalar(sighting::ADD_CALLER)
            .bind(account)
            .bind(key)
            .bind(caller.outcome.as_str())
            .bind(caller.ip.to_string())
            .bind(caller.user_agent.as_deref().unwrap_or_default())
            .bind(caller.first.millis())
            .bind(caller.last.millis())
            .bind(calls)
            .fetch_optional(&mut *connection)
            .await
            .doing(DOING)?;
        match known {
            // No key of this account.
            None => return Ok(()),
            // Nobody called from there before.
            Some(all) if all == calls => drop(grown.insert(caller.outcome)),
            Some(_) => {}
        }
    }
    for outcome in &grown {
        sqlx::query(sighting::FORGET_CALLERS)
            .bind(account)
            .bind(key)
            .bind(outcome.as_str())
            .bind(i64::try_from(KEPT_CALLERS).unwrap_or(i64::MAX))
            .execute(&mut *connection)
            .await
            .doing(DOING)?;
    }
    if let Some(at) = last_knock(&seen.callers) {
        sqlx::query(sighting::KNOCK)
            .bind(account)
            .bind(key)
            .bind(at.millis())
            .execute(&mut *connection)
            .await
            .doing(DOING)?;
    }
    add_networks(connection, seen).await
}

async fn add_scope_uses(connection: &mut Connection, seen: &Sighting) -> Result<()> {
    let (account, key) = (seen.account_id.as_str(), seen.key_id.as_str());
    let known: Option<String> = sqlx::query_scalar(sighting::SCOPE_USES)
        .bind(account)
        .bind(key)
        .fetch_optional(&mut *connection)
        .await
        .doing(DOING)?;
    let Some(known) = known else {
        return Ok(());
    };
    let known = ScopeUses::parse(&known)
        .map_err(|_| Corrupt("api_keys.scope_uses"))
        .doing(DOING)?;
    let mut uses = known.clone();
    uses.merge(&seen.scope_uses);
    if uses != known {
        sqlx::query(sighting::SET_SCOPE_USES)
            .bind(account)
            .bind(key)
            .bind(uses.to_string())
            .execute(connection)
            .await
            .doing(DOING)?;
    }
    Ok(())
}

/// When somebody last called with a key that is over.
fn last_knock(callers: &[Caller]) -> Option<Timestamp> {
    const OVER: [Outcome; 2] = [
        Outcome::Refused(Refusal::RevokedKey),
        Outcome::Refused(Refusal::ExpiredKey),
    ];
    let over = callers
        .iter()
        .filter(|caller| OVER.contains(&caller.outcome));
    over.map(|caller| caller.last).max()
}

async fn add_networks(connection: &mut Connection, seen: &Sighting) -> Result<()> {
    let (account, key) = (seen.account_id.as_str(), seen.key_id.as_str());
    let let_in = |caller: &&Caller| caller.outcome == Outcome::Accepted;
    let mut callers: Vec<_> = seen.callers.iter().filter(let_in).collect();
    callers.sort_by_key(|caller| caller.first);
    let mut grown = false;
    for caller in callers {
        if see_network(connection, seen, caller).await? {
            continue;
        }
        let inserted = sqlx::query(sighting::NEW_NETWORK)
            .bind(account)
            .bind(key)
            .bind(caller.network())
            .bind(caller.only_ip().map(|ip| ip.to_string()))
            .bind(caller.first.millis())
            .bind(caller.last.millis())
            .execute(&mut *connection)
            .await
            .doing(DOING)?;
        if inserted.rows_affected() == 0 {
            // Another node came first.
            see_network(connection, seen, caller).await?;
            continue;
        }
        grown = true;
        sqlx::query(sighting::MARK_NETWORK)
            .bind(account)
            .bind(key)
            .bind(caller.first.millis())
            .execute(&mut *connection)
            .await
            .doing(DOING)?;
    }
    if grown {
        sqlx::query(sighting::FORGET_NETWORKS)
            .bind(account)
            .bind(key)
            .bind(i64::try_from(KEPT_NETWORKS).unwrap_or(i64::MAX))
            .execute(connection)
            .await
            .doing(DOING)?;
    }
    Ok(())
}

/// Whether the network of a caller is known.
async fn see_network(
    connection: &mut Connection,
    seen: &Sighting,
    caller: &Caller,
) -> Result<bool> {
    let known = sqlx::query(sighting::SEE_NETWORK)
        .bind(seen.account_id.as_str())
        .bind(seen.key_id.as_str())
        .bind(caller.network())
        .bind(caller.only_ip().map(|ip| ip.to_string()))
        .bind(caller.last.millis())
        .execute(connection)
        .await
        .doing(DOING)?;
    Ok(known.rows_affected() > 0)
}
