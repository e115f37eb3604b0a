//! Bulk actions on keys, and the switch that stops an account's creation of keys.

pub(crate) const PAUSE: &str =
    "UPDATE api_keys SET paused_at = $3 WHERE account_id = $1 AND id = $2";

pub(crate) const RESUME: &str =
    "UPDATE api_keys SET paused_at = NULL WHERE account_id = $1 AND id = $2";

pub(crate) const PAUSED_AT: &str = "
    SELECT id FROM api_keys
    WHERE account_id = $1 AND standing = 2 AND paused_at = $2 AND (expires_at IS NULL OR expires_at > $3)
        AND generation = (SELECT key_generation FROM accounts WHERE id = $1)
    ORDER BY created_at, id LIMIT $4";

pub(crate) const CREATION_STOPPED: &str = "SELECT creation_stopped_at FROM accounts WHERE id = $1";

pub(crate) const STOP_CREATION: &str = "UPDATE accounts SET creation_stopped_at = $2 WHERE id = $1";
