//! Requests that carry an idempotency key: carried out once, however often they are sent.
//!
//! The claim is in the database before the work begins, and the answer follows it as soon as it is known. Both are
//! transactions of their own, since a port commits its change by itself; so a server that is killed between the two, or
//! a handler that panics, leaves a claim without an answer. Whether that work was done cannot be known then. Doing it
//! again could do it twice, and making an answer up would be a lie: such a request is refused with [`Turn::Unknown`]
//! until its claim is a day old, and the caller is told to look for itself.

use crate::store::{IdempotencyDigest, PastRequest, RequestDigest, StoredAnswer};
use crate::{Error, KeyCaller, Service};
use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use domain::{AccountId, Timestamp};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// For so long a request is known by its key.
const KEPT_SECONDS: i64 = 24 * 3600;

/// How often the server sweeps away what is older.
pub const SWEEP_EVERY_SECONDS: u64 = 600;

/// Rows that go in one transaction, so that nobody waits long for it.
const SWEEP_ROWS: u32 = 1_000;

/// Bytes of an answer's body that are kept; of a longer one the status alone.
pub const KEPT_BYTES: usize = 64 * 1024;

/// The caller's name for a request: 1 to 255 printable ASCII characters. Only its digest is kept, since people may put
/// anything into it.
pub struct IdempotencyKey(IdempotencyDigest);

impl IdempotencyKey {
    /// `None` where it is of another form.
    pub fn parse(raw: &[u8]) -> Option<Self> {
        let good = (1..=255).contains(&raw.len()) && raw.iter().all(|b| matches!(b, b' '..=b'~'));
        good.then(|| Self(IdempotencyDigest(Sha256::digest(raw).into())))
    }
}

type Name = (AccountId, IdempotencyDigest);

/// The requests that this process is working on.
pub(crate) type InFlight = Arc<DashMap<Name, RequestDigest>>;

/// The right to carry a request out; nobody else has it until this is dropped.
#[derive(Debug)]
pub struct Claim {
    name: Name,
    in_flight: InFlight,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.in_flight.remove(&self.name);
    }
}

/// What is to be done with a request.
#[derive(Debug)]
pub enum Turn {
    /// It is the first: carry it out, and end with [`Service::keep_answer`] or [`Service::give_up`].
    First(Claim),
    /// It was carried out.
    Replay(StoredAnswer),
    /// The same key came with another request.
    Reused,
    /// It is being carried out.
    InFlight,
    /// It was begun and its answer never recorded.
    Unknown,
}

impl Service {
    /// Whose turn a request is. Keys of one account share their names for requests.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin_once(
        &self,
        caller: &KeyCaller,
        key: &IdempotencyKey,
        request: RequestDigest,
    ) -> Result<Turn, Error> {
        let name = (caller.account_id().clone(), key.0);
        let now = self.clock.now();
        let expired = expired(now);
        let claim = match self.in_flight.entry(name.clone()) {
            Entry::Occupied(busy) => Err(*busy.get()),
            Entry::Vacant(free) => {
                free.insert(request);
                Ok(Claim {
                    name: name.clone(),
                    in_flight: self.in_flight.clone(),
                })
            }
        };
        let (account, key) = &name;
        match claim {
            Ok(claim) => {
                let past = self
                    .store
                    .claim_request(account, key, &request, now, expired)
                    .await?;
                Ok(match past {
                    None => Turn::First(claim),
                    Some(past) => again(past, &request, Turn::Unknown),
                })
            }
            // It may be at its end, or a replay itself.
            Err(busy) => match self.store.find_request(account, key, expired).await? {
                Some(past) => Ok(again(past, &request, Turn::InFlight)),
                None if busy == request => Ok(Turn::InFlight),
                None => Ok(Turn::Reused),
            },
        }
    }

    /// Keeps what the request came to.
    ///
    /// # Errors
    /// The database's; the claim then stays without an answer.
    pub async fn keep_answer(&self, claim: Claim, mut answer: StoredAnswer) -> Result<(), Error> {
        if answer.body.as_ref().is_some_and(|b| b.len() > KEPT_BYTES) {
            answer.body = None;
        }
        let (account, key) = &claim.name;
        Ok(self.store.keep_answer(account, key, &answer).await?)
    }

    /// Forgets a request that failed and left nothing behind, so that it may be sent again under the same key.
    ///
    /// # Errors
    /// The database's; the claim then stays without an answer.
    pub async fn give_up(&self, claim: Claim) -> Result<(), Error> {
        let (account, key) = &claim.name;
        Ok(self.store.forget_request(account, key).await?)
    }

    /// Removes the requests that are too old to be known by their keys.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep_requests(&self) -> Result<(), Error> {
        let expired = expired(self.clock.now());
        while self.store.sweep_requests(expired, SWEEP_ROWS).await? == u64::from(SWEEP_ROWS) {}
        Ok(())
    }
}

const fn expired(now: Timestamp) -> Timestamp {
    now.plus_seconds(-KEPT_SECONDS)
}

fn again(past: PastRequest, request: &RequestDigest, unanswered: Turn) -> Turn {
    if past.request != *request {
        return Turn::Reused;
    }
    past.answer.map_or(unanswered, Turn::Replay)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_short_printable_ascii() {
        let long = "x".repeat(255);
        for good in [
            "a",
            "8e03978e-40d5-43e8-bc93-6894a57f9324",
            "\"quoted\"",
            " ~",
            &long,
        ] {
            assert!(IdempotencyKey::parse(good.as_bytes()).is_some(), "{good}");
        }
        let long = "x".repeat(256);
        for bad in ["", "a\tb", "é", "\u{7f}", &long] {
            assert!(IdempotencyKey::parse(bad.as_bytes()).is_none(), "{bad}");
        }
    }
}
