//! Export of leads to files, from the console.

use super::{LeadChange, Leads};
use crate::error::Error;
use crate::origin::Client;
use crate::sessions::Member;
use crate::store::Action;
use serde_json::json;

/// Number of leads in one piece of a file.
const BATCH_SIZE: u32 = 500;

impl Leads {
    /// Records in the audit log that a member exports the data of all leads, as a file of this
    /// format.
    ///
    /// # Errors
    /// The database's.
    pub async fn record_export(
        &self,
        member: &Member,
        client: &Client,
        format: &str,
    ) -> Result<(), Error> {
        let (now, detail) = (self.clock.now(), json!({ "format": format }));
        let event = member.event(Action::LeadsExported, "leads", client, now, detail);
        Ok(self.store.record_event(&event).await?)
    }

    /// Returns the next piece of a file, for a member of any role: some hundred leads whose last
    /// change has a number above `after`, oldest change first. An empty piece is the end.
    ///
    /// # Errors
    /// The database's.
    pub async fn batch(&self, member: &Member, after: u64) -> Result<Vec<LeadChange>, Error> {
        let changes = self
            .store
            .lead_changes(&member.account_id, after, BATCH_SIZE);
        Ok(changes.await?)
    }
}
