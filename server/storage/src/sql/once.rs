//! Requests that came with an idempotency key.

use super::number;
use crate::error::Corrupt;
use service::store::{PastRequest, RequestDigest, StoredAnswer};

pub(crate) const CLAIM: &str = "
    INSERT INTO idempotent_requests (account_id, key_digest, request_digest, begun_at)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT (account_id, key_digest) DO NOTHING";

/// What is as old as `$3` or older is as good as gone.
pub(crate) const FORGET_EXPIRED: &str = "
    DELETE FROM idempotent_requests WHERE account_id = $1 AND key_digest = $2 AND begun_at <= $3";

pub(crate) const FIND: &str = "
    SELECT request_digest, status, headers, body
    FROM idempotent_requests
    WHERE account_id = $1 AND key_digest = $2 AND begun_at > $3";

pub(crate) const KEEP_ANSWER: &str = "
    UPDATE idempotent_requests SET status = $3, headers = $4, body = $5
    WHERE account_id = $1 AND key_digest = $2";

pub(crate) const FORGET: &str =
    "DELETE FROM idempotent_requests WHERE account_id = $1 AND key_digest = $2";

pub(crate) const SWEEP: &str = "
    DELETE FROM idempotent_requests
    WHERE (account_id, key_digest) IN (
        SELECT account_id, key_digest FROM idempotent_requests
        WHERE begun_at <= $1 ORDER BY begun_at LIMIT $2
    )";

#[derive(sqlx::FromRow)]
pub(crate) struct RequestRow {
    request_digest: Vec<u8>,
    status: Option<i64>,
    headers: Option<String>,
    body: Option<Vec<u8>>,
}

impl TryFrom<RequestRow> for PastRequest {
    type Error = Corrupt;

    fn try_from(row: RequestRow) -> Result<Self, Corrupt> {
        let digest: [u8; 32] = row
            .request_digest
            .try_into()
            .map_err(|_| Corrupt("idempotent_requests.request_digest"))?;
        let answer = match (row.status, row.headers) {
            (None, None) => None,
            (Some(status), Some(headers)) => Some(StoredAnswer {
                status: number(status, "idempotent_requests.status")?,
                headers: serde_json::from_str(&headers)
                    .map_err(|_| Corrupt("idempotent_requests.headers"))?,
                body: row.body,
            }),
            _ => return Err(Corrupt("idempotent_requests.status")),
        };
        Ok(Self {
            request: RequestDigest(digest),
            answer,
        })
    }
}
