//! A change of the pepper.

pub(crate) const CHANGE: &str = "
    UPDATE installation SET pepper_fingerprint = $2 WHERE id = 1 AND pepper_fingerprint = $1";

/// Reads the pepper and keeps it from being changed until the end of the transaction, which any number of transactions may do
/// at once. [`CHANGE`] and they wait for each other. SQLite needs no such lock: it has one transaction at a time that writes.
pub(crate) const SHARED: &str =
    "SELECT pepper_fingerprint FROM installation WHERE id = 1 FOR SHARE";

/// Whether a registered node does not accept the pepper with this id. A node of a release that knows no old peppers has none.
pub(crate) const NOT_ACCEPTED: &str = "
    SELECT EXISTS (SELECT 1 FROM nodes WHERE peppers IS NULL OR peppers NOT LIKE '%' || $1 || '%')";

/// Rows that were stored before the column existed, or by an older release, were made with the pepper that is replaced now.
pub(crate) const NAME_OF_FACTORS: &str =
    "UPDATE second_factors SET pepper_id = $1 WHERE pepper_id IS NULL";
pub(crate) const NAME_OF_CODES: &str =
    "UPDATE recovery_codes SET pepper_id = $1 WHERE pepper_id IS NULL";

pub(crate) const REHASH: &str = "UPDATE api_keys SET digest = $2, pepper_id = $3 WHERE digest = $1";

pub(crate) const TO_RESEAL: &str = "
    SELECT member_id, sealed FROM second_factors WHERE member_id > $2 AND pepper_id <> $1
    ORDER BY member_id LIMIT $3";

pub(crate) const RESEAL: &str = "
    UPDATE second_factors SET sealed = $3, pepper_id = $4 WHERE member_id = $1 AND sealed = $2";

/// Rows under other peppers than `$1` and `$2`, of which the first is not above the second. Three ranges, each counted by
/// itself: joined by `OR`, SQLite would walk the whole index.
pub(crate) const KEYS: &str = "
    SELECT (SELECT count(*) FROM api_keys WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3)
                AND pepper_id < $1)
        + (SELECT count(*) FROM api_keys WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3)
                AND pepper_id > $1 AND pepper_id < $2)
        + (SELECT count(*) FROM api_keys WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3)
                AND pepper_id > $2)";

pub(crate) const FACTORS: &str = "
    SELECT (SELECT count(*) FROM second_factors WHERE pepper_id < $1)
        + (SELECT count(*) FROM second_factors WHERE pepper_id > $1 AND pepper_id < $2)
        + (SELECT count(*) FROM second_factors WHERE pepper_id > $2)";

pub(crate) const CODES: &str = "
    SELECT (SELECT count(*) FROM recovery_codes WHERE pepper_id < $1)
        + (SELECT count(*) FROM recovery_codes WHERE pepper_id > $1 AND pepper_id < $2)
        + (SELECT count(*) FROM recovery_codes WHERE pepper_id > $2)";

/// For an operator's look: every pepper that something needs, with how much of each kind does.
pub(crate) const USES: &str = "
    SELECT pepper_id, CAST(sum(keys) AS BIGINT), CAST(sum(factors) AS BIGINT), CAST(sum(codes) AS BIGINT) FROM (
        SELECT pepper_id, count(*) AS keys, 0 AS factors, 0 AS codes FROM api_keys
        WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1) GROUP BY pepper_id
        UNION ALL
        SELECT pepper_id, 0, count(*), 0 FROM second_factors WHERE pepper_id IS NOT NULL GROUP BY pepper_id
        UNION ALL
        SELECT pepper_id, 0, 0, count(*) FROM recovery_codes WHERE pepper_id IS NOT NULL
        GROUP BY pepper_id
    ) AS used GROUP BY pepper_id ORDER BY pepper_id";
