//! Records of failed sign-ins: in the log, in the metrics and in the audit log of the member's
//! account.
//!
//! 1. A failure is logged at `warn` with the caller's address and counted for the metrics. Neither
//!    has the text that was typed.
//! 2. If a member has the email address, the failure is kept in memory until the next flush. So the
//!    answer takes no longer than for an address that no member has.
//! 3. The flush adds it to the count of its hour, network and member. The first of an hour writes
//!    an audit event.
//! 4. When the hour is over, any node removes the count and writes a second event with its number,
//!    if it grew after the first one.
//!
//! A crash loses the failures of the last flush interval, and no count that was stored. Memory,
//! rows and events are bounded by [`MAX_PENDING`] and
//! [`MAX_COUNTED_NETWORKS`](crate::store::MAX_COUNTED_NETWORKS).

use crate::clock::Clock;
use crate::error::Error;
use crate::limit::network;
use crate::origin::Client;
use crate::store::{Action, AttemptStore, FailedAttempts};
use domain::{AccountId, MemberId, Timestamp, seconds};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const HOUR_MILLIS: i64 = seconds::HOUR * 1_000;

/// Upper bound of pending counts. Passwords are checked two at a time, so a flush comes long before
/// it is reached.
const MAX_PENDING: usize = 1_024;

/// Counts that one transaction closes.
const CLOSE_BATCH_SIZE: u32 = 100;

/// A kind of failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptKind {
    /// A sign-in with an email address that no member has.
    UnknownAddress,
    /// A sign-in with a wrong password, or at a deactivated member.
    Password,
    /// A wrong code of a second factor.
    Code,
    /// A wrong password of a signed-in member, who has to enter it again before a change.
    CurrentPassword,
}

impl AttemptKind {
    pub const ALL: [Self; 4] = [
        Self::UnknownAddress,
        Self::Password,
        Self::Code,
        Self::CurrentPassword,
    ];

    /// The name in logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownAddress => "unknown_address",
            Self::Password => "password",
            Self::Code => "code",
            Self::CurrentPassword => "current_password",
        }
    }

    /// The audit action; `None` if there is no account in whose audit log it could be recorded.
    const fn action(self) -> Option<Action> {
        match self {
            Self::UnknownAddress => None,
            Self::Password => Some(Action::SessionRefused),
            Self::Code => Some(Action::FactorRefused),
            Self::CurrentPassword => Some(Action::PasswordRefused),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct AttemptKey {
    account: AccountId,
    member: MemberId,
    action: &'static str,
    hour: Timestamp,
    network: IpAddr,
}

/// Failures that are not written yet, and their numbers since the start.
#[derive(Debug, Default)]
pub(crate) struct PendingAttempts {
    pending: Mutex<HashMap<AttemptKey, FailedAttempts>>,
    counts: [AtomicU64; AttemptKind::ALL.len()],
    /// The hour before which this node has seen all hours closed.
    closed_before: AtomicI64,
}

impl PendingAttempts {
    /// Returns the number of failures since the start, in the order of [`AttemptKind::ALL`].
    pub(crate) fn counts(&self) -> [u64; AttemptKind::ALL.len()] {
        self.counts
            .each_ref()
            .map(|count| count.load(Ordering::Relaxed))
    }

    fn count(&self, attempt: AttemptKind) {
        for (kind, count) in AttemptKind::ALL.iter().zip(&self.counts) {
            if *kind == attempt {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn add(&self, key: AttemptKey, attempts: FailedAttempts) {
        let mut pending = self.lock();
        if let Some(existing) = pending.get_mut(&key) {
            existing.attempts += attempts.attempts;
        } else if pending.len() < MAX_PENDING {
            pending.insert(key, attempts);
        }
    }

    fn take(&self) -> HashMap<AttemptKey, FailedAttempts> {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AttemptKey, FailedAttempts>> {
        // No code panics while it holds the lock, and the map is consistent at every point.
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Record of failed sign-ins.
pub struct AttemptLog {
    store: Arc<dyn AttemptStore>,
    clock: Arc<dyn Clock>,
    attempts: PendingAttempts,
}

impl AttemptLog {
    pub(crate) fn new(store: Arc<dyn AttemptStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            attempts: PendingAttempts::default(),
        }
    }

    /// Returns the number of failures since the start, in the order of [`AttemptKind::ALL`].
    pub(crate) fn counts(&self) -> [u64; AttemptKind::ALL.len()] {
        self.attempts.counts()
    }

    /// Records a failed attempt by `client`: in the metrics once, and in the log and the audit log
    /// for each member whom it may concern: members of several accounts can have the address of a
    /// failed sign-in.
    pub(crate) fn note(
        &self,
        attempt: AttemptKind,
        members: &[(&AccountId, &MemberId)],
        client: &Client,
    ) {
        self.attempts.count(attempt);
        if members.is_empty() {
            tracing::warn!(ip = %client.ip, reason = attempt.as_str(), "sign_in_failed");
        }
        for (account, member) in members {
            self.note_for_member(attempt, account, member, client);
        }
    }

    fn note_for_member(
        &self,
        attempt: AttemptKind,
        account: &AccountId,
        member: &MemberId,
        client: &Client,
    ) {
        let reason = attempt.as_str();
        tracing::warn!(ip = %client.ip, reason, %member, %account, "sign_in_failed");
        let Some(action) = attempt.action() else {
            return;
        };
        let hour = hour_of(self.clock.now());
        let network = network(client.ip);
        let key = AttemptKey {
            account: account.clone(),
            member: member.clone(),
            action: action.as_str(),
            hour,
            network,
        };
        let attempts = FailedAttempts {
            member_id: member.clone(),
            action,
            hour,
            network: network.to_string(),
            ip: Some(client.ip),
            attempts: 1,
        };
        self.attempts.add(key, attempts);
    }

    /// Writes the pending failures, and closes the counts of past hours. Failures that could not be
    /// written stay pending.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn write(&self) -> Result<(), Error> {
        let now = self.clock.now();
        let mut by_account: HashMap<AccountId, Vec<(AttemptKey, FailedAttempts)>> = HashMap::new();
        for (key, attempts) in self.attempts.take() {
            let entries = by_account.entry(key.account.clone()).or_default();
            entries.push((key, attempts));
        }
        let mut last_error = None;
        for (account, attempts) in by_account {
            let (keys, attempts): (Vec<_>, Vec<_>) = attempts.into_iter().unzip();
            if let Err(error) = self.store.record_attempts(&account, &attempts, now).await {
                for (key, attempts) in keys.into_iter().zip(attempts) {
                    self.attempts.add(key, attempts);
                }
                last_error = Some(error);
            }
        }
        if let Some(error) = last_error {
            return Err(error.into());
        }
        let hour = hour_of(now);
        if self.attempts.closed_before.load(Ordering::Relaxed) < hour.millis() {
            let close = || self.store.close_attempts(hour, now, CLOSE_BATCH_SIZE);
            while close().await? > 0 {}
            self.attempts
                .closed_before
                .store(hour.millis(), Ordering::Relaxed);
        }
        Ok(())
    }
}

fn hour_of(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.millis() - at.millis().rem_euclid(HOUR_MILLIS))
}
