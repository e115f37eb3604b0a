//! Which keys need attention: one definition for the warnings of a key, the saved view of the list,
//! and the count on the Dashboard.
//!
//! A key needs attention if
//! - it is revoked or expired, and was used in the last 7 days,
//! - it is active or paused, and was used from a new network in the last 7 days,
//! - it is active or paused, and expires within 7 days, or
//! - it is active or paused, and was neither used nor created in the last 30 days.
//!
//! A key that is being replaced is meant to expire, so it matches the third condition only if it is
//! late: still in use when it is about to expire ([`UnplannedExpiry`]).
//!
//! Each condition is one range of one index, so that the view and its count read only keys that
//! match, and those that are being replaced and expire within 7 days. This is why the last three
//! also apply to paused keys, as the filters by expiry and by last use do. An unused permission has
//! no index: it is a notice of a key, and does not belong to the definition
//! ([`KeyWarning::needs_attention`]). A change that is not stored yet is shown together with the
//! conditions, but no list can be filtered by it.
//!
//! [`KeyWarning::needs_attention`]: super::KeyWarning::needs_attention

use crate::key::EXPIRES_SOON_SECONDS;
use crate::store::{AttentionFilter, UnplannedExpiry};
use domain::{Timestamp, seconds};

/// An active or paused key that was neither used nor created within this time is unused.
const UNUSED_AFTER_SECONDS: i64 = 30 * seconds::DAY;
/// How long a call with a revoked or expired key, or a new network, is news.
const NEWS_SECONDS: i64 = 7 * seconds::DAY;

/// Returns the limits of the conditions at `now`.
pub(crate) fn attention(now: Timestamp) -> AttentionFilter {
    AttentionFilter {
        idle_since: now.plus_seconds(-UNUSED_AFTER_SECONDS),
        unplanned_expiry: UnplannedExpiry {
            by: now.plus_seconds(EXPIRES_SOON_SECONDS),
            now,
        },
        dead_key_call_after: now.plus_seconds(-NEWS_SECONDS),
        new_network_after: now.plus_seconds(-NEWS_SECONDS),
    }
}
