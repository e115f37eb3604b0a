//! Counts of the calls of each key, by outcome.
//!
//! A call is counted when it is answered. A call whose caller hangs up before that has no outcome.

use crate::usage::KeyUsage;
use crate::{Error, Service};
use domain::Outcome;
use std::sync::Arc;

/// How long counts are kept: 30 whole days of any time zone, the current day, and one hour by which
/// a clock may have been set back.
const KEPT_SECONDS: i64 = 31 * 24 * 3600 + 3600;

/// Rows swept in one transaction, so that other writes do not wait long.
const SWEEP_ROWS: u32 = 1_000;

impl Service {
    /// Counts one answered call in memory.
    pub fn count_call(&self, usage: &Arc<KeyUsage>, outcome: Outcome) {
        self.usages.count(usage, outcome, self.clock.now());
    }

    /// Deletes counts that no page shows any more.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep_calls(&self) -> Result<(), Error> {
        let before = self.clock.now().plus_seconds(-KEPT_SECONDS);
        while self.store.sweep_calls(before, SWEEP_ROWS).await? >= u64::from(SWEEP_ROWS) {}
        Ok(())
    }
}
