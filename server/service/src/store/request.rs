//! Requests that came with an idempotency key: what is kept of them, and the port.

use super::Result;
use async_trait::async_trait;
use domain::{AccountId, LeadId, Timestamp};
use std::collections::BTreeMap;

/// SHA-256 of what a caller names a request by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IdempotencyDigest(pub [u8; 32]);

/// SHA-256 over everything that makes two requests the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestDigest(pub [u8; 32]);

/// One attempt to carry out a request. Another attempt may take the request over; from then on, nothing of this one is
/// committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    pub key: IdempotencyDigest,
    /// Random, and new for each attempt.
    pub id: [u8; 16],
}

/// The values that an attempt begins with.
#[derive(Debug, Clone, Copy)]
pub struct NewClaim {
    pub attempt: Attempt,
    pub request: RequestDigest,
    pub now: Timestamp,
    /// When another attempt may take the request over.
    pub lapses_at: Timestamp,
    /// Requests that were begun at this time or before are forgotten.
    pub expired: Timestamp,
    /// How many requests of the account are kept.
    pub limit: u32,
}

/// A request that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastRequest {
    pub request: RequestDigest,
    pub state: RequestState,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestState {
    /// An attempt is at work on it, here or on another node.
    InProgress,
    /// Its attempt ended, or its node did, without a change and without an answer.
    Lapsed,
    Answered(StoredAnswer),
}

/// What a request came to. Holds no secret: no route that takes such requests answers with one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    pub status: u16,
    /// Those that belong to the answer itself, by their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// `None` for one that was too long to be kept, or about a lead that is erased.
    pub body: Option<Vec<u8>>,
    /// The lead whose data is in the body.
    pub lead: Option<LeadId>,
}

/// The answer to a request, to be committed with the change that the request makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    pub attempt: Attempt,
    pub answer: StoredAnswer,
}

/// Requests that came with an idempotency key.
///
/// The protocol, by which a request is carried out at most once, whatever happens to connections and nodes:
///
/// 1. An attempt commits its claim before its work begins: a row without an answer, with a lease (`lapses_at`).
/// 2. The transaction of the change also stores the answer, if the row still is the attempt's and has none yet
///    ([`AuditEvent::completion`](super::AuditEvent)). Otherwise the change is rolled back. So a committed change and its
///    answer are there together, or neither is.
/// 3. A request that ends without a change stores its answer afterwards, or gives its row back.
/// 4. A later attempt replays the answer if there is one. If there is none, it has to wait while the lease is alive,
///    and takes the row over when it has lapsed: then nothing was changed (2), and nothing of the earlier attempt can be
///    committed any more (2).
#[async_trait]
pub trait IdempotencyStore: Send + Sync + 'static {
    /// Stores a claim durably, or returns what is known of the request that has its key already. Takes over a lapsed
    /// request with the same digest. Of the account's requests beyond the limit the oldest are removed, those in progress
    /// excepted.
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

    /// Stores the answer to a request that changed nothing. Does nothing if the request was taken over, or was answered.
    /// The body is left out if its lead was erased in the meantime.
    async fn keep_answer(&self, account: &AccountId, kept: &KeptAnswer) -> Result<()>;

    /// Ends an attempt whose outcome is in doubt: the next one learns it, or takes over. Does nothing if the request was
    /// taken over, or was answered.
    async fn release_request(&self, account: &AccountId, attempt: &Attempt) -> Result<()>;

    /// Forgets a request that left nothing behind. Does nothing if the request was taken over, or was answered.
    async fn forget_request(&self, account: &AccountId, attempt: &Attempt) -> Result<()>;

    /// Removes at most `limit` requests that were begun at `expired` or before, of any account, and returns how many.
    async fn sweep_requests(&self, expired: Timestamp, limit: u32) -> Result<u64>;
}
