//! From what a request presents to a caller, or to the exact reason for its refusal.

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
/// Only authentication makes one, since the digests are private to this module:
///
/// ```compile_fail,E0451
/// fn forge(caller: service::KeyCaller) -> service::KeyCaller {
///     service::KeyCaller { ..caller }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct KeyCaller {
    /// Finds the verdict on the key again ([`Service::judge_again`]).
    digests: [KeyDigest; 2],
    /// As the key was when it was checked.
    pub(crate) verdict: Arc<Verdict>,
    pub(crate) ending: Ending,
    /// Before this call.
    pub(crate) last_used: Option<Timestamp>,
}

impl KeyCaller {
    pub fn key_id(&self) -> &KeyId {
        &self.verdict.key().key_id
    }

    pub fn account_id(&self) -> &AccountId {
        &self.verdict.key().account_id
    }

    /// The key as the actor of what it does.
    pub fn actor(&self) -> Actor {
        Actor::Key(self.key_id().clone())
    }

    /// What its holder is told of the key's end.
    pub fn ending(&self) -> Ending {
        self.ending
    }

    /// What its calls are counted under.
    pub fn usage(&self) -> &Arc<KeyUsage> {
        &self.verdict.usage
    }

    pub fn may(&self, scope: Scope) -> bool {
        self.verdict.scopes.contains(scope)
    }

    /// # Errors
    /// [`Error::MissingScope`] if the key lacks it.
    pub fn must(&self, scope: Scope) -> Result<(), Error> {
        if self.may(scope) {
            Ok(())
        } else {
            Err(Error::MissingScope(scope))
        }
    }

    /// An action of this key that needs `scope`.
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

/// Why a key was not accepted. Only the holder of a complete genuine secret learns of
/// those from `Revoked` to `NotAllowed`.
#[derive(Debug)]
pub enum KeyRefusal {
    /// Not of the form of our keys, or mistyped: refused without asking the database.
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
    /// Genuine and active, from an address that it may not be used from.
    NotAllowed {
        ip: IpAddr,
    },
    /// One of the above, and one too many from the caller's network.
    TooMany {
        retry_after_seconds: u64,
    },
    /// We cannot know.
    Failed(Error),
}

/// A call that was not let in.
#[derive(Debug)]
pub struct Refused {
    pub why: KeyRefusal,
    pub whose: Option<Whose>,
}

/// Which key a refused call was about, as far as that is known.
#[derive(Debug)]
pub enum Whose {
    /// The secret is genuine: the call is counted under its key.
    Genuine(Arc<KeyUsage>),
    /// What was sent begins like a key that was just made: its account is told, and nobody else.
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
    /// Checks a presented key against what is in memory, or else the database (see `crate::verdict`), so that a
    /// revocation counts from the moment it was acknowledged, and notes the use in memory.
    ///
    /// # Errors
    /// The reason for the refusal, or that the caller's network has failed too often. A usable key is accepted however
    /// often its network failed.
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
        // Unknown keys were counted before they were looked up, and a fault of ours is not the caller's failure.
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

    /// Judges a caller again once the body of its request has arrived, which can take minutes: the key may have been
    /// revoked, paused, narrowed or shut out meanwhile. This is the same call, so it is neither counted nor limited again.
    ///
    /// # Errors
    /// [`Error::KeyDenied`] if the key may not be used any more, and the database's.
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

    /// Looks for a key in memory, under either pepper.
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

    /// Judges a key by its verdict, and by the changes that are in force on this node alone.
    fn judge(&self, verdict: &Verdict, ip: IpAddr, now: Timestamp) -> Result<(), KeyDenial> {
        let status = verdict.status(now);
        match self.unstored.of(verdict.key()) {
            Some(KeyStatus::Revoked) if status.is_live() => Err(KeyDenial::RevokedHere),
            Some(_) if status == KeyStatus::Active => Err(KeyDenial::Paused),
            _ => verdict.check(ip, now),
        }
    }

    /// Notes that a call needed a permission, and had it.
    pub fn note_scope(&self, caller: &KeyCaller, scope: Scope) {
        self.usages
            .note_scope(&caller.verdict.usage, scope, self.clock.now());
    }
}
