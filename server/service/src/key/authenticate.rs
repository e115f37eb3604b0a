//! From what a request presents to a caller, or to the exact reason for its refusal.

use super::{Malformed, PlainKey};
use crate::{CalledKey, Client, Error, KeyCaller, Service};
use domain::{KeyStatus, Outcome, Refusal, Timestamp};
use std::net::IpAddr;

/// Why a key was not accepted. Only the holder of a complete genuine secret learns of
/// those from `Revoked` to `NotAllowed`.
#[derive(Debug)]
pub enum KeyRefusal {
    /// Not of the form of our keys, or mistyped: refused without asking the database.
    Malformed(Malformed),
    /// Well-formed and unknown.
    Unknown,
    Revoked,
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
    Genuine(CalledKey),
    /// What was sent begins like a key that was just made: its account is told, and nobody else.
    Meant(CalledKey),
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
    /// Checks a presented key against the database, so that a revocation counts from the moment it was acknowledged,
    /// and notes the use in memory.
    ///
    /// # Errors
    /// The reason for the refusal, or that the caller's network has failed too often; a usable key is always taken.
    pub async fn authenticate(
        &self,
        presented: &[u8],
        client: &Client,
    ) -> Result<KeyCaller, Refused> {
        let mut refused = match self.check(presented, client).await {
            Ok(caller) => return Ok(caller),
            Err(refused) => refused,
        };
        if matches!(refused.why, KeyRefusal::Malformed(_)) {
            let meant = self.awaited.find(presented, self.clock.now());
            refused.whose = meant.map(Whose::Meant);
        }
        // That we cannot know is not the caller's failure.
        if !matches!(refused.why, KeyRefusal::Failed(_))
            && let Err(retry_after_seconds) = self.failures.count(client.ip, &*self.clock)
        {
            refused.why = KeyRefusal::TooMany {
                retry_after_seconds,
            };
        }
        Err(refused)
    }

    async fn check(&self, presented: &[u8], client: &Client) -> Result<KeyCaller, Refused> {
        let digest = PlainKey::parse(presented)?.digest(&self.pepper);
        let record = self
            .store
            .find_key_by_digest(&digest)
            .await
            .map_err(|error| KeyRefusal::Failed(error.into()))?
            .filter(|record| record.digest.matches(&digest))
            .ok_or(KeyRefusal::Unknown)?;
        let now = self.clock.now();
        let key = CalledKey {
            account_id: record.account_id.clone(),
            key_id: record.id.clone(),
        };
        let (why, refusal) = match record.status(now) {
            KeyStatus::Active if !record.admits(client.ip) => (
                KeyRefusal::NotAllowed { ip: client.ip },
                Refusal::IpNotAllowed,
            ),
            KeyStatus::Active => {
                self.uses.note(&record.id, now, client);
                self.sightings.note(&key, Outcome::Accepted, now, client);
                return Ok(KeyCaller {
                    limit: record.limit(),
                    ending: record.ending(now),
                    key_id: record.id,
                    account_id: record.account_id,
                    scopes: record.scopes,
                });
            }
            KeyStatus::Revoked => (KeyRefusal::Revoked, Refusal::RevokedKey),
            KeyStatus::Paused => (KeyRefusal::Paused, Refusal::PausedKey),
            KeyStatus::Expired => {
                let at = record.expires_at.unwrap_or(now);
                (KeyRefusal::Expired { at }, Refusal::ExpiredKey)
            }
        };
        self.sightings
            .note(&key, Outcome::Refused(refusal), now, client);
        Err(Refused {
            why,
            whose: Some(Whose::Genuine(key)),
        })
    }
}
