//! The calls of the last seven days, for a page of the list of keys.

use super::Keys;
use crate::error::Error;
use crate::sessions::Member;
use crate::store::DailyCalls;
use domain::{KeyId, Timestamp};

/// Calls of several keys over the last seven days of the account's time zone.
#[derive(Debug)]
pub struct WeekOfCalls {
    /// The beginnings of the days, oldest first. The last one is today.
    pub days: Vec<Timestamp>,
    /// A day without a call of a key is left out.
    pub calls: Vec<DailyCalls>,
}

impl Keys {
    /// Returns the calls of some of the member's keys, for any role. Keys of other accounts have
    /// none.
    ///
    /// # Errors
    /// The database's.
    pub async fn week_of_calls(
        &self,
        member: &Member,
        keys: &[KeyId],
    ) -> Result<WeekOfCalls, Error> {
        let days = member.time_zone.days(self.clock.now(), 7);
        let calls = self
            .store
            .daily_calls(&member.account_id, keys, &days)
            .await?;
        Ok(WeekOfCalls { days, calls })
    }
}
