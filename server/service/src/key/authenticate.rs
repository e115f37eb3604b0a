//! From what a request presents to a caller, or to the exact reason for its refusal.

use super::{Malformed, PlainKey};
use crate::{Client, Error, KeyCaller, Service};
use domain::{KeyStatus, Timestamp};

/// Why a key was not accepted. Only the holder of a complete genuine secret learns of the last three.
#[derive(Debug)]
pub enum KeyRefusal {
    /// Not of the form of our keys, or mistyped: refused without asking the database.
    Malformed,
    /// Well-formed and unknown.
    Unknown,
    Revoked,
    Expired {
        at: Timestamp,
    },
    Paused,
    /// One of the above, and one too many from the caller's network.
    TooMany {
        retry_after_seconds: u64,
    },
    /// We cannot know.
    Failed(Error),
}

impl From<Malformed> for KeyRefusal {
    fn from(Malformed: Malformed) -> Self {
        Self::Malformed
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
    ) -> Result<KeyCaller, KeyRefusal> {
        let refusal = match self.check(presented, client).await {
            Ok(caller) => return Ok(caller),
            // That we cannot know is not the caller's failure.
            Err(KeyRefusal::Failed(error)) => return Err(KeyRefusal::Failed(error)),
            Err(refusal) => refusal,
        };
        match self.failures.count(client.ip, &*self.clock) {
            Ok(()) => Err(refusal),
            Err(retry_after_seconds) => Err(KeyRefusal::TooMany {
                retry_after_seconds,
            }),
        }
    }

    async fn check(&self, presented: &[u8], client: &Client) -> Result<KeyCaller, KeyRefusal> {
        let digest = PlainKey::parse(presented)?.digest(&self.pepper);
        let record = self
            .store
            .find_key_by_digest(&digest)
            .await
            .map_err(|error| KeyRefusal::Failed(error.into()))?
            .filter(|record| record.digest.matches(&digest))
            .ok_or(KeyRefusal::Unknown)?;
        let now = self.clock.now();
        match record.status(now) {
            KeyStatus::Active => {}
            KeyStatus::Revoked => return Err(KeyRefusal::Revoked),
            KeyStatus::Paused => return Err(KeyRefusal::Paused),
            KeyStatus::Expired => {
                return Err(KeyRefusal::Expired {
                    at: record.expires_at.unwrap_or(now),
                });
            }
        }
        self.uses.note(&record.id, now, client);
        Ok(KeyCaller {
            limit: record.limit(),
            key_id: record.id,
            account_id: record.account_id,
            scopes: record.scopes,
        })
    }
}
