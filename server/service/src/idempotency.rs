//! Idempotency keys: a request with such a key is carried out once, however often it is sent.
//!
//! [`IdempotencyStore`] defines the protocol. This module decides
//! about a request: whether it is carried out, replayed, or refused while the first one is in
//! progress.

use crate::authenticator::KeyCaller;
use crate::clock::Clock;
use crate::error::Error;
use crate::random::Random;
use crate::store::{
    IdempotencyDigest, IdempotencyStore, NewClaim, PastRequest, RequestAttempt, RequestDigest,
    RequestState, ResponseToStore, StoredResponse,
};
use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use domain::{AccountId, Timestamp, seconds};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Time for which a request is recognised by its key.
const RETENTION_SECONDS: i64 = seconds::DAY;

/// Lease of an attempt. It is far longer than a request takes after its body has arrived, so that
/// it lapses only if the node has died; until then, other nodes answer "in progress". The clocks of
/// two nodes may differ by most of it: an attempt that goes on after its lease commits nothing
/// after another one has begun.
const LEASE_SECONDS: i64 = 120;

/// Upper bound of an account's stored requests. The oldest are removed.
const MAX_REQUESTS_PER_ACCOUNT: u32 = 10_000;

/// Interval at which the server removes expired requests, and other records that are older than
/// they are kept.
pub const SWEEP_EVERY_SECONDS: u64 = 600;

/// Rows that one transaction removes, so that other writes do not wait long.
const SWEEP_ROWS: u32 = 1_000;

/// Bytes of an answer's body that are stored. Of a longer answer, only the status and the headers
/// are.
const MAX_STORED_BODY_BYTES: usize = 4 * 1024;

/// The caller's name for a request: 1 to 255 printable ASCII characters. Only its digest is stored,
/// since it may contain anything.
///
/// # Examples
/// ```
/// use service::IdempotencyKey;
///
/// assert!(IdempotencyKey::parse(b"order 4711").is_some());
/// assert!(IdempotencyKey::parse(b"").is_none());
/// assert!(IdempotencyKey::parse(b"order\t4711").is_none());
/// ```
pub struct IdempotencyKey(IdempotencyDigest);

impl IdempotencyKey {
    /// Parses a key; `None` for another form.
    pub fn parse(raw: &[u8]) -> Option<Self> {
        let is_valid =
            (1..=255).contains(&raw.len()) && raw.iter().all(|b| matches!(b, b' '..=b'~'));
        is_valid.then(|| Self(IdempotencyDigest(Sha256::digest(raw).into())))
    }
}

type RequestName = (AccountId, IdempotencyDigest);

/// The requests that this process is carrying out.
pub(crate) type InFlight = Arc<DashMap<RequestName, RequestDigest>>;

/// The right to carry a request out. No other request of this process gets it before this is
/// dropped.
#[derive(Debug)]
pub struct RequestClaim {
    name: RequestName,
    attempt: RequestAttempt,
    in_flight: InFlight,
}

impl RequestClaim {
    /// Returns the attempt, for the transaction of the change.
    pub const fn attempt(&self) -> RequestAttempt {
        self.attempt
    }
}

impl Drop for RequestClaim {
    fn drop(&mut self) {
        self.in_flight.remove(&self.name);
    }
}

/// The decision about a request.
#[derive(Debug)]
pub enum Decision {
    /// It is carried out now, which ends with [`Idempotency::store_response`],
    /// [`Idempotency::give_up`] or [`Idempotency::release`].
    First(RequestClaim),
    /// It was carried out.
    Replay(StoredResponse),
    /// The same key was used for another request.
    Reused,
    /// It is being carried out, here or on another node.
    InProgress,
}

/// Commits the answer to a request in the transaction of its change. The answer is made from the
/// result of the change.
pub struct ResponseBuilder<T> {
    attempt: RequestAttempt,
    answer: Box<dyn Fn(&T) -> StoredResponse + Send + Sync>,
}

impl<T> ResponseBuilder<T> {
    pub fn new(
        attempt: RequestAttempt,
        answer: impl Fn(&T) -> StoredResponse + Send + Sync + 'static,
    ) -> Self {
        let answer = Box::new(answer);
        Self { attempt, answer }
    }

    pub(crate) fn build(&self, outcome: &T) -> ResponseToStore {
        ResponseToStore {
            attempt: self.attempt,
            answer: drop_long_body((self.answer)(outcome)),
        }
    }
}

/// Requests by their idempotency keys.
pub struct Idempotency {
    pub(crate) store: Arc<dyn IdempotencyStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) in_flight: InFlight,
}

impl Idempotency {
    /// Decides about a request. The keys of one account share their names for requests.
    ///
    /// # Errors
    /// The database's. Nothing was carried out then.
    pub async fn begin(
        &self,
        caller: &KeyCaller,
        key: &IdempotencyKey,
        request: RequestDigest,
    ) -> Result<Decision, Error> {
        let name = (caller.account_id().clone(), key.0);
        let now = self.clock.now();
        let (account, key) = &name;
        // This takes no lock, since it would wait for the change that an attempt is making.
        let past = self
            .store
            .find_request(account, key, now, expired(now))
            .await?;
        if let Some(past) = past.filter(|past| past.state != RequestState::Lapsed) {
            return Ok(decide_repeat(past, &request));
        }
        let claim = match self.in_flight.entry(name.clone()) {
            // An attempt of this node whose lease has lapsed, or whose claim is not committed yet.
            Entry::Occupied(busy) if *busy.get() == request => return Ok(Decision::InProgress),
            Entry::Occupied(_) => return Ok(Decision::Reused),
            Entry::Vacant(free) => {
                free.insert(request);
                let mut id = [0; 16];
                self.random.fill(&mut id);
                RequestClaim {
                    attempt: RequestAttempt { key: *key, id },
                    name: name.clone(),
                    in_flight: self.in_flight.clone(),
                }
            }
        };
        let new = NewClaim {
            attempt: claim.attempt,
            request,
            now,
            lapses_at: now.plus_seconds(LEASE_SECONDS),
            expired: expired(now),
            limit: MAX_REQUESTS_PER_ACCOUNT,
        };
        match self.store.claim_request(account, &new).await {
            Ok(None) => Ok(Decision::First(claim)),
            Ok(Some(past)) => Ok(decide_repeat(past, &request)),
            Err(error) => {
                // The claim may be stored although its commit was not answered, and would block a
                // retry.
                let _ = self.store.forget_request(account, &claim.attempt).await;
                Err(Error::nothing_changed(error))
            }
        }
    }

    /// Stores the answer to a request that changed nothing.
    ///
    /// # Errors
    /// The database's. The request can then be carried out again once its lease has lapsed.
    pub async fn store_response(
        &self,
        claim: RequestClaim,
        answer: StoredResponse,
    ) -> Result<(), Error> {
        let response = ResponseToStore {
            attempt: claim.attempt,
            answer: drop_long_body(answer),
        };
        let (account, _) = &claim.name;
        Ok(self.store.store_response(account, &response).await?)
    }

    /// Ends an attempt whose outcome is in doubt: if the request is sent again, it gets the outcome
    /// or is carried out.
    ///
    /// # Errors
    /// The database's. The request can then be carried out again once its lease has lapsed.
    pub async fn release(&self, claim: RequestClaim) -> Result<(), Error> {
        let (account, _) = &claim.name;
        Ok(self.store.release_request(account, &claim.attempt).await?)
    }

    /// Removes a request that failed without an effect, so that it can be sent again under the same
    /// key.
    ///
    /// # Errors
    /// The database's. The request can then be carried out again once its lease has lapsed.
    pub async fn give_up(&self, claim: RequestClaim) -> Result<(), Error> {
        let (account, _) = &claim.name;
        Ok(self.store.forget_request(account, &claim.attempt).await?)
    }

    /// Removes the requests that are too old to be recognised by their keys.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep(&self) -> Result<(), Error> {
        let expired = expired(self.clock.now());
        while self.store.sweep_requests(expired, SWEEP_ROWS).await? == u64::from(SWEEP_ROWS) {}
        Ok(())
    }
}

const fn expired(now: Timestamp) -> Timestamp {
    now.plus_seconds(-RETENTION_SECONDS)
}

fn decide_repeat(past: PastRequest, request: &RequestDigest) -> Decision {
    if past.request != *request {
        return Decision::Reused;
    }
    match past.state {
        RequestState::Answered(answer) => Decision::Replay(answer),
        RequestState::InProgress | RequestState::Lapsed => Decision::InProgress,
    }
}

fn drop_long_body(mut answer: StoredResponse) -> StoredResponse {
    answer.body = answer
        .body
        .filter(|body| body.len() <= MAX_STORED_BODY_BYTES);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idempotency_key_has_1_to_255_printable_ascii_characters() {
        let long = "x".repeat(255);
        for is_valid in [
            "a",
            "8e03978e-40d5-43e8-bc93-6894a57f9324",
            "\"quoted\"",
            " ~",
            &long,
        ] {
            assert!(
                IdempotencyKey::parse(is_valid.as_bytes()).is_some(),
                "{is_valid}"
            );
        }
        let long = "x".repeat(256);
        for bad in ["", "a\tb", "é", "\u{7f}", &long] {
            assert!(IdempotencyKey::parse(bad.as_bytes()).is_none(), "{bad}");
        }
    }
}
