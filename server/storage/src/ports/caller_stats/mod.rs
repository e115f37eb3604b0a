//! Callers: the addresses, networks and programs from which keys are called with.

mod statements;

pub(crate) use statements::*;

use super::{Result, SqlStore, Transaction};
use crate::bulk_query::{MOST, Row};
use crate::error::Corrupt;
use crate::query::query;
use async_trait::async_trait;
use domain::{AccountId, KeyId, Outcome, RefusalCode, Timestamp};
use service::store::{
    Caller, CallingNetwork, KEPT_CALLERS, KEPT_NETWORKS, ScopeUses, Sighting, SightingStore,
};
use std::collections::BTreeMap;
use std::net::IpAddr;

#[async_trait]
impl SightingStore for SqlStore {
    async fn record_sightings(&self, sightings: &[Sighting]) -> Result<()> {
        let mut tx = self
            .begin_non_durable("recording where calls come from")
            .await?;
        add_all(&mut tx, sightings).await?;
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
async fn add_all(tx: &mut Transaction, sightings: &[Sighting]) -> Result<()> {
    add_scope_uses(tx, sightings).await?;
    add_callers(tx, sightings).await?;
    for seen in sightings {
        if let Some(at) = last_knock(&seen.callers) {
            query(KNOCK)
                .bind(seen.account_id.as_str())
                .bind(seen.key_id.as_str())
                .bind(at.millis())
                .execute(&mut *tx)
                .await?;
        }
    }
    add_networks(tx, sightings).await
}

async fn add_scope_uses(tx: &mut Transaction, sightings: &[Sighting]) -> Result<()> {
    let new: BTreeMap<_, _> = sightings
        .iter()
        .filter(|seen| seen.scope_uses != ScopeUses::default())
        .map(|seen| (of(seen), &seen.scope_uses))
        .collect();
    if new.is_empty() {
        return Ok(());
    }
    let known: Vec<(String, String, String)> = SCOPE_USES
        .with(new.keys(), |row, (account, key)| {
            row.bind(*account).bind(*key);
        })
        .fetch_all(&mut *tx)
        .await?;
    let mut later = Vec::new();
    for (account, key, known) in &known {
        let known = ScopeUses::parse(known).map_err(|_| Corrupt("api_keys.scope_uses"))?;
        let mut uses = known.clone();
        if let Some(seen) = new.get(&(account.as_str(), key.as_str())) {
            uses.merge(seen);
        }
        if uses != known {
            later.push((account, key, uses.to_string()));
        }
    }
    if !later.is_empty() {
        SET_SCOPE_USES
            .with(&later, |row, (account, key, uses)| {
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
type Seen<'a> = (&'a Sighting, &'a Caller, String);

/// Returns the account and the key whose calls were seen.
fn of(seen: &Sighting) -> (&str, &str) {
    (seen.account_id.as_str(), seen.key_id.as_str())
}

/// Binds the columns that identify a caller.
fn name<'q>(row: &mut Row<'_, 'q>, (seen, caller, ip): &'q Seen<'_>) {
    row.bind(seen.account_id.as_str())
        .bind(seen.key_id.as_str())
        .bind(caller.outcome.as_str())
        .bind(ip.as_str())
        .bind(caller.user_agent.as_deref().unwrap_or_default());
}

async fn add_callers(tx: &mut Transaction, sightings: &[Sighting]) -> Result<()> {
    let callers: Vec<Seen> = sightings
        .iter()
        .flat_map(|seen| seen.callers.iter().map(move |caller| (seen, caller)))
        .map(|(seen, caller)| (seen, caller, caller.ip.to_string()))
        .collect();
    for callers in callers.chunks(MOST) {
        add_some(tx, callers).await?;
    }
    Ok(())
}

async fn add_some(tx: &mut Transaction, callers: &[Seen<'_>]) -> Result<()> {
    let grown: Vec<(String, String, String)> =
        NEW_CALLERS.with(callers, name).fetch_all(&mut *tx).await?;
    ADD_CALLERS
        .with(callers, |row, one| {
            name(row, one);
            let (_, caller, _) = one;
            row.bind(caller.first.millis())
                .bind(caller.last.millis())
                .bind(i64::try_from(caller.calls).unwrap_or(i64::MAX));
        })
        .execute(&mut *tx)
        .await?;
    for (account, key, outcome) in grown {
        query(FORGET_CALLERS)
            .bind(account)
            .bind(key)
            .bind(outcome)
            .bind(i64::try_from(KEPT_CALLERS).unwrap_or(i64::MAX))
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Returns the time of the last call with a revoked or expired key.
fn last_knock(callers: &[Caller]) -> Option<Timestamp> {
    const OVER: [Outcome; 2] = [
        Outcome::Refused(RefusalCode::RevokedKey),
        Outcome::Refused(RefusalCode::ExpiredKey),
    ];
    let over = callers
        .iter()
        .filter(|caller| OVER.contains(&caller.outcome));
    over.map(|caller| caller.last).max()
}

/// Sightings of one network of a key.
struct SeenNetwork {
    only_ip: Option<IpAddr>,
    last: Timestamp,
}

async fn add_networks(tx: &mut Transaction, sightings: &[Sighting]) -> Result<()> {
    let mut networks: BTreeMap<_, SeenNetwork> = BTreeMap::new();
    for seen in sightings {
        for caller in seen.callers.iter().filter(|caller| let_in(caller)) {
            let (only_ip, last) = (caller.only_ip(), caller.last);
            networks
                .entry((of(seen), caller.network()))
                .and_modify(|network| {
                    network.only_ip = network.only_ip.filter(|ip| Some(*ip) == only_ip);
                    network.last = last.max(network.last);
                })
                .or_insert(SeenNetwork { only_ip, last });
        }
    }
    if networks.is_empty() {
        return Ok(());
    }
    let unknown: Vec<(String, String)> = UNKNOWN_NETWORKS
        .with(networks.keys(), |row, ((account, key), network)| {
            row.bind(*account).bind(*key).bind(network.as_str());
        })
        .fetch_all(&mut *tx)
        .await?;
    let is_new = |(account, key): (&str, &str)| {
        let mut unknown = unknown.iter();
        unknown.any(|(of, new)| (of.as_str(), new.as_str()) == (account, key))
    };
    for seen in sightings.iter().filter(|seen| is_new(of(seen))) {
        learn_networks(tx, seen).await?;
    }
    networks.retain(|(of, _), _| !is_new(*of));
    if !networks.is_empty() {
        SEE_NETWORKS
            .with(&networks, |row, (((account, key), network), seen)| {
                row.bind(*account)
                    .bind(*key)
                    .bind(network.as_str())
                    .bind(seen.only_ip.map(|ip| ip.to_string()))
                    .bind(seen.last.millis());
            })
            .execute(tx)
            .await?;
    }
    Ok(())
}

fn let_in(caller: &Caller) -> bool {
    caller.outcome == Outcome::Accepted
}

/// Writes the networks of a key, at least one of which is new, in the order in which they were
/// seen.
async fn learn_networks(tx: &mut Transaction, seen: &Sighting) -> Result<()> {
    let (account, key) = (seen.account_id.as_str(), seen.key_id.as_str());
    let mut callers: Vec<_> = seen
        .callers
        .iter()
        .filter(|caller| let_in(caller))
        .collect();
    callers.sort_by_key(|caller| caller.first);
    let mut grown = false;
    for caller in callers {
        if see_network(tx, seen, caller).await? {
            continue;
        }
        let inserted = query(NEW_NETWORK)
            .bind(account)
            .bind(key)
            .bind(caller.network())
            .bind(caller.only_ip().map(|ip| ip.to_string()))
            .bind(caller.first.millis())
            .bind(caller.last.millis())
            .execute(&mut *tx)
            .await?;
        if inserted == 0 {
            // Another node inserted the network first.
            see_network(tx, seen, caller).await?;
            continue;
        }
        grown = true;
        query(MARK_NETWORK)
            .bind(account)
            .bind(key)
            .bind(caller.first.millis())
            .execute(&mut *tx)
            .await?;
    }
    if grown {
        query(FORGET_NETWORKS)
            .bind(account)
            .bind(key)
            .bind(i64::try_from(KEPT_NETWORKS).unwrap_or(i64::MAX))
            .execute(tx)
            .await?;
    }
    Ok(())
}

/// Updates the network of a caller. Returns `false` if it is not stored yet.
async fn see_network(tx: &mut Transaction, seen: &Sighting, caller: &Caller) -> Result<bool> {
    let known = query(SEE_NETWORK)
        .bind(seen.account_id.as_str())
        .bind(seen.key_id.as_str())
        .bind(caller.network())
        .bind(caller.only_ip().map(|ip| ip.to_string()))
        .bind(caller.last.millis())
        .execute(tx)
        .await?;
    Ok(known > 0)
}
