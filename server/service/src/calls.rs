//! How many calls each key makes and what becomes of them.
//!
//! A call is counted once it is answered: one whose caller hangs up before that has come to nothing that could be told.

use crate::usage::KeyUsage;
use crate::{Error, Service};
use domain::Outcome;
use std::sync::Arc;

/// For so long calls can be told: 30 whole days of any time zone, the one that is under way, and an hour that a clock
/// may have been put back by.
const KEPT_SECONDS: i64 = 31 * 24 * 3600 + 3600;

/// Rows that go in one transaction, so that nobody waits long for it.
const SWEEP_ROWS: u32 = 1_000;

impl Service {
    /// Counts one call that was answered, in memory.
    pub fn count_call(&self, usage: &Arc<KeyUsage>, outcome: Outcome) {
        self.usages.count(usage, outcome, self.clock.now());
    }

    /// Forgets counts that no page shows any more.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep_calls(&self) -> Result<(), Error> {
        let before = self.clock.now().plus_seconds(-KEPT_SECONDS);
        while self.store.sweep_calls(before, SWEEP_ROWS).await? >= u64::from(SWEEP_ROWS) {}
        Ok(())
    }
}
