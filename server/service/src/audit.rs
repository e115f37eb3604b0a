//! The audit log: every change with its actor, time, source and effect. Every role may read it.

use crate::error::Error;
use crate::key::PlainKey;
use crate::keys::search_text;
use crate::sessions::Member;
use crate::store::{AuditFilter, AuditPorts, KeyFilter, LoggedEvent, Teammate};
use domain::{AccountId, KeyId, KeyName, KeyOrder, MemberId};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Events on one page.
const PAGE_SIZE: u32 = 50;
/// Members among whom a reader chooses. Links in the rows lead to the events of others.
const MAX_LISTED_MEMBERS: u32 = 200;
/// Number of events in one piece of a file.
const BATCH_SIZE: u32 = 500;
/// Number of events that a filter is applied to for one page or one piece of a file. The next one
/// continues after them.
const SEARCH_LIMIT: u32 = 10_000;

/// Time limit for one page, including the search for keys by their names, or for one piece of an
/// exported file. Each key that is found takes two listings, and each of them may take this long.
const TIME_LIMIT: Duration = Duration::from_secs(1);

/// Most keys whose events one search finds by their names.
pub const MAX_NAMED_KEYS: u32 = 10;

/// Selection of events of an account, with the keys that a name matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditSearch {
    filter: AuditFilter,
    /// Ids of the subjects, of which an event has to have one. Empty to select every subject.
    subjects: Vec<String>,
    /// End of the time for the first page.
    deadline: Instant,
}

/// Why a text selects no events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnusableText {
    /// It contains a full key, which must not be part of an address.
    FullKey,
    /// The names of more than [`MAX_NAMED_KEYS`] keys match.
    TooManyKeys,
}

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

impl AuditBatch {
    /// Merges pieces that begin at the same number into one of up to `limit` events.
    fn merge(pieces: Vec<Self>, limit: usize) -> Self {
        // Below the end of any piece, the events of its subject are not known.
        let end = pieces.iter().filter_map(|piece| piece.next_before).max();
        let events = pieces.into_iter().flat_map(|piece| piece.events);
        let mut events: Vec<_> = events
            .filter(|event| end.is_none_or(|end| event.seq >= end))
            .collect();
        events.sort_unstable_by_key(|event| std::cmp::Reverse(event.seq));
        let is_longer = events.len() > limit;
        events.truncate(limit);
        let last = events.last().filter(|_| is_longer).map(|event| event.seq);
        Self {
            stopped: events.len() < limit && end.is_some(),
            events,
            next_before: last.or(end),
        }
    }
}

/// The audit log of an account.
pub struct AuditLog {
    pub(crate) store: Arc<dyn AuditPorts>,
}

impl AuditLog {
    /// Returns the search for events that the filter selects, whose subject has the id `text` or is
    /// a key whose name or preview it matches. An empty text matches every subject.
    ///
    /// # Errors
    /// The database's, and [`Error::PastDeadline`] if it takes longer than a second.
    pub async fn search(
        &self,
        member: &Member,
        filter: AuditFilter,
        text: &str,
    ) -> Result<Result<AuditSearch, UnusableText>, Error> {
        let deadline = Instant::now() + TIME_LIMIT;
        let subjects = within(deadline, self.find_subjects(member, text.trim())).await?;
        Ok(subjects.map(|subjects| AuditSearch {
            filter,
            subjects,
            deadline,
        }))
    }

    /// Returns the ids of the subjects that a text names.
    async fn find_subjects(
        &self,
        member: &Member,
        text: &str,
    ) -> Result<Result<Vec<String>, UnusableText>, Error> {
        let mut subjects = Vec::new();
        if !text.is_empty() {
            subjects.push(text.to_owned());
            let prefixed = text.contains("vx_") && PlainKey::may_be_in(text);
            if prefixed || PlainKey::parse(text.as_bytes()).is_ok() {
                return Ok(Err(UnusableText::FullKey));
            }
            // The id of an item may be as long as a key.
            let names = search_text(text).ok().flatten();
            if names.is_some() {
                let filter = KeyFilter {
                    text: names,
                    ..KeyFilter::default()
                };
                let (account, order) = (&member.account_id, KeyOrder::default());
                let keys = self
                    .store
                    .find_keys(account, &filter, order, None, MAX_NAMED_KEYS + 1);
                let found = keys.await?;
                if found.keys.len() > MAX_NAMED_KEYS as usize || found.stopped.is_some() {
                    return Ok(Err(UnusableText::TooManyKeys));
                }
                let ids = found.keys.into_iter().map(|key| key.id.to_string());
                subjects.extend(ids.filter(|id| id != text));
            }
        }
        Ok(Ok(subjects))
    }

    /// Returns a page of the log: the events below the number `before`.
    ///
    /// # Errors
    /// The database's, and [`Error::PastDeadline`] a second after the search began.
    pub async fn page(
        &self,
        member: &Member,
        search: &AuditSearch,
        before: Option<u64>,
    ) -> Result<AuditBatch, Error> {
        let page = self.find(&member.account_id, search, before, PAGE_SIZE);
        within(search.deadline, page).await
    }

    /// Returns the next piece of the log, for a file of all of it: some hundred events below the
    /// number `before`.
    ///
    /// # Errors
    /// The database's, and [`Error::PastDeadline`] if it takes longer than a second.
    pub async fn batch(
        &self,
        member: &Member,
        search: &AuditSearch,
        before: Option<u64>,
    ) -> Result<AuditBatch, Error> {
        let batch = self.find(&member.account_id, search, before, BATCH_SIZE);
        within(Instant::now() + TIME_LIMIT, batch).await
    }

    /// Searches the log once for each subject, since an index leads to the events of one.
    async fn find(
        &self,
        account: &AccountId,
        AuditSearch {
            filter, subjects, ..
        }: &AuditSearch,
        before: Option<u64>,
        limit: u32,
    ) -> Result<AuditBatch, Error> {
        if subjects.is_empty() {
            return self.find_one(account, filter, before, limit).await;
        }
        let mut pieces = Vec::with_capacity(subjects.len());
        for subject in subjects {
            let filter = AuditFilter {
                subject: Some(subject.clone()),
                ..filter.clone()
            };
            pieces.push(self.find_one(account, &filter, before, limit).await?);
        }
        Ok(AuditBatch::merge(pieces, limit as usize))
    }

    async fn find_one(
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

/// Abandons a search at its deadline, which also interrupts the listing that is running.
async fn within<T>(
    deadline: Instant,
    search: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let result = timeout_at(deadline, search).await;
    result.unwrap_or(Err(Error::PastDeadline("searching the audit log")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Action, AuditEvent};
    use domain::Timestamp;

    fn piece(numbers: &[u64], next_before: Option<u64>) -> AuditBatch {
        let event = |seq: &u64| {
            let account = AccountId::parse("a").unwrap();
            let (at, detail) = (Timestamp::from_millis(0), serde_json::json!({}));
            LoggedEvent {
                seq: *seq,
                event: AuditEvent::of_system(&account, Action::KeyEdited, "k", at, detail),
                actor: None,
                subject: None,
            }
        };
        AuditBatch {
            events: numbers.iter().map(event).collect(),
            next_before,
            stopped: false,
        }
    }

    #[test]
    fn merged_pieces_are_ordered_and_end_where_the_first_of_them_ends() {
        for (pieces, limit, numbers, next_before, stopped) in [
            (
                vec![piece(&[9, 4], None), piece(&[7], None)],
                3,
                vec![9, 7, 4],
                None,
                false,
            ),
            (
                vec![piece(&[9, 4], None), piece(&[7], None)],
                2,
                vec![9, 7],
                Some(7),
                false,
            ),
            (
                vec![piece(&[9, 4], None), piece(&[7, 6], Some(6))],
                2,
                vec![9, 7],
                Some(7),
                false,
            ),
            (
                vec![piece(&[9, 4], None), piece(&[7, 6], Some(6))],
                3,
                vec![9, 7, 6],
                Some(6),
                false,
            ),
            (
                vec![piece(&[9, 4], None), piece(&[], Some(5))],
                3,
                vec![9],
                Some(5),
                true,
            ),
            (
                vec![piece(&[], None), piece(&[], None)],
                3,
                vec![],
                None,
                false,
            ),
        ] {
            let merged = AuditBatch::merge(pieces, limit);
            let found: Vec<_> = merged.events.iter().map(|event| event.seq).collect();
            assert_eq!(found, numbers);
            assert_eq!(
                (merged.next_before, merged.stopped),
                (next_before, stopped),
                "{numbers:?}"
            );
        }
    }
}
