//! The installation as a whole.

/// Reads a table, unlike `SELECT 1`, so that the answer comes from the database and not from the
/// library.
pub(crate) const PING: &str = "SELECT count(*) FROM installation";

pub(crate) const PEPPER_FINGERPRINT: &str =
    "SELECT pepper_fingerprint FROM installation WHERE id = 1";

pub(crate) const SET_PEPPER_FINGERPRINT: &str =
    "UPDATE installation SET pepper_fingerprint = $1 WHERE id = 1";

pub(crate) const HAS_KEYS: &str = "
    SELECT EXISTS (SELECT 1 FROM api_keys) OR EXISTS (SELECT 1 FROM second_factors)";

pub(crate) const HAS_OWNER: &str = "SELECT EXISTS (SELECT 1 FROM members WHERE role = 'owner')";
