//! Replacement of the pepper.

pub(crate) const CHANGE: &str = "
    UPDATE installation SET pepper_fingerprint = $2 WHERE id = 1 AND pepper_fingerprint = $1";

/// Reads the pepper and prevents its replacement until the end of the transaction. Any number of
/// transactions can hold this lock at once, while [`CHANGE`] and they wait for each other. SQLite
/// needs no such lock, since it has one writing transaction at a time.
pub(crate) const SHARED: &str =
    "SELECT pepper_fingerprint FROM installation WHERE id = 1 FOR SHARE";

/// Returns whether a registered node does not accept the pepper with this id. `peppers` is NULL for
/// a node of a release that does not know old peppers.
pub(crate) const NOT_ACCEPTED: &str = "
    SELECT EXISTS (SELECT 1 FROM nodes WHERE peppers IS NULL OR peppers NOT LIKE '%' || $1 || '%')";

/// Rows that were stored before the column existed, or by an older release, use the pepper that is
/// replaced now.
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

/// Rows under peppers other than `$1` and `$2`, where `$1` is at most `$2`. The three ranges are
/// counted separately: if they were joined by `OR`, SQLite would walk the whole index.
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

/// For the operator's inspection: every pepper in use, with the number of rows of each kind.
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
