//! Authentication: from the credentials of a request to a caller, or to the exact reason for its
//! refusal.
//!
//! The path of a key, from top to bottom:
//!
//! 1. [`Authenticator::authenticate`] gets the text from the headers of the request.
//! 2. [`PlainKey::parse`] checks its form, and `Peppers::digests_of` turns it into the digests that
//!    the key may be stored under.
//! 3. `Node::find` looks for the key's `Verdict` in memory. Otherwise `look_up` reads it from the
//!    database.
//! 4. `Verdict::judge` decides, and the use is noted.
//! 5. The result is a [`KeyCaller`], which no other code can create, or a [`Refused`].

mod caller;
mod lookup;
mod new_key_prefixes;
mod refusal;
mod throttled_lookups;

pub use caller::{KeyCaller, KeyDescription};
pub(crate) use new_key_prefixes::NewKeyPrefixes;
pub use refusal::Refused;
pub(crate) use throttled_lookups::ThrottledLookups;

use crate::clock::Clock;
use crate::error::Error;
use crate::key::{KeyDigest, PlainKey};
use crate::limit::{AccountLimit, Allowance, FailureBuckets};
use crate::origin::RequestOrigin;
use crate::peppers::Peppers;
use crate::refusal::KeyRefusal;
use crate::store::AuthenticatorPorts;
use crate::usage::{KeyUsage, Usages};
use crate::verdict::{Node, PendingStops, Verdict};
use domain::{Outcome, RefusalCode, Scope, Timestamp};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Authentication of calls, and the limits that apply to them.
pub struct Authenticator {
    pub(crate) store: Arc<dyn AuthenticatorPorts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) node: Arc<Node>,
    pub(crate) peppers: Arc<Peppers>,
    pub(crate) usages: Arc<Usages>,
    pub(crate) pending_stops: Arc<PendingStops>,
    pub(crate) new_key_prefixes: Arc<NewKeyPrefixes>,
    pub(crate) account_limit: Arc<AccountLimit>,
    pub(crate) failures: FailureBuckets,
    pub(crate) throttled_lookups: Arc<ThrottledLookups>,
    /// Number of reads of keys that were not in memory, since the start.
    pub(crate) key_reads: AtomicU64,
}

impl Authenticator {
    /// Number of times that keys were read from the database, since the start.
    pub(crate) fn key_reads(&self) -> u64 {
        self.key_reads.load(Ordering::Relaxed) + self.throttled_lookups.read_count()
    }

    /// Checks a presented key against the verdict in memory, or else the database (see
    /// `crate::verdict`), and notes the use in memory. A revocation takes effect from the moment
    /// at which it was confirmed.
    ///
    /// # Errors
    /// The reason for the refusal, or that the caller's network has failed too often. A usable key
    /// is accepted however often its network failed.
    pub async fn authenticate(
        &self,
        presented: &[u8],
        source: RequestOrigin<'_>,
    ) -> Result<KeyCaller, Refused> {
        let mut refused = match self.check(presented, source).await {
            Ok(caller) => return Ok(caller),
            Err(refused) => refused,
        };
        // A fault of the server is not the caller's failure.
        let Error::Denied(refusal) = &mut refused.why else {
            return Err(refused);
        };
        if matches!(refusal, KeyRefusal::Malformed(_)) {
            refused.usage = self.note_mistyped_key(presented, refusal.code(), source);
        }
        // Unknown keys were counted before they were looked up.
        let is_counted = matches!(
            refusal,
            KeyRefusal::Unknown | KeyRefusal::NetworkLimited { .. }
        );
        if !is_counted
            && let Err(retry_after_seconds) = self.failures.count(source.ip(), &*self.clock)
        {
            *refusal = KeyRefusal::NetworkLimited {
                retry_after_seconds,
            };
        }
        Err(refused)
    }

    async fn check(
        &self,
        presented: &[u8],
        source: RequestOrigin<'_>,
    ) -> Result<KeyCaller, Refused> {
        let secret = PlainKey::parse(presented)?;
        let digests = self.peppers.digests_of(&secret);
        let verdict = match self.find_verdict(digests) {
            Some(verdict) => verdict,
            None => self.look_up(digests, source.ip()).await?,
        };
        let now = self.clock.now();
        let Err(refusal) = self.judge(&verdict, source.ip(), now) else {
            return Ok(KeyCaller {
                digests,
                expiry_notice: verdict.expiry_notice(now),
                last_used: self.usages.note_use(&verdict.usage, now, source),
                verdict,
            });
        };
        let outcome = Outcome::Refused(refusal.code());
        self.usages
            .note_refusal(&verdict.usage, outcome, now, source);
        Err(Refused {
            why: Error::Denied(refusal),
            usage: Some(Arc::clone(&verdict.usage)),
        })
    }

    /// Notes the caller of a call with a mistyped key, and returns the usage of the key that its
    /// text begins like. So such a call is counted where it is listed.
    fn note_mistyped_key(
        &self,
        presented: &[u8],
        code: RefusalCode,
        source: RequestOrigin<'_>,
    ) -> Option<Arc<KeyUsage>> {
        let now = self.clock.now();
        let key = self.new_key_prefixes.find(presented, now)?;
        let usage = self.usages.of(key, None);
        self.usages
            .note_refusal(&usage, Outcome::Refused(code), now, source);
        Some(usage)
    }

    /// Judges a caller again when the body of its request has arrived, which can take minutes: the
    /// key may have been revoked, paused, narrowed or restricted to other networks meanwhile. This
    /// is the same call, so it is neither counted nor limited again.
    ///
    /// # Errors
    /// [`Error::Denied`] if the key may no longer be used, and the database's.
    pub async fn judge_again(&self, caller: &KeyCaller, ip: IpAddr) -> Result<KeyCaller, Error> {
        let digests = caller.digests;
        let verdict = match self.find_verdict(digests) {
            Some(verdict) => verdict,
            None => self.read_verdict(digests).await?,
        };
        let now = self.clock.now();
        self.judge(&verdict, ip, now).map_err(Error::Denied)?;
        Ok(KeyCaller {
            digests,
            expiry_notice: verdict.expiry_notice(now),
            last_used: caller.last_used,
            verdict,
        })
    }

    /// Looks for the key in memory (R1 and R2 in `crate::verdict`), under either pepper.
    fn find_verdict(&self, digests: [KeyDigest; 2]) -> Option<Arc<Verdict>> {
        let [current, old] = &digests;
        let found = self.node.find(current);
        if found.is_some() || old == current {
            return found;
        }
        let found = self.node.find(old);
        if found.is_some() {
            self.peppers.note_old(digests, old);
        }
        found
    }

    /// R3 in `crate::verdict`: judges a key by its verdict, and by the changes that are in force
    /// on this node alone.
    fn judge(&self, verdict: &Verdict, ip: IpAddr, now: Timestamp) -> Result<(), KeyRefusal> {
        verdict.judge(self.pending_stops.of(verdict.key()), ip, now)
    }

    /// Notes that a call needed a scope and had it.
    pub fn note_scope(&self, caller: &KeyCaller, scope: Scope) {
        self.usages
            .note_scope(&caller.verdict.usage, scope, self.clock.now());
    }

    /// Counts one answered call in memory. A call whose caller hangs up before the answer has no
    /// outcome.
    pub fn count_call(&self, usage: &Arc<KeyUsage>, outcome: Outcome) {
        self.usages.count(usage, outcome, self.clock.now());
    }

    /// Takes a token from the key's bucket and, if there was one, a token from its account's
    /// bucket.
    pub fn spend(&self, caller: &KeyCaller) -> Allowance {
        let usage = &caller.verdict.usage;
        let mut allowance = usage.spend(caller.verdict.limit, &*self.clock);
        // A call that the key's own limit refuses costs the account nothing, so that one key that
        // is out of control does not use up the calls of the others.
        if allowance.allowed
            && let Some(limit) = self.account_limit.get()
        {
            let of_account = usage.spend_of_account(limit, &*self.clock);
            allowance.allowed = of_account.allowed;
            allowance.account_wait = (!of_account.allowed).then_some(of_account.seconds);
        }
        allowance
    }

    /// Sets how many calls per second all keys of an account together may make on this node. The
    /// burst size is the same number.
    pub fn limit_accounts_to(&self, calls_per_second: u32) {
        self.account_limit.set(calls_per_second);
    }

    /// Describes the key from the verdict that it was judged by.
    pub fn describe<'a>(&self, caller: &'a KeyCaller) -> KeyDescription<'a> {
        let verdict = &caller.verdict;
        KeyDescription {
            id: &verdict.key().key_id,
            name: &verdict.name,
            preview: &verdict.preview,
            scopes: &verdict.scopes,
            status: verdict.state(self.clock.now()).status(),
            created_at: verdict.created_at,
            expires_at: verdict.expires_at,
            last_used: caller.last_used,
            account_id: &verdict.key().account_id,
            account_name: &verdict.account_name,
        }
    }
}
