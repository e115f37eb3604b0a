//! Reasons of refused calls, looked up by request id.
//!
//! A stored reason consists of codes, names of our own, numbers and the caller's address. It
//! contains no text that the caller sent, which could be a secret. If the call had a genuine key,
//! only the key's account can see it. Otherwise the call belongs to no account, and whoever has its
//! id, of 128 random bits, can see what was wrong with it.

mod pending;
mod words;

pub use pending::PendingRefusals;
pub(crate) use words::words;

use crate::clock::Clock;
use crate::error::Error;
use crate::origin::CalledKey;
use crate::refusal::{CallId, Cause};
use crate::reserve::FreeSpace;
use crate::sessions::Member;
use crate::store::{KeyRecord, RefusalPorts, RefusedCall};
use crate::usage::{Limit, PAUSE};
use crate::view::moment;
use domain::{Explanation, Lookup, RefusalPage, Timestamp, seconds};
use pending::AT_ONCE;
use std::sync::Arc;
use std::time::Instant;

/// How long a refusal can be looked up.
const KEPT_SECONDS: i64 = 7 * seconds::DAY;
/// Rows swept in one transaction, so that other writes do not wait long.
const SWEEP_ROWS: u32 = 1_000;
/// Batches of refused calls in one flush at most: a flood of them must not delay uses.
const ROUNDS: usize = 100;

/// The reasons of refused calls.
pub struct Refusals {
    pub(crate) store: Arc<dyn RefusalPorts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) free_space: Arc<FreeSpace>,
    pub(crate) pending: Arc<PendingRefusals>,
    pub(crate) public_url: String,
}

impl Refusals {
    /// Notes a refused call in memory.
    pub fn note(
        &self,
        id: &str,
        key: Option<CalledKey>,
        code: &str,
        cause: Cause,
        method: &str,
        route: &str,
    ) {
        let Some(id) = CallId::parse(id) else {
            return;
        };
        self.pending.note(RefusedCall {
            id,
            at: self.clock.now(),
            key: key.map(|key| (key.account_id.clone(), key.key_id.clone())),
            code: code.to_owned(),
            cause,
            method: method.to_owned(),
            route: route.to_owned(),
        });
    }

    /// Returns the page that explains the call with this id; without a result if no id was entered.
    ///
    /// # Errors
    /// The database's.
    pub async fn page(&self, member: &Member, asked: Option<&str>) -> Result<RefusalPage, Error> {
        let now = self.clock.now();
        let raw = asked.unwrap_or_default().trim().to_owned();
        let lookup = match CallId::parse(&raw) {
            _ if raw.is_empty() => Lookup::NotAsked,
            None => Lookup::NoId,
            Some(id) => match self.find_refusal(member, &id, now).await? {
                Some(call) => Lookup::Found(Box::new(self.explain(member, call, now).await?)),
                None => Lookup::Unknown,
            },
        };
        // A long text is not an id, and need not be shown again.
        let id = if raw.contains("vx_") {
            // A key was pasted, which is never shown again.
            String::new()
        } else {
            raw.chars().take(100).collect()
        };
        Ok(RefusalPage { id, lookup })
    }

    async fn find_refusal(
        &self,
        member: &Member,
        id: &CallId,
        now: Timestamp,
    ) -> Result<Option<RefusedCall>, Error> {
        let account = &member.account_id;
        if let Some(call) = self.pending.find(account, id) {
            return Ok(Some(call));
        }
        let since = now.plus_seconds(-KEPT_SECONDS);
        Ok(self.store.find_refusal(account, id, since).await?)
    }

    async fn explain(
        &self,
        member: &Member,
        call: RefusedCall,
        now: Timestamp,
    ) -> Result<Explanation, Error> {
        let zone = &member.time_zone;
        let key: Option<KeyRecord> = match &call.key {
            Some((account, id)) => self.store.find_key(account, id).await?,
            None => None,
        };
        let (why, advice) = words(&self.public_url, &call, key.as_ref(), zone);
        let entries = match call.cause {
            Cause::Entries(entries) => entries,
            _ => Vec::new(),
        };
        Ok(Explanation {
            at: moment(call.at, zone),
            now: moment(now, zone),
            code: call.code,
            why,
            advice,
            call: format!("{} {}", call.method, call.route).trim().to_owned(),
            key: key.map(|key| (key.id, key.name, key.preview)),
            entries,
        })
    }

    /// Deletes the refusals that can no longer be looked up.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep(&self) -> Result<(), Error> {
        let before = self.clock.now().plus_seconds(-KEPT_SECONDS);
        while self.store.sweep_refusals(before, SWEEP_ROWS).await? >= u64::from(SWEEP_ROWS) {}
        Ok(())
    }

    /// W5 in `crate::usage`: writes pending refusals, within half the time for the rest of the
    /// usage.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn write(&self, limit: &Limit) -> Result<(), Error> {
        let limit = limit.half();
        // The latest refused calls of each account stay in memory until there is space: a client
        // that is refused again and again must not use up the reserve.
        if self.free_space.is_low() {
            return Ok(());
        }
        let began = Instant::now();
        for _ in 0..ROUNDS {
            let refusals = self.pending.some();
            if !refusals.is_empty() {
                self.store.record_refusals(&refusals).await?;
                self.pending.forget(&refusals);
            }
            if refusals.len() < AT_ONCE || limit.is_reached(began) {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }
}
