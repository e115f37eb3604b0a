//! Keys in memory, exact to the millisecond: a request that starts after a change was acknowledged is judged by it, on
//! every node.
//!
//! What decides on a key's calls is kept as a [`Verdict`]; whether it is expired, paused or admits an address is judged
//! anew on each request. Each change of it is numbered in the database in the transaction of the change. A node reads the
//! numbers after the last one that it knows ([`Heart`]), forgets what changed, and may then use its memory for a second,
//! counted from *before* that look, by a clock that goes on while the machine sleeps. Without such a lease each request
//! reads the database itself.
//!
//! Who makes a change waits after its commit until every registered node acknowledged its number, or until a second has
//! gone by. In the first case each node has forgotten the key. In the second case a node that did not look since began
//! its last look before the commit, so that its lease is over. A request that starts now finds no lease, or one that a
//! look after the commit gave: it asks for the lease *first*, so that what it then finds in memory is what that look left.
//!
//! What is read while a change comes in might be older than the change. So who reads asks [`Verdicts::as_of`] before, and
//! what changed since then is noted against it ([`ledger`]): it may be put into memory and is never taken out again.

mod everywhere;
mod heart;
mod ledger;
#[cfg(test)]
mod model;
mod others;
#[cfg(test)]
mod tests;

pub use heart::{BEAT_MILLIS, Heart};

use crate::caller::CalledKey;
use crate::key::{AllowList, KeyDigest};
use crate::store::{ChangeOf, KeyRecord};
use crate::usage::KeyUsage;
use domain::{AccountName, KeyName, RateLimit, ScopeSet, Timestamp};
use ledger::{AsOf, Ledger, Number, Places};
use quick_cache::sync::{Cache, DefaultLifecycle};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Keys that are kept at most, some hundred bytes each. Unknown ones never are.
const KEPT: usize = 250_000;
/// See [`Ledger`]; some ten kilobytes.
const PLACES: usize = 4_096;

/// What a decision on a call of a key needs, and what the key is told of itself.
#[derive(Debug)]
pub struct Verdict {
    /// Whose calls these are, and what they leave behind.
    pub(crate) usage: Arc<KeyUsage>,
    pub(crate) account_name: AccountName,
    pub(crate) name: KeyName,
    pub(crate) preview: String,
    pub(crate) created_at: Timestamp,
    pub(crate) scopes: ScopeSet,
    pub(crate) limit: RateLimit,
    pub(crate) allow_list: Option<AllowList>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) paused: bool,
    pub(crate) revoked: bool,
    pub(crate) replaced_at: Option<Timestamp>,
}

impl Verdict {
    pub(crate) fn new(record: KeyRecord, usage: Arc<KeyUsage>) -> Self {
        Self {
            limit: record.limit(),
            usage,
            account_name: record.account_name,
            name: record.name,
            preview: record.preview,
            created_at: record.created_at,
            scopes: record.scopes,
            allow_list: record.allow_list,
            expires_at: record.expires_at,
            paused: record.paused_at.is_some(),
            revoked: record.revocation.is_some(),
            replaced_at: record.replaced.map(|replaced| replaced.at),
        }
    }

    pub(crate) fn key(&self) -> &CalledKey {
        self.usage.key()
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Kept {
    verdict: Arc<Verdict>,
    as_of: AsOf,
    places: Places,
}

/// A map from digests with a bound of its own.
pub(crate) trait Memory: Default + Send + Sync + 'static {
    fn get(&self, digest: &KeyDigest) -> Option<Kept>;
    fn insert(&self, digest: &KeyDigest, kept: Kept);
    fn remove(&self, digest: &KeyDigest);
}

/// Digests are as good as random, and nobody can choose one: their first bytes are hash enough.
#[derive(Default)]
pub(crate) struct FirstBytes(u64);

impl Hasher for FirstBytes {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_ne_bytes(*first);
        }
    }

    fn write_usize(&mut self, _length: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

type Sharded = Cache<[u8; 32], Kept, quick_cache::UnitWeighter, BuildHasherDefault<FirstBytes>>;

pub(crate) struct Bounded(Sharded);

impl Default for Bounded {
    fn default() -> Self {
        Self(Cache::with(
            1_024,
            KEPT as u64,
            quick_cache::UnitWeighter,
            BuildHasherDefault::default(),
            DefaultLifecycle::default(),
        ))
    }
}

impl Memory for Bounded {
    fn get(&self, digest: &KeyDigest) -> Option<Kept> {
        self.0.get(digest.as_bytes())
    }

    fn insert(&self, digest: &KeyDigest, kept: Kept) {
        self.0.insert(*digest.as_bytes(), kept);
    }

    fn remove(&self, digest: &KeyDigest) {
        self.0.remove(digest.as_bytes());
    }
}

pub(crate) struct Verdicts<N = AtomicU64, M = Bounded> {
    ledger: Ledger<N>,
    memory: M,
}

impl Default for Verdicts {
    fn default() -> Self {
        Self::new(PLACES)
    }
}

impl Verdicts {
    /// How many keys are in memory.
    pub(crate) fn kept(&self) -> u64 {
        self.memory.0.len() as u64
    }
}

impl<N: Number, M: Memory> Verdicts<N, M> {
    fn new(places: usize) -> Self {
        Self {
            ledger: Ledger::new(places),
            memory: M::default(),
        }
    }

    /// What is known of a key at `now`, in microseconds since the machine started: read after the request began.
    pub(crate) fn find(&self, digest: &KeyDigest, now: u64) -> Option<Arc<Verdict>> {
        // The lease first. Were it asked for last, a look that comes in between, after a long sleep, would make good
        // what was found before it.
        if !self.ledger.is_live(now) {
            return None;
        }
        let kept = self.memory.get(digest)?;
        self.ledger
            .holds(kept.as_of, kept.places)
            .then_some(kept.verdict)
    }

    pub(crate) fn may_be_used(&self, now: u64) -> bool {
        self.ledger.is_live(now)
    }

    /// To be asked before a record is read that is to be kept.
    pub(crate) fn as_of(&self) -> AsOf {
        self.ledger.as_of()
    }

    pub(crate) fn keep(&self, digest: &KeyDigest, verdict: Arc<Verdict>, as_of: AsOf) {
        let account = &verdict.key().account_id;
        let places = self.ledger.places(digest.as_bytes(), account);
        let kept = Kept {
            verdict,
            as_of,
            places,
        };
        self.memory.insert(digest, kept);
    }

    /// Forgets what a change is about. By one at a time, as all below.
    fn note(&self, change: &ChangeOf) {
        match change {
            ChangeOf::Key(digest) => {
                self.ledger.note_key(digest.as_bytes());
                // Only to save the room.
                self.memory.remove(digest);
            }
            ChangeOf::Account(account) => self.ledger.note_account(account),
        }
    }

    fn forget_all(&self) {
        self.ledger.note_all();
    }

    fn extend(&self, looked_at: u64) {
        self.ledger.extend(looked_at);
    }

    fn withdraw(&self) {
        self.ledger.withdraw();
    }
}
