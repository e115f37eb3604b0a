//! Idempotency keys: the requests that came with one, and their stored answers.

use super::Result;
use async_trait::async_trait;
use domain::{AccountId, LeadId, Timestamp};
use std::collections::BTreeMap;

/// SHA-256 of the idempotency key by which a caller names a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IdempotencyDigest(pub [u8; 32]);

/// SHA-256 of everything in which two equal requests agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestDigest(pub [u8; 32]);

/// One attempt to carry out a request. If another attempt takes the request over, nothing of this
/// one is committed from then on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestAttempt {
    pub key: IdempotencyDigest,
    /// Random, and new for each attempt.
    pub id: [u8; 16],
}

/// The claim with which an attempt begins.
#[derive(Debug, Clone, Copy)]
pub struct NewClaim {
    pub attempt: RequestAttempt,
    pub request: RequestDigest,
    pub now: Timestamp,
    /// The end of the lease, from which another attempt may take the request over.
    pub lapses_at: Timestamp,
    /// Requests that were begun at this time or before are forgotten.
    pub expired: Timestamp,
    /// The number of the account's requests that are kept.
    pub limit: u32,
}

/// A request that was begun earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastRequest {
    pub request: RequestDigest,
    pub state: RequestState,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestState {
    /// An attempt is carrying it out, on this node or another one.
    InProgress,
    /// Its attempt or its node ended without a change and without an answer.
    Lapsed,
    Answered(StoredResponse),
}

/// The stored answer to a request. It contains no secret, since no route that accepts idempotency
/// keys answers with one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredResponse {
    pub status: u16,
    /// The headers that belong to the answer itself, by their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// `None` if the body was too long to be stored, or is about a lead that was erased.
    pub body: Option<Vec<u8>>,
    /// The lead whose data is in the body.
    pub lead: Option<LeadId>,
}

/// The answer to a request, to be committed with the change that the request makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseToStore {
    pub attempt: RequestAttempt,
    pub answer: StoredResponse,
}

/// Requests that came with an idempotency key.
///
/// This protocol makes sure that a request is carried out at most once, whatever happens to
/// connections and nodes:
///
/// 1. An attempt commits its claim before its work begins: a row without an answer, with a lease
///    (`lapses_at`).
/// 2. The transaction of the change also stores the answer, if the row still belongs to the attempt
///    and has no answer yet ([`AuditEvent::completion`](super::AuditEvent)). Otherwise the change
///    is rolled back. So either both the change and its answer are committed, or neither is.
/// 3. A request that ends without a change stores its answer afterwards, or releases its row.
/// 4. A later attempt replays the answer if there is one. If there is none, it has to wait while
///    the lease is alive, and takes the row over once the lease has lapsed: then nothing was
///    changed (2), and nothing of the earlier attempt can be committed any more (2).
#[async_trait]
pub trait IdempotencyStore: Send + Sync + 'static {
    /// Stores a claim durably, or returns the state of the request that already has its key. Takes
    /// over a lapsed request with the same digest. Removes the oldest of the account's requests
    /// beyond the limit, except those in progress.
    async fn claim_request(
        &self,
        account: &AccountId,
        claim: &NewClaim,
    ) -> Result<Option<PastRequest>>;

    async fn find_request(
        &self,
        account: &AccountId,
        key: &IdempotencyDigest,
        now: Timestamp,
        expired: Timestamp,
    ) -> Result<Option<PastRequest>>;

    /// Stores the answer to a request that changed nothing. Does nothing if the request was taken
    /// over or already answered. The body is left out if its lead was erased in the meantime.
    async fn store_response(&self, account: &AccountId, kept: &ResponseToStore) -> Result<()>;

    /// Ends the lease of an attempt whose outcome is in doubt: the next attempt finds the answer,
    /// or takes over. Does nothing if the request was taken over or already answered.
    async fn release_request(&self, account: &AccountId, attempt: &RequestAttempt) -> Result<()>;

    /// Removes a request that changed nothing and has no answer. Does nothing if the request was
    /// taken over or already answered.
    async fn forget_request(&self, account: &AccountId, attempt: &RequestAttempt) -> Result<()>;

    /// Removes up to `limit` requests that were begun at `expired` or before, of any account, and
    /// returns how many.
    async fn sweep_requests(&self, expired: Timestamp, limit: u32) -> Result<u64>;
}
