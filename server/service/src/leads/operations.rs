//! What integrations, and the console's Leads page, do with leads.
//!
//! The audit log is never altered, so nothing that was known of a person stands in an event: the lead's id, and the
//! names of fields, have to do.

use super::{Lead, LeadChange, LeadEdits, LeadFields};
use crate::store::Action;
use crate::view::moment;
use crate::{Client, Error, Keep, KeyCaller, Member, Service, Zone};
use domain::{LeadId, LeadRow, LeadsPage, Scope};
use serde_json::json;

/// How many leads one page of the console shows.
const CONSOLE_PAGE: u32 = 50;

/// How much of a message or a note the console shows, in characters. The API has all of it.
const CONSOLE_TEXT: usize = 2_000;

/// A piece of the feed, with where to go on.
#[derive(Debug, Clone)]
pub struct ChangesPage {
    pub changes: Vec<LeadChange>,
    /// The number after which to go on, also where there is nothing further yet.
    pub next_after: u64,
}

impl Service {
    /// Stores a new lead, and with it the answer of a request that is to be kept.
    ///
    /// # Errors
    /// [`Error::MissingScope`], and the database's.
    pub async fn create_lead(
        &self,
        caller: &KeyCaller,
        client: &Client,
        fields: LeadFields,
        keep: Option<&Keep<Lead>>,
    ) -> Result<Lead, Error> {
        caller.must(Scope::LeadsWrite)?;
        let now = self.clock.now();
        let lead = Lead {
            id: LeadId::parse(&self.new_id()).map_err(Error::broken)?,
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
        self.with_room(stored).await?;
        Ok(lead)
    }

    /// What a CRM writes back, and with it the answer of a request that is to be kept; `None` where there is no such lead.
    ///
    /// # Errors
    /// [`Error::MissingScope`], and the database's.
    pub async fn update_lead(
        &self,
        caller: &KeyCaller,
        client: &Client,
        id: &LeadId,
        edits: &LeadEdits,
        keep: Option<&Keep<Lead>>,
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
        self.with_room(updated).await
    }

    /// Erases all that is known of the person; `false` where there was no such lead.
    ///
    /// # Errors
    /// [`Error::MissingScope`], and the database's.
    pub async fn erase_lead(
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

    /// One lead; `None` where there is none, or it is erased.
    ///
    /// # Errors
    /// [`Error::MissingScope`], and the database's.
    pub async fn lead(&self, caller: &KeyCaller, id: &LeadId) -> Result<Option<Lead>, Error> {
        caller.must(Scope::LeadsRead)?;
        Ok(self.store.find_lead(caller.account_id(), id).await?)
    }

    /// Up to `limit` leads by their last changes after the one with the number `after`, oldest first. `None` where no
    /// change has that number yet: whoever went on from there would miss those that are still to get smaller ones.
    ///
    /// # Errors
    /// [`Error::MissingScope`], and the database's.
    pub async fn lead_changes(
        &self,
        caller: &KeyCaller,
        after: u64,
        limit: u32,
    ) -> Result<Option<ChangesPage>, Error> {
        caller.must(Scope::LeadsRead)?;
        let account = caller.account_id();
        let changes = self.store.lead_changes(account, after, limit).await?;
        // Not the account's last number: a change may have come in between.
        let next_after = changes.last().map_or(after, |last| last.number);
        if changes.is_empty() && after > self.store.last_lead_change(account).await? {
            return Ok(None);
        }
        Ok(Some(ChangesPage {
            changes,
            next_after,
        }))
    }

    /// One page for the console, for any role, with the number before which the next one begins, if there is one.
    ///
    /// # Errors
    /// The database's.
    pub async fn leads_page(
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
    fn a_text_is_cut_where_the_console_would_show_too_much_of_it() {
        let whole = "é".repeat(CONSOLE_TEXT);
        assert_eq!(shortened(whole.clone()), whole);
        assert_eq!(shortened(format!("{whole}!")), format!("{whole}…"));
    }
}
