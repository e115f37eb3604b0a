//! Statements and rows. Requests with an idempotency key.

use crate::error::CorruptValue;
use crate::ports::columns::{check_column, number};
use domain::{LeadId, Timestamp};
use service::store::{PastRequest, RequestDigest, RequestState, StoredResponse};

/// Changes no row if the request is in progress, was answered, or is a different one.
pub(crate) const CLAIM: &str = "
    INSERT INTO idempotent_requests
        (account_id, key_digest, request_digest, attempt, begun_at, lapses_at, number)
    VALUES ($1, $2, $3, $4, $5, $6,
        (SELECT coalesce(max(number), 0) + 1 FROM idempotent_requests WHERE account_id = $1))
    ON CONFLICT (account_id, key_digest) DO UPDATE
        SET attempt = excluded.attempt, lapses_at = excluded.lapses_at
        WHERE idempotent_requests.status IS NULL AND idempotent_requests.lapses_at <= excluded.begun_at
            AND idempotent_requests.request_digest = excluded.request_digest";

/// Deletes a request that began at `$3` or earlier.
pub(crate) const FORGET_EXPIRED: &str = "
    DELETE FROM idempotent_requests WHERE account_id = $1 AND key_digest = $2 AND begun_at <= $3";

/// Keeps the account's latest `$2` requests, and those in progress at `$3`.
pub(crate) const EVICT: &str = "
    DELETE FROM idempotent_requests
    WHERE account_id = $1 AND (status IS NOT NULL OR lapses_at <= $3)
        AND number <= (SELECT max(number) FROM idempotent_requests WHERE account_id = $1) - $2";

pub(crate) const FIND: &str = "
    SELECT request_digest, status, headers, body, lead_id, lapses_at
    FROM idempotent_requests
    WHERE account_id = $1 AND key_digest = $2 AND begun_at > $3";

/// Keeps the body only if the lead that it is about still exists.
pub(crate) const KEEP_ANSWER: &str = "
    UPDATE idempotent_requests
    SET status = $4, headers = $5, lead_id = $7,
        body = CASE WHEN CAST($7 AS TEXT) IS NULL OR EXISTS (
            SELECT 1 FROM leads WHERE account_id = $1 AND id = $7 AND deleted_at IS NULL
        ) THEN $6 END
    WHERE account_id = $1 AND key_digest = $2 AND attempt = $3 AND status IS NULL";

/// Erases the answers about a lead. The requests themselves remain known, so that none of them is
/// carried out again.
pub(crate) const FORGET_LEAD: &str = "
    UPDATE idempotent_requests SET body = NULL
    WHERE (account_id, key_digest) IN (
        SELECT account_id, key_digest FROM idempotent_requests WHERE account_id = $1 AND lead_id = $2
    )";

pub(crate) const RELEASE: &str = "
    UPDATE idempotent_requests SET lapses_at = begun_at
    WHERE account_id = $1 AND key_digest = $2 AND attempt = $3 AND status IS NULL";

pub(crate) const FORGET: &str = "
    DELETE FROM idempotent_requests
    WHERE account_id = $1 AND key_digest = $2 AND attempt = $3 AND status IS NULL";

pub(crate) const SWEEP: &str = "
    DELETE FROM idempotent_requests
    WHERE (account_id, key_digest) IN (
        SELECT account_id, key_digest FROM idempotent_requests
        WHERE begun_at <= $1 ORDER BY begun_at LIMIT +$2
    )";

#[derive(sqlx::FromRow)]
pub(crate) struct RequestRow {
    request_digest: Vec<u8>,
    status: Option<i64>,
    headers: Option<String>,
    body: Option<Vec<u8>>,
    lead_id: Option<String>,
    /// `None` for a claim of an earlier version, which has no lease and is in progress until it
    /// expires.
    lapses_at: Option<i64>,
}

impl RequestRow {
    pub(crate) fn at(self, now: Timestamp) -> Result<PastRequest, CorruptValue> {
        let digest: [u8; 32] = self
            .request_digest
            .try_into()
            .map_err(|_| CorruptValue("idempotent_requests.request_digest"))?;
        let lead = self.lead_id.map(|id| LeadId::parse(&id));
        let lead = lead.map(|id| check_column(id, "idempotent_requests.lead_id"));
        let state = match (self.status, self.headers) {
            (None, None) if self.lapses_at.is_some_and(|at| at <= now.millis()) => {
                RequestState::Lapsed
            }
            (None, None) => RequestState::InProgress,
            (Some(status), Some(headers)) => RequestState::Answered(StoredResponse {
                status: number(status, "idempotent_requests.status")?,
                headers: serde_json::from_str(&headers)
                    .map_err(|_| CorruptValue("idempotent_requests.headers"))?,
                body: self.body,
                lead: lead.transpose()?,
            }),
            _ => return Err(CorruptValue("idempotent_requests.status")),
        };
        Ok(PastRequest {
            request: RequestDigest(digest),
            state,
        })
    }
}
