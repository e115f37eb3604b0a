//! Cache of the facts that decide on a key's calls, exact on every node.
//!
//! Once the caller of a change has its answer, every request that starts after that moment is
//! judged by the change, on every node, although most requests read no database. This header
//! defines the protocol, and comments in the code cite its numbers. `model.rs` runs this very code
//! in many orders of its steps, and shows that each guard is needed.
//!
//! # Definitions
//! - **Verdict**: the facts about one key that its calls depend on ([`Verdict`]). Expiry is judged
//!   on each request, so time alone makes no verdict stale.
//! - **Change**: a transaction that alters such a fact, for one key or for all keys of an account.
//!   Its **number** (1, 2, 3, …) is assigned by the database.
//! - **Node**: a server that judges calls from memory. Its row in `nodes` has an id, the number
//!   that it has acknowledged, a count of heartbeats, and a mark that is set when it is presumed
//!   dead. Each registration draws a new id and begins with nothing in memory.
//! - **Poll**: a node's read of the changes after `last_noted`, the last number that it has noted.
//!   To **note** a change is to invalidate the verdicts of its key or account.
//! - **Epoch**: the number of changes that this node has noted. It is local to the process and
//!   never goes back, whatever happens to the database. Each verdict in memory has the epoch at
//!   which the read of its record began. Each **slot**, of 4,096 for keys and 4,096 for accounts,
//!   has the epoch of the last change that hashed to it.
//! - **Lease**: permission to use verdicts from memory, for 1 s from the *start* of a poll.
//! - **Acknowledgement** of *n*: the node's row records that every change up to *n* is noted.
//! - **Boot clock**: measures the time since the machine started, including sleep. It is never set.
//!
//! # Invariants
//! - **I1.** A change is numbered in its own transaction, by a trigger, so that no writer can
//!   forget it. The counter stays locked until the commit, so numbers become visible in order and
//!   without gaps.
//! - **I2.** A lease is granted only after the node has noted every change that was visible when
//!   the poll began, and only if its row was there without a mark at some moment after that.
//! - **I3.** A verdict is used only if no change of its key or account was noted since the read of
//!   its record began, that is, if its epoch is not below that of either slot. So it contains every
//!   change that this node has noted.
//! - **I4.** A node acknowledges *n* only after it has noted every change up to *n*.
//! - **I5.** The row of a node is removed only after its last lease has ended.
//!
//! # The reader: a call
//! - **R1.** The server reads the boot clock and checks the lease. Without one, it goes to R4. The
//!   lease comes *before* memory: if it were checked last, a poll in between could grant it for a
//!   verdict that was read from memory before that poll.
//! - **R2.** It gets the verdict and compares its epoch with both slots (I3). Without a valid one,
//!   it goes to R4.
//! - **R3.** It judges the call by the verdict, the time of day and the caller's address.
//! - **R4.** It takes the current epoch *before* it reads the record from the database.
//! - **R5.** It stores the verdict with that epoch. If a change was noted since R4, the slot has a
//!   higher epoch: the verdict judges this call, which began before the read, and is never used
//!   again. A key that does not exist is not stored.
//!
//! # The reader: a poll, at most 200 ms after the last one, and sooner if the database notifies
//! - **L1.** The node, which polls one at a time, reads the boot clock before it asks the database.
//! - **L2.** A node without a row registers: its row begins with the last number as acknowledged,
//!   and every verdict is invalidated, because nothing was noted while it had no row.
//! - **L3.** One statement reads a page of changes after `last_noted`. It returns no row if the
//!   node's row is missing or marked, or if `last_noted` is above the last number: the node
//!   withdraws its lease and goes back to L2.
//! - **L4.** The node notes the changes: for each, it raises the epoch first and then sets the
//!   slot. If the first number is not `last_noted + 1`, it invalidates everything. It repeats L3
//!   while pages are full.
//! - **L5.** It extends the lease to 1 s after L1.
//! - **L6.** A separate task, so that polls never wait for a write, acknowledges `last_noted` when
//!   it rises, and every 500 ms while there are other nodes, as a heartbeat.
//!
//! # The writer, on a node or in a command
//! - **W1.** It commits the change, which gets its number *n* (I1).
//! - **W2.** Its own node polls (L1 to L5), or withdraws its lease if that fails, even if W1
//!   failed: the commit may have been made. The poll ends at a number that is at least *n*. A
//!   process that is not a node, such as a command, reads the last number instead.
//! - **W3.** If W1 failed, it returns the error. Otherwise it lists the nodes every 10 ms, until
//!   each has acknowledged that number and is not marked, or until 1.1 s have passed since W1
//!   returned: a lease, and a margin for clocks that differ in speed.
//! - **W4.** It answers, with a receipt of how many nodes acknowledged and how long that took.
//!
//! This is enough. A node that acknowledged *n* uses no older verdict (I3, I4). A node that did not
//! has either noted *n*, or began its last poll before the commit, so that its lease has ended by
//! W4 (I2). A node without a row has no lease (I2, I5), and registers with nothing in memory (L2).
//!
//! # Dead nodes
//! - **D1.** Each node watches the rows of the others. It marks a row that has not changed for
//!   2.5 s by its own boot clock, if no heartbeat arrives before the mark is committed. From then
//!   on that node gets no lease (L3).
//! - **D2.** A marked row that has not changed for 1.5 s is removed: its last lease has ended (I5).
//!
//! # Failures
//! - **F1.** *A node hangs* or its machine sleeps: its lease ends meanwhile (R1). Each writer waits
//!   1.1 s for it until D2 removes its row. When it wakes up, L3 makes it register again.
//! - **F2.** *A node dies*: as F1. With SQLite, if a file lock shows that no other process uses the
//!   file, a server that starts, or a command, removes the rows immediately.
//! - **F3.** *A live node is presumed dead*, because its heartbeats are late: it loses its memory,
//!   and nothing else (L3, I5).
//! - **F4.** *The time of day jumps*: only R3 reads it, for expiry. Times of two machines are never
//!   compared; only their speed matters, and W3 and D2 leave 0.1 s and 0.5 s for that.
//! - **F5.** *A node cannot reach the database*: its lease ends within 1 s, and each call reads the
//!   database, which fails until it is reachable. Writers elsewhere wait as in F1.
//! - **F6.** *A poll hangs or is cancelled*: it is given up after 1 s, and the next one repeats it
//!   from `last_noted`. Noting a change twice does no harm.
//! - **F7.** *The commit is in doubt*, or fails: the caller gets the error, and no promise. If the
//!   change was made, each node notes it at its next poll. A revocation or a pause is enforced on
//!   this node until it is stored (`crate::verdict::pending_stops`).
//! - **F8.** *The writer dies* after W1: its caller gets no answer; the nodes note it anyway.
//! - **F9.** *The nodes cannot be listed*, or cannot acknowledge: the writer waits 1.1 s.
//! - **F10.** *A node missed more changes than are kept* (10,000): L4 invalidates everything.
//! - **F11.** *The database returned to an earlier state*, without the node's row or with a last
//!   number below `last_noted`: L3. Registrations and marks are committed durably, so that a crash
//!   of the database server does not undo them.
//! - **F12.** *A server stops*: it withdraws its lease, removes its row, and never registers again.
//! - **F13.** *A notification is lost*: the next poll comes after 200 ms at the latest.

mod epochs;
mod heartbeat;
mod judgement;

#[cfg(test)]
mod model;
mod node;
mod peers;
mod pending_stops;
mod propagation;
mod registration;
#[cfg(test)]
mod tests;

pub use heartbeat::POLL_INTERVAL_MILLIS;
pub use judgement::ExpiryNotice;
pub use node::Node;
pub(crate) use pending_stops::{PendingStop, PendingStops, StopEventBuilder};

use crate::key::{AllowList, KeyDigest, KeyState};
use crate::origin::CalledKey;
use crate::store::{AffectedKeys, KeyRecord};
use crate::usage::KeyUsage;
use domain::{AccountName, KeyName, RateLimit, ScopeSet, Timestamp};
use epochs::{Epoch, Epochs, SharedNumber, Slots};
use quick_cache::sync::{Cache, DefaultLifecycle};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Upper bound of keys in memory, at some hundred bytes each. Unknown keys are never stored (R5).
const CAPACITY: usize = 250_000;
/// Number of slots for keys, and of those for accounts: 64 KiB in all. See [`Epochs`].
const SLOTS: usize = 4_096;

/// Facts that decide on a key's calls, and those that the API reports to the key itself.
#[derive(Debug)]
pub struct Verdict {
    /// The identity of the key, and the accounting of its calls.
    pub(crate) usage: Arc<KeyUsage>,
    pub(crate) account_name: AccountName,
    pub(crate) name: KeyName,
    pub(crate) preview: String,
    pub(crate) created_at: Timestamp,
    pub(crate) scopes: ScopeSet,
    pub(crate) limit: RateLimit,
    pub(crate) allow_list: Option<AllowList>,
    pub(crate) expires_at: Option<Timestamp>,
    /// The state in which the key is until it expires.
    pub(crate) state: KeyState,
    pub(crate) replaced_at: Option<Timestamp>,
}

impl Verdict {
    pub(crate) fn new(record: KeyRecord, usage: Arc<KeyUsage>) -> Self {
        Self {
            limit: record.limit(),
            state: record.stored_state(),
            usage,
            account_name: record.account_name,
            name: record.name,
            preview: record.preview,
            created_at: record.created_at,
            scopes: record.scopes,
            allow_list: record.allow_list,
            expires_at: record.expires_at,
            replaced_at: record.replaced.map(|replaced| replaced.at),
        }
    }

    pub(crate) fn key(&self) -> &CalledKey {
        self.usage.key()
    }
}

#[derive(Debug, Clone)]
pub(crate) struct CachedVerdict {
    verdict: Arc<Verdict>,
    epoch: Epoch,
    slots: Slots,
}

/// Map from digests to verdicts, bounded by its own eviction. Losing an entry costs one read.
pub(crate) trait Memory: Default + Send + Sync + 'static {
    fn get(&self, digest: &KeyDigest) -> Option<CachedVerdict>;
    fn insert(&self, digest: &KeyDigest, cached: CachedVerdict);
    fn remove(&self, digest: &KeyDigest);
}

/// Hash of a digest: its first bytes. Digests are as good as random, and no caller can choose one.
#[derive(Default)]
pub(crate) struct PrefixHasher(u64);

impl Hasher for PrefixHasher {
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

type Sharded =
    Cache<[u8; 32], CachedVerdict, quick_cache::UnitWeighter, BuildHasherDefault<PrefixHasher>>;

pub(crate) struct BoundedMemory(Sharded);

impl Default for BoundedMemory {
    fn default() -> Self {
        Self(Cache::with(
            1_024,
            CAPACITY as u64,
            quick_cache::UnitWeighter,
            BuildHasherDefault::default(),
            DefaultLifecycle::default(),
        ))
    }
}

impl Memory for BoundedMemory {
    fn get(&self, digest: &KeyDigest) -> Option<CachedVerdict> {
        self.0.get(digest.as_bytes())
    }

    fn insert(&self, digest: &KeyDigest, cached: CachedVerdict) {
        self.0.insert(*digest.as_bytes(), cached);
    }

    fn remove(&self, digest: &KeyDigest) {
        self.0.remove(digest.as_bytes());
    }
}

pub(crate) struct Verdicts<N = AtomicU64, M = BoundedMemory> {
    epochs: Epochs<N>,
    memory: M,
}

impl Default for Verdicts {
    fn default() -> Self {
        Self::new(SLOTS)
    }
}

impl Verdicts {
    /// Number of keys in memory.
    pub(crate) fn key_count(&self) -> u64 {
        self.memory.0.len() as u64
    }
}

impl<N: SharedNumber, M: Memory> Verdicts<N, M> {
    fn new(slots: usize) -> Self {
        Self {
            epochs: Epochs::new(slots),
            memory: M::default(),
        }
    }

    /// R1 and R2: returns the verdict on a key if it may be used at `now`, which the caller read
    /// off the boot clock, in microseconds, after the request began.
    pub(crate) fn find(&self, digest: &KeyDigest, now: u64) -> Option<Arc<Verdict>> {
        // R1: the lease first. Checked last, after a long suspension, a lease from a poll in
        // between would vouch for a verdict that was read from memory before that poll.
        if !self.epochs.is_live(now) {
            return None;
        }
        // R2.
        let cached = self.memory.get(digest)?;
        self.epochs
            .is_current(cached.epoch, cached.slots)
            .then_some(cached.verdict)
    }

    /// Whether a lease is live at `now`.
    pub(crate) fn has_lease(&self, now: u64) -> bool {
        self.epochs.is_live(now)
    }

    /// R4: the current epoch, to be taken before a record is read that is to be stored.
    pub(crate) fn epoch(&self) -> Epoch {
        self.epochs.epoch()
    }

    /// R5: stores a verdict whose record was read after `epoch` was taken.
    pub(crate) fn keep(&self, digest: &KeyDigest, verdict: Arc<Verdict>, epoch: Epoch) {
        let account = &verdict.key().account_id;
        let slots = self.epochs.slots(digest.as_bytes(), account);
        let cached = CachedVerdict {
            verdict,
            epoch,
            slots,
        };
        self.memory.insert(digest, cached);
    }

    /// L4: invalidates the verdicts that a change affects. This and all methods below are called
    /// under the lock of [`registration::Heartbeat`], by one task at a time.
    fn note(&self, change: &AffectedKeys) {
        match change {
            AffectedKeys::Key(digest) => {
                self.epochs.note_key(digest.as_bytes());
                // The epoch already invalidates the entry; removing it only frees memory.
                self.memory.remove(digest);
            }
            AffectedKeys::Account(account) => self.epochs.note_account(account),
        }
    }

    /// L2 and L4: invalidates every verdict.
    fn invalidate_all(&self) {
        self.epochs.note_all();
    }

    /// L5: grants or extends the lease, from the time at which the poll began.
    fn extend(&self, poll_started_at: u64) {
        self.epochs.extend(poll_started_at);
    }

    /// Ends the lease, so that each call reads the database until the next poll succeeds.
    fn withdraw(&self) {
        self.epochs.withdraw();
    }
}
