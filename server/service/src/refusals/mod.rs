//! Reasons of refused calls, looked up by request id.
//!
//! A stored reason consists of codes, names of our own, numbers and the caller's address. It
//! contains no text that the caller sent, which could be a secret. If the call had a genuine key,
//! only the key's account can see it. Otherwise the call belongs to no account, and whoever has its
//! id, of 128 random bits, can see what was wrong with it.

mod pending;

pub use pending::PendingRefusals;

use crate::clock::Clock;
use crate::error::Error;
use crate::origin::CalledKey;
use crate::refusal::{CallId, Refusal};
use crate::reserve::FreeSpace;
use crate::sessions::Member;
use crate::store::{KeyRecord, RefusalPorts, RefusedCall};
use crate::usage::{PAUSE, TimeLimit};
use domain::seconds;
use pending::BATCH_SIZE;
use std::sync::Arc;
use std::time::Instant;

/// How long a refusal can be looked up.
const RETENTION_SECONDS: i64 = 7 * seconds::DAY;
/// Rows swept in one transaction, so that other writes do not wait long.
const SWEEP_ROWS: u32 = 1_000;
/// Batches of refused calls in one flush at most: a flood of them must not delay uses.
const MAX_BATCHES: usize = 100;

/// The reasons of refused calls.
pub struct Refusals {
    pub(crate) store: Arc<dyn RefusalPorts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) free_space: Arc<FreeSpace>,
    pub(crate) pending: Arc<PendingRefusals>,
}

impl Refusals {
    /// Notes a refused call in memory.
    pub fn note(
        &self,
        id: &str,
        key: Option<CalledKey>,
        refusal: &Refusal,
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
            code: refusal.code().as_str().to_owned(),
            cause: refusal.into(),
            method: method.to_owned(),
            route: route.to_owned(),
        });
    }

    /// Returns the call with this id, if the member may see it, and the key that it was made with,
    /// if it is the account's own.
    ///
    /// # Errors
    /// The database's.
    pub async fn find(
        &self,
        member: &Member,
        id: &CallId,
    ) -> Result<Option<(RefusedCall, Option<KeyRecord>)>, Error> {
        let account = &member.account_id;
        let since = self.clock.now().plus_seconds(-RETENTION_SECONDS);
        let call = match self.pending.find(account, id) {
            Some(call) => Some(call),
            None => self.store.find_refusal(account, id, since).await?,
        };
        let Some(call) = call else {
            return Ok(None);
        };
        let key = match &call.key {
            Some((account, id)) => self.store.find_key(account, id).await?,
            None => None,
        };
        Ok(Some((call, key)))
    }

    /// Deletes the refusals that can no longer be looked up.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep(&self) -> Result<(), Error> {
        let before = self.clock.now().plus_seconds(-RETENTION_SECONDS);
        while self.store.sweep_refusals(before, SWEEP_ROWS).await? >= u64::from(SWEEP_ROWS) {}
        Ok(())
    }

    /// W5 in `crate::usage`: writes pending refusals, within half the time for the rest of the
    /// usage.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn write(&self, limit: &TimeLimit) -> Result<(), Error> {
        let limit = limit.half();
        // The latest refused calls of each account stay in memory until there is space: a client
        // that is refused again and again must not use up the reserve.
        if self.free_space.is_low() {
            return Ok(());
        }
        let started = Instant::now();
        for _ in 0..MAX_BATCHES {
            let refusals = self.pending.next_batch();
            if !refusals.is_empty() {
                self.store.record_refusals(&refusals).await?;
                self.pending.forget(&refusals);
            }
            if refusals.len() < BATCH_SIZE || limit.is_reached(started) {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }
}
