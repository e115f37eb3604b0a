//! Authentication: from the credentials of a request to a caller, or to the exact reason for its
//! refusal.

use super::{Ending, KeyDenial, KeyDigest, Malformed, PlainKey};
use crate::store::{Action, Actor, AuditEvent, Authority};
use crate::usage::KeyUsage;
use crate::verdict::Verdict;
use crate::{CalledKey, Client, Error, Service, Source};
use domain::{AccountId, KeyId, KeyStatus, Outcome, Scope, Timestamp};
use std::net::IpAddr;
use std::sync::Arc;

/// A caller that presented the complete secret of a usable key. Cheap to clone.
///
/// Only authentication creates one, since the digests are private to this module:
///
/// ```compile_fail,E0451
/// fn forge(caller: service::KeyCaller) -> service::KeyCaller {
///     service::KeyCaller { ..caller }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct KeyCaller {
    /// To find the verdict on the key again ([`Service::judge_again`]).
    digests: [KeyDigest; 2],
    /// As of the check.
    pub(crate) verdict: Arc<Verdict>,
    pub(crate) ending: Ending,
    /// The last use before this call.
    pub(crate) last_used: Option<Timestamp>,
}

impl KeyCaller {
    pub fn key_id(&self) -> &KeyId {
        &self.verdict.key().key_id
    }

    pub fn account_id(&self) -> &AccountId {
        &self.verdict.key().account_id
    }

    /// Returns the key as the actor of its own actions.
    pub fn actor(&self) -> Actor {
        Actor::Key(self.key_id().clone())
    }

    /// Returns the end of the key, as reported to its holder.
    pub fn ending(&self) -> Ending {
        self.ending
    }

    /// Returns the usage under which the calls are counted.
    pub fn usage(&self) -> &Arc<KeyUsage> {
        &self.verdict.usage
    }

    pub fn may(&self, scope: Scope) -> bool {
        self.verdict.scopes.contains(scope)
    }

    /// Checks that the key has a scope.
    ///
    /// # Errors
    /// [`Error::MissingScope`] if it does not.
    pub fn must(&self, scope: Scope) -> Result<(), Error> {
        if self.may(scope) {
            Ok(())
        } else {
            Err(Error::MissingScope(scope))
        }
    }

    /// Returns the audit event of an action of this key that needs `scope`.
    pub(crate) fn event(
        &self,
        scope: Option<Scope>,
        action: Action,
        subject: &str,
        client: &Client,
        at: Timestamp,
        detail: serde_json::Value,
    ) -> AuditEvent {
        let authority = Authority::Key {
            id: self.key_id().clone(),
            scope,
            ip: client.ip,
        };
        let (account, actor) = (self.account_id(), self.actor());
        AuditEvent::new(account, actor, client, action, subject, at, detail).under(authority)
    }
}

/// Why a key was not accepted. Only the holder of a complete genuine secret gets the reasons from
/// `Revoked` to `NotAllowed`.
#[derive(Debug)]
pub enum KeyRefusal {
    /// Not of the form of a key, or mistyped: refused without reading the database.
    Malformed(Malformed),
    /// Well-formed and unknown.
    Unknown,
    Revoked,
    /// Genuine, and revoked on this node alone: the revocation is not stored yet.
    RevokedHere,
    Expired {
        at: Timestamp,
    },
    Paused,
    /// Genuine and active, but from an address that its allow list does not contain.
    NotAllowed {
        ip: IpAddr,
    },
    /// One of the above, and one too many from the caller's network.
    TooMany {
        retry_after_seconds: u64,
    },
    /// The key could not be checked.
    Failed(Error),
}

/// A call that was not accepted.
#[derive(Debug)]
pub struct Refused {
    pub why: KeyRefusal,
    pub whose: Option<Whose>,
}

/// The key of a refused call, as far as it is known.
#[derive(Debug)]
pub enum Whose {
    /// The secret is genuine: the call is counted under its key.
    Genuine(Arc<KeyUsage>),
    /// The text begins like a key that was created recently. Only the key's account learns of it.
    Meant(CalledKey),
}

impl From<KeyDenial> for KeyRefusal {
    fn from(denial: KeyDenial) -> Self {
        match denial {
            KeyDenial::Unknown => Self::Unknown,
            KeyDenial::Revoked => Self::Revoked,
            KeyDenial::RevokedHere => Self::RevokedHere,
            KeyDenial::Expired { at } => Self::Expired { at },
            KeyDenial::Paused => Self::Paused,
            KeyDenial::NotAllowed { ip } => Self::NotAllowed { ip },
        }
    }
}

impl From<KeyRefusal> for Refused {
    fn from(why: KeyRefusal) -> Self {
        Self { why, whose: None }
    }
}

impl From<Malformed> for Refused {
    fn from(form: Malformed) -> Self {
        KeyRefusal::Malformed(form).into()
    }
}

impl Service {
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
        source: Source<'_>,
    ) -> Result<KeyCaller, Refused> {
        let mut refused = match self.check(presented, source).await {
            Ok(caller) => return Ok(caller),
            Err(refused) => refused,
        };
        if matches!(refused.why, KeyRefusal::Malformed(_)) {
            let meant = self.awaited.find(presented, self.clock.now());
            refused.whose = meant.map(Whose::Meant);
        }
        // Unknown keys were counted before they were looked up, and a fault of the server is not
        // the caller's failure.
        let is_counted = matches!(
            refused.why,
            KeyRefusal::Unknown | KeyRefusal::TooMany { .. } | KeyRefusal::Failed(_)
        );
        if !is_counted
            && let Err(retry_after_seconds) = self.failures.count(source.ip(), &*self.clock)
        {
            refused.why = KeyRefusal::TooMany {
                retry_after_seconds,
            };
        }
        Err(refused)
    }

    async fn check(&self, presented: &[u8], source: Source<'_>) -> Result<KeyCaller, Refused> {
        let secret = PlainKey::parse(presented)?;
        let digests = self.digests(&secret);
        let verdict = match self.find_verdict(digests) {
            Some(verdict) => verdict,
            None => self.look_up(digests, source.ip()).await?,
        };
        let now = self.clock.now();
        let Err(denial) = self.judge(&verdict, source.ip(), now) else {
            return Ok(KeyCaller {
                digests,
                ending: verdict.ending(now),
                last_used: self.usages.note_use(&verdict.usage, now, source),
                verdict,
            });
        };
        let outcome = Outcome::Refused(denial.refusal());
        self.usages
            .note_refusal(&verdict.usage, outcome, now, source);
        Err(Refused {
            why: denial.into(),
            whose: Some(Whose::Genuine(Arc::clone(&verdict.usage))),
        })
    }

    /// Judges a caller again when the body of its request has arrived, which can take minutes: the
    /// key may have been revoked, paused, narrowed or restricted to other networks meanwhile. This
    /// is the same call, so it is neither counted nor limited again.
    ///
    /// # Errors
    /// [`Error::KeyDenied`] if the key may no longer be used, and the database's.
    pub async fn judge_again(&self, caller: &KeyCaller, ip: IpAddr) -> Result<KeyCaller, Error> {
        let digests = caller.digests;
        let verdict = match self.find_verdict(digests) {
            Some(verdict) => verdict,
            None => self
                .read_verdict(digests)
                .await
                .map_err(|refusal| match refusal {
                    KeyRefusal::Failed(error) => error,
                    _ => Error::KeyDenied(KeyDenial::Unknown),
                })?,
        };
        let now = self.clock.now();
        self.judge(&verdict, ip, now).map_err(Error::KeyDenied)?;
        Ok(KeyCaller {
            digests,
            ending: verdict.ending(now),
            last_used: caller.last_used,
            verdict,
        })
    }

    /// Looks for the key in memory (R1 and R2 in `crate::verdict`), under either pepper.
    fn find_verdict(&self, digests: [KeyDigest; 2]) -> Option<Arc<Verdict>> {
        let [current, old] = &digests;
        let found = self.verdicts.find(current, self.boot_micros());
        if found.is_some() || old == current {
            return found;
        }
        let found = self.verdicts.find(old, self.boot_micros());
        if found.is_some() {
            self.peppers.note_old(digests, old);
        }
        found
    }

    /// R3 in `crate::verdict`: judges a key by its verdict, and by the changes that are in force
    /// on this node alone.
    fn judge(&self, verdict: &Verdict, ip: IpAddr, now: Timestamp) -> Result<(), KeyDenial> {
        let status = verdict.status(now);
        match self.unstored.of(verdict.key()) {
            Some(KeyStatus::Revoked) if status.is_live() => Err(KeyDenial::RevokedHere),
            Some(_) if status == KeyStatus::Active => Err(KeyDenial::Paused),
            _ => verdict.check(ip, now),
        }
    }

    /// Notes that a call needed a scope and had it.
    pub fn note_scope(&self, caller: &KeyCaller, scope: Scope) {
        self.usages
            .note_scope(&caller.verdict.usage, scope, self.clock.now());
    }
}
