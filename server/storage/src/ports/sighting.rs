//! Callers: the addresses, networks and programs from which keys are called with.

use super::{Connection, Engine, Result, Store, read_all};
use crate::error::{Corrupt, Doing as _};
use crate::sql::bulk::{MOST, Row, is_full};
use crate::sql::sighting;
use crate::sql::sighting::{CallerRow, NetworkRow};
use async_trait::async_trait;
use domain::{AccountId, KeyId, Outcome, Refusal, Timestamp};
use service::store::{
    Caller, CallingNetwork, KEPT_CALLERS, KEPT_NETWORKS, ScopeUses, Sighting, SightingStore,
};
use std::collections::BTreeMap;
use std::net::IpAddr;

const DOING: &str = "noting where calls come from";

#[async_trait]
impl SightingStore for Store {
    async fn record_sightings(&self, sightings: &[Sighting]) -> Result<()> {
        let mut tx = self.begin_non_durable(DOING).await?;
        add_all(&mut tx, sightings).await?;
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

/// Stores the sightings, all keys in one statement if nothing is new, as in nearly all calls.
async fn add_all(connection: &mut Connection, sightings: &[Sighting]) -> Result<()> {
    add_scope_uses(connection, sightings).await?;
    add_callers(connection, sightings).await?;
    for seen in sightings {
        if let Some(at) = last_knock(&seen.callers) {
            sqlx::query(sighting::KNOCK)
                .bind(seen.account_id.as_str())
                .bind(seen.key_id.as_str())
                .bind(at.millis())
                .execute(&mut *connection)
                .await
                .doing(DOING)?;
        }
    }
    add_networks(connection, sightings).await
}

async fn add_scope_uses(connection: &mut Connection, sightings: &[Sighting]) -> Result<()> {
    let new: BTreeMap<_, _> = sightings
        .iter()
        .filter(|seen| seen.scope_uses != ScopeUses::default())
        .map(|seen| (of(seen), &seen.scope_uses))
        .collect();
    if new.is_empty() {
        return Ok(());
    }
    let known: Vec<(String, String, String)> = sighting::SCOPE_USES
        .with::<Engine, _>(new.keys(), |mut row, (account, key)| {
            row.push_bind(*account).push_bind(*key);
        })
        .build_query_as()
        .persistent(is_full(new.len()))
        .fetch_all(&mut *connection)
        .await
        .doing(DOING)?;
    let mut later = Vec::new();
    for (account, key, known) in &known {
        let known = ScopeUses::parse(known)
            .map_err(|_| Corrupt("api_keys.scope_uses"))
            .doing(DOING)?;
        let mut uses = known.clone();
        if let Some(seen) = new.get(&(account.as_str(), key.as_str())) {
            uses.merge(seen);
        }
        if uses != known {
            later.push((account, key, uses.to_string()));
        }
    }
    if !later.is_empty() {
        sighting::SET_SCOPE_USES
            .with::<Engine, _>(&later, |mut row, (account, key, uses)| {
                row.push_bind(account.as_str())
                    .push_bind(key.as_str())
                    .push_bind(uses.as_str());
            })
            .build()
            .persistent(is_full(later.len()))
            .execute(connection)
            .await
            .doing(DOING)?;
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
fn name(row: &mut Row<'_, Engine>, (seen, caller, ip): &Seen<'_>) {
    row.push_bind(seen.account_id.as_str())
        .push_bind(seen.key_id.as_str())
        .push_bind(caller.outcome.as_str())
        .push_bind(ip.as_str())
        .push_bind(caller.user_agent.as_deref().unwrap_or_default());
}

async fn add_callers(connection: &mut Connection, sightings: &[Sighting]) -> Result<()> {
    let callers: Vec<Seen> = sightings
        .iter()
        .flat_map(|seen| seen.callers.iter().map(move |caller| (seen, caller)))
        .map(|(seen, caller)| (seen, caller, caller.ip.to_string()))
        .collect();
    for callers in callers.chunks(MOST) {
        add_some(connection, callers).await?;
    }
    Ok(())
}

async fn add_some(connection: &mut Connection, callers: &[Seen<'_>]) -> Result<()> {
    let grown: Vec<(String, String, String)> = sighting::NEW_CALLERS
        .with::<Engine, _>(callers, |mut row, caller| name(&mut row, caller))
        .build_query_as()
        .persistent(is_full(callers.len()))
        .fetch_all(&mut *connection)
        .await
        .doing(DOING)?;
    sighting::ADD_CALLERS
        .with::<Engine, _>(callers, |mut row, one| {
            name(&mut row, one);
            let (_, caller, _) = one;
            row.push_bind(caller.first.millis())
                .push_bind(caller.last.millis())
                .push_bind(i64::try_from(caller.calls).unwrap_or(i64::MAX));
        })
        .build()
        .persistent(is_full(callers.len()))
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
    for (account, key, outcome) in grown {
        sqlx::query(sighting::FORGET_CALLERS)
            .bind(account)
            .bind(key)
            .bind(outcome)
            .bind(i64::try_from(KEPT_CALLERS).unwrap_or(i64::MAX))
            .execute(&mut *connection)
            .await
            .doing(DOING)?;
    }
    Ok(())
}

/// Returns the time of the last call with a revoked or expired key.
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

/// Sightings of one network of a key.
struct SeenNetwork {
    only_ip: Option<IpAddr>,
    last: Timestamp,
}

async fn add_networks(connection: &mut Connection, sightings: &[Sighting]) -> Result<()> {
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
    let unknown: Vec<(String, String)> = sighting::UNKNOWN_NETWORKS
        .with::<Engine, _>(networks.keys(), |mut row, ((account, key), network)| {
            row.push_bind(*account)
                .push_bind(*key)
                .push_bind(network.as_str());
        })
        .build_query_as()
        .persistent(is_full(networks.len()))
        .fetch_all(&mut *connection)
        .await
        .doing(DOING)?;
    let is_new = |(account, key): (&str, &str)| {
        let mut unknown = unknown.iter();
        unknown.any(|(of, new)| (of.as_str(), new.as_str()) == (account, key))
    };
    for seen in sightings.iter().filter(|seen| is_new(of(seen))) {
        learn_networks(connection, seen).await?;
    }
    networks.retain(|(of, _), _| !is_new(*of));
    if !networks.is_empty() {
        sighting::SEE_NETWORKS
            .with::<Engine, _>(&networks, |mut row, (((account, key), network), seen)| {
                row.push_bind(*account)
                    .push_bind(*key)
                    .push_bind(network.as_str())
                    .push_bind(seen.only_ip.map(|ip| ip.to_string()))
                    .push_bind(seen.last.millis());
            })
            .build()
            .persistent(is_full(networks.len()))
            .execute(connection)
            .await
            .doing(DOING)?;
    }
    Ok(())
}

fn let_in(caller: &Caller) -> bool {
    caller.outcome == Outcome::Accepted
}

/// Writes the networks of a key, at least one of which is new, in the order in which they were
/// seen.
async fn learn_networks(connection: &mut Connection, seen: &Sighting) -> Result<()> {
    let (account, key) = (seen.account_id.as_str(), seen.key_id.as_str());
    let mut callers: Vec<_> = seen
        .callers
        .iter()
        .filter(|caller| let_in(caller))
        .collect();
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
            // Another node inserted the network first.
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

/// Updates the network of a caller. Returns `false` if it is not stored yet.
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
