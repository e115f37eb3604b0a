//! Requests that came with an idempotency key: what is kept of them, and the port.

use super::Result;
use async_trait::async_trait;
use domain::{AccountId, Timestamp};
use std::collections::BTreeMap;

/// SHA-256 of what a caller names a request by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IdempotencyDigest(pub [u8; 32]);

/// SHA-256 over everything that makes two requests the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestDigest(pub [u8; 32]);

/// A request that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastRequest {
    pub request: RequestDigest,
    /// `None` until it is known, and for ever where it never was.
    pub answer: Option<StoredAnswer>,
}

/// What a request came to. Holds no secret: no route that takes such requests answers with one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    pub status: u16,
    /// Those that belong to the answer itself, by their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// `None` where it was too long to be kept, or told of a lead that is erased.
    pub body: Option<Vec<u8>>,
}

/// Requests that came with an idempotency key. One that was begun at `expired` or before is as good as gone.
#[async_trait]
pub trait IdempotencyStore: Send + Sync + 'static {
    /// Notes, durably, that a request begins; or tells what is known of the one that has its name already.
    async fn claim_request(
        &self,
        account: &AccountId,
        key: &IdempotencyDigest,
        request: &RequestDigest,
        now: Timestamp,
        expired: Timestamp,
    ) -> Result<Option<PastRequest>>;

    async fn find_request(
        &self,
        account: &AccountId,
        key: &IdempotencyDigest,
        expired: Timestamp,
    ) -> Result<Option<PastRequest>>;

    /// Completes a request that was claimed.
    async fn keep_answer(
        &self,
        account: &AccountId,
        key: &IdempotencyDigest,
        answer: &StoredAnswer,
    ) -> Result<()>;

    async fn forget_request(&self, account: &AccountId, key: &IdempotencyDigest) -> Result<()>;

    /// Removes at most `limit` of those that are gone, of whatever account, and tells how many.
    async fn sweep_requests(&self, expired: Timestamp, limit: u32) -> Result<u64>;
}
