//! Operations on leads, by integrations and by the console's Leads page.
//!
//! Events of the audit log are never altered, so they contain no data about a person, but only the
//! id of the lead and the names of fields.

use super::{Lead, LeadChange, LeadEdits, LeadFields, Leads};
use crate::authenticator::KeyCaller;
use crate::error::Error;
use crate::idempotency::AnswerToStore;
use crate::origin::Client;
use crate::random;
use crate::sessions::Member;
use crate::store::Action;
use crate::view::moment;
use crate::zone::Zone;
use domain::{LeadId, LeadRow, LeadsPage, Scope};
use serde_json::json;

/// Leads on one page of the console.
const CONSOLE_PAGE: u32 = 50;

/// Characters of a message or a note that the console shows. The API returns all of it.
const CONSOLE_TEXT: usize = 2_000;

/// A page of changes.
#[derive(Debug, Clone)]
pub struct ChangesPage {
    pub changes: Vec<LeadChange>,
    /// The number after which the next page begins, even if there is nothing after it yet.
    pub next_after: u64,
}

impl Leads {
    /// Stores a new lead, and with it the answer to be kept for its idempotency key.
    ///
    /// # Errors
    /// [`Error::Denied`], and the database's.
    pub async fn create(
        &self,
        caller: &KeyCaller,
        client: &Client,
        fields: LeadFields,
        keep: Option<&AnswerToStore<Lead>>,
    ) -> Result<Lead, Error> {
        caller.must(Scope::LeadsWrite)?;
        let now = self.clock.now();
        let lead = Lead {
            id: LeadId::parse(&random::uuid(&*self.random, self.clock.now()))
                .map_err(Error::broken)?,
            fields,
            created_at: now,
            updated_at: now,
        };
        let event = caller.event(
            Some(Scope::LeadsWrite),
            Action::LeadCreated,
            lead.id.as_str(),
            client,
            now,
            json!({}),
        );
        let event = event.answering(keep.map(|keep| keep.of(&lead)));
        let stored = self.store.insert_lead(caller.account_id(), &lead, event);
        self.free_space.with_room(stored).await?;
        Ok(lead)
    }

    /// Applies the edits of a CRM, and stores with them the answer to be kept for the idempotency
    /// key; returns `None` if the lead does not exist.
    ///
    /// # Errors
    /// [`Error::Denied`], and the database's.
    pub async fn update(
        &self,
        caller: &KeyCaller,
        client: &Client,
        id: &LeadId,
        edits: &LeadEdits,
        keep: Option<&AnswerToStore<Lead>>,
    ) -> Result<Option<Lead>, Error> {
        caller.must(Scope::LeadsWrite)?;
        let now = self.clock.now();
        let event = |lead: &Lead, changed: Vec<&'static str>| {
            let detail = json!({ "changed": changed });
            let event = caller.event(
                Some(Scope::LeadsWrite),
                Action::LeadUpdated,
                id.as_str(),
                client,
                now,
                detail,
            );
            event.answering(keep.map(|keep| keep.of(lead)))
        };
        let updated = self
            .store
            .update_lead(caller.account_id(), id, edits, now, &event);
        self.free_space.with_room(updated).await
    }

    /// Erases all data about the person; returns `false` if the lead does not exist.
    ///
    /// # Errors
    /// [`Error::Denied`], and the database's.
    pub async fn erase(
        &self,
        caller: &KeyCaller,
        client: &Client,
        id: &LeadId,
    ) -> Result<bool, Error> {
        caller.must(Scope::LeadsWrite)?;
        let now = self.clock.now();
        let event = caller.event(
            Some(Scope::LeadsWrite),
            Action::LeadErased,
            id.as_str(),
            client,
            now,
            json!({}),
        );
        Ok(self
            .store
            .erase_lead(caller.account_id(), id, now, event)
            .await?)
    }

    /// Returns one lead; `None` if it does not exist or is erased.
    ///
    /// # Errors
    /// [`Error::Denied`], and the database's.
    pub async fn find(&self, caller: &KeyCaller, id: &LeadId) -> Result<Option<Lead>, Error> {
        caller.must(Scope::LeadsRead)?;
        Ok(self.store.find_lead(caller.account_id(), id).await?)
    }

    /// Returns up to `limit` leads whose last change has a number above `after`, oldest change
    /// first. `None` if no change has the number `after` yet: a reader that continued from there
    /// would miss the changes that will get smaller numbers.
    ///
    /// # Errors
    /// [`Error::Denied`], and the database's.
    pub async fn changes(
        &self,
        caller: &KeyCaller,
        after: u64,
        limit: u32,
    ) -> Result<Option<ChangesPage>, Error> {
        caller.must(Scope::LeadsRead)?;
        let account = caller.account_id();
        let changes = self.store.lead_changes(account, after, limit).await?;
        // Not the account's last number: a change may have been made in between.
        let next_after = changes.last().map_or(after, |last| last.number);
        if changes.is_empty() && after > self.store.last_lead_change(account).await? {
            return Ok(None);
        }
        Ok(Some(ChangesPage {
            changes,
            next_after,
        }))
    }

    /// Returns one page for the console, for any role, and the number before which the next page
    /// begins, if there is one.
    ///
    /// # Errors
    /// The database's.
    pub async fn page(
        &self,
        member: &Member,
        before: Option<u64>,
    ) -> Result<(LeadsPage, Option<u64>), Error> {
        let account = &member.account_id;
        let newest = self
            .store
            .newest_leads(account, before, CONSOLE_PAGE)
            .await?;
        let last = newest.entries.last().filter(|_| newest.more);
        let next_before = last.map(|(number, _)| *number);
        let page = LeadsPage {
            leads: newest
                .entries
                .into_iter()
                .map(|(_, lead)| row(lead, &member.time_zone))
                .collect(),
            total: self.store.count_leads(account).await?,
            first: before.is_none(),
            next_cursor: None,
            now: moment(self.clock.now(), &member.time_zone),
            public_url: self.public_url.clone(),
        };
        Ok((page, next_before))
    }
}

fn row(lead: Lead, zone: &Zone) -> LeadRow {
    let fields = lead.fields;
    LeadRow {
        name: fields.name,
        email: fields.email,
        phone: fields.phone,
        message: fields.message.map(shortened),
        source: fields.source,
        item_id: fields.item_id,
        status: fields.status,
        note: fields.note.map(shortened),
        updated: moment(lead.updated_at, zone),
    }
}

fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(CONSOLE_TEXT) {
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_truncated_if_it_is_too_long_for_the_console() {
        let whole = "é".repeat(CONSOLE_TEXT);
        assert_eq!(shortened(whole.clone()), whole);
        assert_eq!(shortened(format!("{whole}!")), format!("{whole}…"));
    }
}
