//! Operations on leads, by integrations and by the console's Leads page.
//!
//! Events of the audit log are never altered, so they contain no data about a person, but only the
//! id of the lead and the names of fields.

use super::{Lead, LeadChange, LeadEdits, LeadFields, Leads};
use crate::authenticator::KeyCaller;
use crate::error::Error;
use crate::idempotency::ResponseBuilder;
use crate::origin::Client;
use crate::random;
use crate::sessions::Member;
use crate::store::Action;
use domain::{LeadId, Scope};
use serde_json::json;

/// Leads on one page of the console.
const PAGE: u32 = 50;

/// A page of the leads, most recently changed first.
#[derive(Debug)]
pub struct LeadList {
    pub leads: Vec<Lead>,
    /// The number before which the next page begins, if there is one.
    pub next_before: Option<u64>,
    /// Number of leads in the account, without erased ones.
    pub total: u64,
}

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
        response: Option<&ResponseBuilder<Lead>>,
    ) -> Result<Lead, Error> {
        caller.require_scope(Scope::LeadsWrite)?;
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
        let event = event.with_response(response.map(|response| response.build(&lead)));
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
        response: Option<&ResponseBuilder<Lead>>,
    ) -> Result<Option<Lead>, Error> {
        caller.require_scope(Scope::LeadsWrite)?;
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
            event.with_response(response.map(|response| response.build(lead)))
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
        caller.require_scope(Scope::LeadsWrite)?;
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
        caller.require_scope(Scope::LeadsRead)?;
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
        caller.require_scope(Scope::LeadsRead)?;
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

    /// Returns one page, for any role: the leads whose last change has a number below `before`.
    ///
    /// # Errors
    /// The database's.
    pub async fn page(&self, member: &Member, before: Option<u64>) -> Result<LeadList, Error> {
        let account = &member.account_id;
        let newest = self.store.newest_leads(account, before, PAGE).await?;
        let last = newest.entries.last().filter(|_| newest.more);
        Ok(LeadList {
            next_before: last.map(|(number, _)| *number),
            leads: newest.entries.into_iter().map(|(_, lead)| lead).collect(),
            total: self.store.count_leads(account).await?,
        })
    }
}
