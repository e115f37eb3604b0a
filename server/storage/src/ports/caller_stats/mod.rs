//! Callers of keys: their addresses, networks and programs.

mod statements;

pub(crate) use statements::*;

use super::{Result, SqlStore, Transaction};
use crate::bulk_query::{MAX_ROWS, RowValues};
use crate::error::CorruptValue;
use crate::query::query;
use async_trait::async_trait;
use domain::{AccountId, KeyId, Outcome, RefusalCode, Timestamp};
use service::store::{
    Caller, CallerStats, CallerStatsStore, CallingNetwork, MAX_CALLERS, MAX_NETWORKS, ScopeUses,
};
use std::collections::BTreeMap;
use std::net::IpAddr;

#[async_trait]
impl CallerStatsStore for SqlStore {
    async fn record_caller_stats(&self, stats: &[CallerStats]) -> Result<()> {
        let mut tx = self
            .begin_non_durable("recording where calls come from")
            .await?;
        add_all(&mut tx, stats).await?;
        tx.commit().await
    }

    async fn callers(&self, account: &AccountId, key: &KeyId) -> Result<Vec<Caller>> {
        query(CALLERS)
            .bind(account.as_str())
            .bind(key.as_str())
            .parse_all::<CallerRow, _>(self.readers("reading who calls with a key"))
            .await
    }

    async fn networks(&self, account: &AccountId, key: &KeyId) -> Result<Vec<CallingNetwork>> {
        query(NETWORKS)
            .bind(account.as_str())
            .bind(key.as_str())
            .parse_all::<NetworkRow, _>(self.readers("reading from where a key was used"))
            .await
    }
}

/// Stores the sightings, all keys in one statement if nothing is new, as in nearly all calls.
async fn add_all(tx: &mut Transaction, stats: &[CallerStats]) -> Result<()> {
    add_scope_uses(tx, stats).await?;
    add_callers(tx, stats).await?;
    for key_stats in stats {
        if let Some(at) = last_dead_key_use(&key_stats.callers) {
            query(RECORD_DEAD_KEY_USE)
                .bind(key_stats.account_id.as_str())
                .bind(key_stats.key_id.as_str())
                .bind(at.millis())
                .execute(&mut *tx)
                .await?;
        }
    }
    add_networks(tx, stats).await
}

async fn add_scope_uses(tx: &mut Transaction, stats: &[CallerStats]) -> Result<()> {
    let new_uses: BTreeMap<_, _> = stats
        .iter()
        .filter(|key_stats| key_stats.scope_uses != ScopeUses::default())
        .map(|key_stats| (key_of(key_stats), &key_stats.scope_uses))
        .collect();
    if new_uses.is_empty() {
        return Ok(());
    }
    let stored: Vec<(String, String, String)> = SCOPE_USES
        .with_rows(new_uses.keys(), |row, (account, key)| {
            row.bind(*account).bind(*key);
        })
        .fetch_all(&mut *tx)
        .await?;
    let mut updates = Vec::new();
    for (account, key, stored) in &stored {
        let stored = ScopeUses::parse(stored).ok_or(CorruptValue("api_keys.scope_uses"))?;
        let mut uses = stored.clone();
        if let Some(key_stats) = new_uses.get(&(account.as_str(), key.as_str())) {
            uses.merge(key_stats);
        }
        if uses != stored {
            updates.push((account, key, uses.to_string()));
        }
    }
    if !updates.is_empty() {
        SET_SCOPE_USES
            .with_rows(&updates, |row, (account, key, uses)| {
                row.bind(account.as_str())
                    .bind(key.as_str())
                    .bind(uses.as_str());
            })
            .execute(tx)
            .await?;
    }
    Ok(())
}

/// A caller of a key, and its address as text.
type CallerEntry<'a> = (&'a CallerStats, &'a Caller, String);

/// Returns the account and the key whose calls were seen.
fn key_of(key_stats: &CallerStats) -> (&str, &str) {
    (key_stats.account_id.as_str(), key_stats.key_id.as_str())
}

/// Binds the columns that identify a caller.
fn bind_caller<'q>(row: &mut RowValues<'_, 'q>, (key_stats, caller, ip): &'q CallerEntry<'_>) {
    row.bind(key_stats.account_id.as_str())
        .bind(key_stats.key_id.as_str())
        .bind(caller.outcome.as_str())
        .bind(ip.as_str())
        .bind(caller.user_agent.as_deref().unwrap_or_default());
}

async fn add_callers(tx: &mut Transaction, stats: &[CallerStats]) -> Result<()> {
    let callers: Vec<CallerEntry> = stats
        .iter()
        .flat_map(|key_stats| {
            key_stats
                .callers
                .iter()
                .map(move |caller| (key_stats, caller))
        })
        .map(|(key_stats, caller)| (key_stats, caller, caller.ip.to_string()))
        .collect();
    for callers in callers.chunks(MAX_ROWS) {
        add_caller_batch(tx, callers).await?;
    }
    Ok(())
}

async fn add_caller_batch(tx: &mut Transaction, callers: &[CallerEntry<'_>]) -> Result<()> {
    let keys_to_trim: Vec<(String, String, String)> = FIND_NEW_CALLERS
        .with_rows(callers, bind_caller)
        .fetch_all(&mut *tx)
        .await?;
    ADD_CALLERS
        .with_rows(callers, |row, entry| {
            bind_caller(row, entry);
            let (_, caller, _) = entry;
            row.bind(caller.first.millis())
                .bind(caller.last.millis())
                .bind(i64::try_from(caller.calls).unwrap_or(i64::MAX));
        })
        .execute(&mut *tx)
        .await?;
    for (account, key, outcome) in keys_to_trim {
        query(FORGET_CALLERS)
            .bind(account)
            .bind(key)
            .bind(outcome)
            .bind(i64::try_from(MAX_CALLERS).unwrap_or(i64::MAX))
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Returns the time of the last call with a revoked or expired key.
fn last_dead_key_use(callers: &[Caller]) -> Option<Timestamp> {
    const DEAD: [Outcome; 2] = [
        Outcome::Refused(RefusalCode::RevokedKey),
        Outcome::Refused(RefusalCode::ExpiredKey),
    ];
    let dead_uses = callers
        .iter()
        .filter(|caller| DEAD.contains(&caller.outcome));
    dead_uses.map(|caller| caller.last).max()
}

/// Sightings of one network of a key.
struct NetworkUse {
    only_ip: Option<IpAddr>,
    last: Timestamp,
}

async fn add_networks(tx: &mut Transaction, stats: &[CallerStats]) -> Result<()> {
    let mut networks: BTreeMap<_, NetworkUse> = BTreeMap::new();
    for key_stats in stats {
        for caller in key_stats
            .callers
            .iter()
            .filter(|caller| is_accepted(caller))
        {
            let (only_ip, last) = (caller.only_ip(), caller.last);
            networks
                .entry((key_of(key_stats), caller.network()))
                .and_modify(|network| {
                    network.only_ip = network.only_ip.filter(|ip| Some(*ip) == only_ip);
                    network.last = last.max(network.last);
                })
                .or_insert(NetworkUse { only_ip, last });
        }
    }
    if networks.is_empty() {
        return Ok(());
    }
    let unknown: Vec<(String, String)> = FIND_UNKNOWN_NETWORKS
        .with_rows(networks.keys(), |row, ((account, key), network)| {
            row.bind(*account).bind(*key).bind(network.as_str());
        })
        .fetch_all(&mut *tx)
        .await?;
    let is_new = |(account, key): (&str, &str)| {
        let mut unknown = unknown.iter();
        unknown.any(|(owner, id)| (owner.as_str(), id.as_str()) == (account, key))
    };
    for key_stats in stats.iter().filter(|key_stats| is_new(key_of(key_stats))) {
        add_unknown_networks(tx, key_stats).await?;
    }
    networks.retain(|(key, _), _| !is_new(*key));
    if !networks.is_empty() {
        UPDATE_NETWORKS
            .with_rows(
                &networks,
                |row, (((account, key), network), network_use)| {
                    row.bind(*account)
                        .bind(*key)
                        .bind(network.as_str())
                        .bind(network_use.only_ip.map(|ip| ip.to_string()))
                        .bind(network_use.last.millis());
                },
            )
            .execute(tx)
            .await?;
    }
    Ok(())
}

fn is_accepted(caller: &Caller) -> bool {
    caller.outcome == Outcome::Accepted
}

/// Writes the networks of a key, at least one of which is new, in the order in which they were
/// seen.
async fn add_unknown_networks(tx: &mut Transaction, key_stats: &CallerStats) -> Result<()> {
    let (account, key) = (key_stats.account_id.as_str(), key_stats.key_id.as_str());
    let mut callers: Vec<_> = key_stats
        .callers
        .iter()
        .filter(|caller| is_accepted(caller))
        .collect();
    callers.sort_by_key(|caller| caller.first);
    let mut has_new_network = false;
    for caller in callers {
        if update_network(tx, key_stats, caller).await? {
            continue;
        }
        let inserted_rows = query(NEW_NETWORK)
            .bind(account)
            .bind(key)
            .bind(caller.network())
            .bind(caller.only_ip().map(|ip| ip.to_string()))
            .bind(caller.first.millis())
            .bind(caller.last.millis())
            .execute(&mut *tx)
            .await?;
        if inserted_rows == 0 {
            // Another node inserted the network first.
            update_network(tx, key_stats, caller).await?;
            continue;
        }
        has_new_network = true;
        query(MARK_NETWORK)
            .bind(account)
            .bind(key)
            .bind(caller.first.millis())
            .execute(&mut *tx)
            .await?;
    }
    if has_new_network {
        query(FORGET_NETWORKS)
            .bind(account)
            .bind(key)
            .bind(i64::try_from(MAX_NETWORKS).unwrap_or(i64::MAX))
            .execute(tx)
            .await?;
    }
    Ok(())
}

/// Updates the network of a caller. Returns `false` if it is not stored yet.
async fn update_network(
    tx: &mut Transaction,
    key_stats: &CallerStats,
    caller: &Caller,
) -> Result<bool> {
    let updated_rows = query(UPDATE_NETWORK)
        .bind(key_stats.account_id.as_str())
        .bind(key_stats.key_id.as_str())
        .bind(caller.network())
        .bind(caller.only_ip().map(|ip| ip.to_string()))
        .bind(caller.last.millis())
        .execute(tx)
        .await?;
    Ok(updated_rows > 0)
}
