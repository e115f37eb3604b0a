//! Extending keys that expire.

use crate::store::KeyRecord;
use crate::zone::Zone;
use domain::{Timestamp, seconds};

/// Days by which a key is extended, unless the policy allows fewer.
const EXTENSION_DAYS: i64 = 90;

/// Returns the expiry of a key after it is extended: the end of the day 90 days later, or as late
/// as `latest`, which the policy permits.
///
/// `None` if the key is not live, does not expire, or cannot expire later. A key that is being
/// replaced is meant to expire, so only the complete edit form can extend it.
pub fn extended(
    key: &KeyRecord,
    latest: Option<Timestamp>,
    now: Timestamp,
    zone: &Zone,
) -> Option<Timestamp> {
    let may_extend = key.state(now).is_live() && key.replaced.is_none();
    let end = key.expires_at.filter(|_| may_extend)?;
    let later = end.plus_seconds(EXTENSION_DAYS * seconds::DAY);
    let later = latest.map_or(later, |latest| later.min(latest));
    let extended = zone.end_of_day(&zone.last_day(later))?;
    (extended > end && latest.is_none_or(|latest| extended <= latest)).then_some(extended)
}
