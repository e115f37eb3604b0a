//! Reasons of refused calls, listed for the account of their key and looked up by request id.
//!
//! A stored reason consists of codes, names of our own, numbers and the caller's address. It
//! contains no text that the caller sent, which could be a secret. If the call had a genuine key,
//! only the key's account can see it. Otherwise the call belongs to no account, and anyone with its
//! id of 128 random bits can see what was wrong with it.

mod pending;
mod remedy;

pub(crate) use pending::PendingRefusals;
pub use remedy::{Remedy, RemedyState};

use crate::clock::Clock;
use crate::error::Error;
use crate::origin::CalledKey;
use crate::refusal::{CallId, Cause};
use crate::reserve::FreeSpace;
use crate::sessions::Member;
use crate::store::{
    CallSum, KeyRecord, ListedRefusal, RefusalFilter, RefusalPorts, RefusedCall, quarter,
};
use crate::usage::{PAUSE, TimeLimit};
use domain::{AccountId, KeyId, RefusalCode, Timestamp, seconds};
use pending::BATCH_SIZE;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

/// How long a refusal can be looked up.
const RETENTION_SECONDS: i64 = 7 * seconds::DAY;
/// Rows swept in one transaction, so that other writes do not wait long.
const SWEEP_ROWS: u32 = 1_000;
/// Batches of refused calls in one flush at most: a flood of them must not delay uses.
const MAX_BATCHES: usize = 100;

/// Calls on one page of the list.
const PAGE_SIZE: u32 = 50;
/// Upper bound of a count of new calls.
pub const MAX_NEW_REFUSALS: u32 = 100;

/// A page of the refused calls of an account.
#[derive(Debug)]
pub struct RefusalPage {
    /// Newest first.
    pub calls: Vec<ListedRefusal>,
    /// The present records of the keys of these calls, and of the key in the filter.
    pub keys: HashMap<KeyId, KeyRecord>,
    /// The number before which the next page begins; `None` on the last page.
    pub next_before: Option<u64>,
    /// Number of calls for each code, the most frequent one first, whatever code the filter has.
    pub counts: Vec<(RefusalCode, u64)>,
    /// Number of calls that the filter selects, on all pages.
    pub matches: u64,
    pub now: Timestamp,
}

/// The reasons of refused calls.
pub struct Refusals {
    pub(crate) store: Arc<dyn RefusalPorts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) free_space: Arc<FreeSpace>,
    pub(crate) pending: Arc<PendingRefusals>,
}

impl Refusals {
    /// Notes a refused call in memory, with the code and the cause of its refusal. The address is
    /// kept only for an account that can see it.
    pub fn note(
        &self,
        id: &str,
        key: Option<CalledKey>,
        (code, cause): (RefusalCode, Cause),
        method: &str,
        route: &str,
        address: IpAddr,
    ) {
        let Some(id) = CallId::parse(id) else {
            return;
        };
        self.pending.note(RefusedCall {
            id,
            at: self.clock.now(),
            address: key.is_some().then(|| address.to_canonical()),
            key: key.map(|key| (key.account_id.clone(), key.key_id.clone())),
            code: code.as_str().to_owned(),
            cause,
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
        let since = self.oldest();
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

    /// Returns a page of the refused calls of the member's account, which begins below the number
    /// `before`.
    ///
    /// # Errors
    /// The database's.
    pub async fn page(
        &self,
        member: &Member,
        filter: &RefusalFilter,
        before: Option<u64>,
    ) -> Result<RefusalPage, Error> {
        let (account, since) = (&member.account_id, self.oldest());
        let seqs = 0..before.unwrap_or(u64::MAX);
        // One more call than fits shows that there is a next page.
        let calls = self
            .store
            .list_refusals(account, filter, since, seqs, PAGE_SIZE + 1);
        let mut calls = calls.await?;
        let is_full = calls.len() > PAGE_SIZE as usize;
        calls.truncate(PAGE_SIZE as usize);
        let next_before = calls.last().filter(|_| is_full).map(|last| last.seq);
        let keys = self.keys(account, filter, &calls).await?;
        let counts = self.store.count_refusals(account, filter, since).await?;
        let matching = counts
            .iter()
            .filter(|(code, _)| filter.code.is_none_or(|own| own == *code));
        Ok(RefusalPage {
            matches: matching.map(|(_, count)| count).sum(),
            counts,
            now: self.clock.now(),
            calls,
            keys,
            next_before,
        })
    }

    /// Reads each key of a page once.
    async fn keys(
        &self,
        account: &AccountId,
        filter: &RefusalFilter,
        calls: &[ListedRefusal],
    ) -> Result<HashMap<KeyId, KeyRecord>, Error> {
        let of_calls = calls.iter().filter_map(|listed| listed.call.key.as_ref());
        let ids = of_calls.map(|(_, id)| id).chain(&filter.key);
        let mut keys = HashMap::new();
        for id in ids {
            if !keys.contains_key(id)
                && let Some(key) = self.store.find_key(account, id).await?
            {
                keys.insert(id.clone(), key);
            }
        }
        Ok(keys)
    }

    /// Counts the refused calls of the member's account above the number `after`, up to
    /// [`MAX_NEW_REFUSALS`].
    ///
    /// # Errors
    /// The database's.
    pub async fn count_new(
        &self,
        member: &Member,
        filter: &RefusalFilter,
        after: u64,
    ) -> Result<usize, Error> {
        let seqs = after.saturating_add(1)..u64::MAX;
        let (account, since) = (&member.account_id, self.oldest());
        let calls = self
            .store
            .list_refusals(account, filter, since, seqs, MAX_NEW_REFUSALS);
        Ok(calls.await?.len())
    }

    /// Sums up the calls with keys of the member's account, over the time for which refused calls
    /// are listed. Calls are counted by quarters of an hour, so the sum includes the whole quarter
    /// in which that time begins.
    ///
    /// # Errors
    /// The database's.
    pub async fn call_totals(&self, member: &Member) -> Result<CallSum, Error> {
        let since = [quarter(self.oldest())];
        let calls = self.store.calls(&member.account_id, &since).await?;
        let mut sum = CallSum::default();
        for call in calls {
            sum.add(call.outcome, call.calls);
        }
        Ok(sum)
    }

    /// Returns the time of the oldest call that can be looked up.
    fn oldest(&self) -> Timestamp {
        self.clock.now().plus_seconds(-RETENTION_SECONDS)
    }

    /// Deletes the refusals that can no longer be looked up.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep(&self) -> Result<(), Error> {
        let before = self.oldest();
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
