//! The audit log: who did what, when, from where, and what was different afterwards. Every role may
//! read it.

use crate::error::Error;
use crate::sessions::Member;
use crate::store::{AuditFilter, AuditPorts, LoggedEvent, Teammate};
use domain::{AccountId, KeyId, KeyName, MemberId};
use std::sync::Arc;

/// Events on one page.
const PAGE_SIZE: u32 = 50;
/// Members among whom a reader chooses. Links in the rows lead to the events of others.
const MAX_LISTED_MEMBERS: u32 = 200;
/// Events read at once for a file.
const BATCH_SIZE: u32 = 500;
/// Number of events that a filter is applied to for one page or one piece of a file. The next one
/// continues after them.
const SEARCH_LIMIT: u32 = 10_000;

/// Consecutive events of the log, newest first.
#[derive(Debug, Default)]
pub struct AuditBatch {
    pub events: Vec<LoggedEvent>,
    /// The number before which the next piece begins; `None` at the end of the log. A piece that a
    /// filter leaves empty can have one, too.
    pub next_before: Option<u64>,
    /// Whether the search stopped before it had found the requested number of events.
    pub stopped: bool,
}

/// The audit log of an account.
pub struct AuditLog {
    pub(crate) store: Arc<dyn AuditPorts>,
}

impl AuditLog {
    /// Returns a page of the log: the events below the number `before`.
    ///
    /// # Errors
    /// The database's.
    pub async fn page(
        &self,
        member: &Member,
        filter: &AuditFilter,
        before: Option<u64>,
    ) -> Result<AuditBatch, Error> {
        self.search_log(&member.account_id, filter, before, PAGE_SIZE)
            .await
    }

    /// Returns the next piece of the log, for a file of all of it: some hundred events below the
    /// number `before`.
    ///
    /// # Errors
    /// The database's.
    pub async fn batch(
        &self,
        member: &Member,
        filter: &AuditFilter,
        before: Option<u64>,
    ) -> Result<AuditBatch, Error> {
        self.search_log(&member.account_id, filter, before, BATCH_SIZE)
            .await
    }

    async fn search_log(
        &self,
        account: &AccountId,
        filter: &AuditFilter,
        before: Option<u64>,
        limit: u32,
    ) -> Result<AuditBatch, Error> {
        // Without a filter, each event that is read is in the piece.
        let end = if *filter == AuditFilter::default() {
            None
        } else {
            let end = self.store.audit_end(account, filter, before, SEARCH_LIMIT);
            end.await?
        };
        // One more event than fits shows that there is a next piece.
        let log = self
            .store
            .audit_log(account, filter, before, end, limit + 1);
        let mut events = log.await?;
        let full = events.len() > limit as usize;
        events.truncate(limit as usize);
        let last = events.last().filter(|_| full).map(|event| event.seq);
        Ok(AuditBatch {
            events,
            next_before: last.or(end),
            stopped: !full && end.is_some(),
        })
    }

    /// Returns the first members, with the active ones first, and the selected member.
    ///
    /// # Errors
    /// The database's.
    pub async fn people(
        &self,
        member: &Member,
        selected: Option<&MemberId>,
    ) -> Result<Vec<Teammate>, Error> {
        let account = &member.account_id;
        let mut members = self
            .store
            .list_members(account, None, MAX_LISTED_MEMBERS)
            .await?;
        if let Some(id) = selected
            && members.iter().all(|teammate| teammate.id != *id)
        {
            members.extend(self.store.find_teammate(account, id).await?);
        }
        Ok(members)
    }

    /// Returns the name of a key of the account.
    ///
    /// # Errors
    /// The database's.
    pub async fn key_name(&self, member: &Member, id: &KeyId) -> Result<Option<KeyName>, Error> {
        let key = self.store.find_key(&member.account_id, id).await?;
        Ok(key.map(|key| key.name))
    }
}
