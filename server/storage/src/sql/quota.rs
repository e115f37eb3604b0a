//! Usage of an account's quotas.

/// Maintained by triggers, like the number of leads (see the migration that creates the tables).
pub(crate) const ITEMS: &str = "SELECT items, bytes FROM item_usage WHERE account_id = $1";

pub(crate) const LEADS: &str = "SELECT leads FROM lead_usage WHERE account_id = $1";

/// Keys that are neither revoked nor expired.
pub(crate) const LIVE_KEYS: &str = "
    SELECT count(*) FROM api_keys
    WHERE account_id = $1 AND live = 1 AND (expires_at IS NULL OR expires_at > $2)";

pub(crate) const MEMBERS: &str = "
    SELECT count(*) FROM members WHERE account_id = $1 AND deactivated_at IS NULL";

pub(crate) const INVITATIONS: &str = "
    SELECT count(*) FROM links WHERE account_id = $1 AND email IS NOT NULL AND expires_at > $2";
