//! The list of an account's keys in the console.

use super::attention::attention;
use super::expiring::EXPIRING_SECONDS;
use super::query::parse;
use super::{CurrentKey, DeadKeyUse, Keys, KeysOnHold, NewKeyChoices};
use crate::error::Error;
use crate::invalid::InvalidReason;
use crate::random;
use crate::sessions::Member;
use crate::store::{
    ExpiringKeyRecord, KeyCursor, KeyFilter, KeySearchCount, KeySearchPage, KeyViewCounts,
    StoreError,
};
use domain::{AccountId, Email, KeyCount, KeyOrder, KeyQuery, MemberId, Timestamp};

/// The number of keys of a saved view up to which they are counted, as on a badge.
pub const MAX_IN_VIEW: u32 = 99;

/// Keys on one page.
const PAGE_SIZE: u32 = 50;

/// A page of the list of an account's keys, and what concerns all keys of the account.
#[derive(Debug)]
pub struct KeyList {
    pub now: Timestamp,
    pub keys: Vec<CurrentKey>,
    /// The number of keys that match the query.
    pub count: KeyCount,
    /// The number of keys in each saved view, up to [`MAX_IN_VIEW`] + 1.
    pub views: KeyViewCounts,
    /// The account has no keys at all.
    pub account_is_empty: bool,
    /// Why the query was rejected. The list is unfiltered then.
    pub invalid: Option<InvalidReason>,
    /// Cursor of the next page.
    pub next: Option<KeyCursor>,
    /// The search stopped at `next` before the page was full, so as not to examine every key of a
    /// large account.
    pub stopped: bool,
    /// The members by whom the list can be filtered, in the order of their addresses.
    pub creators: Vec<(MemberId, Email)>,
    pub on_hold: Option<KeysOnHold>,
    /// The keys that expire within 30 days, the next one first, up to
    /// [`MAX_EXPIRING`](super::MAX_EXPIRING). A replaced key is among them only if it is still in
    /// use.
    pub expiring: Vec<ExpiringKeyRecord>,
    /// `None` also if the list is filtered by these keys.
    pub dead_key_use: Option<DeadKeyUse>,
    /// `None` if the member may not create keys, or if an owner has stopped the creation of keys.
    pub new_key: Option<NewKeyChoices>,
}

impl Keys {
    /// Returns the page of the member's keys after the cursor `after`, for any role.
    ///
    /// Takes as long for a hundred thousand keys as for ten: one page of keys is read, and at most
    /// [`KeyCount::MAX`] are counted.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(
        &self,
        member: &Member,
        query: &KeyQuery,
        after: Option<&KeyCursor>,
    ) -> Result<KeyList, Error> {
        let now = self.clock.now();
        let account = &member.account_id;
        let parsed = parse(query, now);
        let invalid = parsed.as_ref().err().cloned();
        let (filter, order) = parsed.unwrap_or_default();
        let after = after.filter(|_| invalid.is_none());
        self.note_expired(account, now).await?;
        let KeySearchPage {
            mut keys,
            mut cursors,
            stopped,
        } = self
            .store
            .find_keys(account, &filter, order, after, PAGE_SIZE + 1)
            .await?;
        let views = self.count_views(account, &filter, now).await?;
        let number = u32::try_from(keys.len()).unwrap_or(u32::MAX);
        let more = number > PAGE_SIZE;
        // If all keys fit on one page, they need not be counted.
        let search_count = (after.is_none() && !more).then_some(KeySearchCount {
            keys: number,
            stopped: stopped.is_some(),
        });
        let count = self.count(account, &filter, order, search_count, views);
        let count = count.await?;
        keys.truncate(PAGE_SIZE as usize);
        cursors.truncate(PAGE_SIZE as usize);
        let may_create =
            member.role.may_manage_keys() && self.store.creation_stopped(account).await?.is_none();
        let rules = self.new_key_rules(member, now, None).await?;
        let last = cursors.pop().filter(|_| more);
        Ok(KeyList {
            now,
            stopped: stopped.is_some(),
            next: last.or(stopped),
            keys: keys.into_iter().map(|key| self.current(key, now)).collect(),
            count,
            views: KeyViewCounts {
                all: views.all.min(MAX_IN_VIEW + 1),
                active: views.active.min(MAX_IN_VIEW + 1),
                ..views
            },
            account_is_empty: views.all == 0,
            invalid,
            creators: self.creators(account).await?,
            on_hold: self.restored.on_hold(account, now).await?,
            expiring: self.expiring(account, now).await?,
            dead_key_use: match filter.dead_key_call_after {
                Some(_) => None,
                None => self.dead_key_use(account, now).await?,
            },
            new_key: may_create.then(|| rules.choices(random::form_token(&*self.random))),
        })
    }

    async fn count(
        &self,
        account: &AccountId,
        filter: &KeyFilter,
        order: KeyOrder,
        search_count: Option<KeySearchCount>,
        views: KeyViewCounts,
    ) -> Result<KeyCount, Error> {
        let limit = KeyCount::MAX + 1;
        if is_whole(filter) {
            let are_all_counted = views.all < limit;
            return Ok(KeyCount {
                keys: views.all,
                active: if are_all_counted { views.active } else { 0 },
                is_lower_bound: false,
            });
        }
        let KeySearchCount { keys, stopped } = match search_count {
            Some(search_count) => search_count,
            None => self.store.count_keys(account, filter, order, limit).await?,
        };
        Ok(KeyCount {
            keys,
            active: 0,
            is_lower_bound: stopped,
        })
    }

    /// Counts the keys of each saved view. For the whole list, all and active keys are counted up
    /// to the limit of its number of keys, since the list shows both numbers.
    async fn count_views(
        &self,
        account: &AccountId,
        filter: &KeyFilter,
        now: Timestamp,
    ) -> Result<KeyViewCounts, Error> {
        let expires_by = now.plus_seconds(EXPIRING_SECONDS);
        let limit = MAX_IN_VIEW + 1;
        let most = if is_whole(filter) {
            KeyCount::MAX + 1
        } else {
            limit
        };
        let attention = attention(now);
        let counts = self
            .store
            .count_views(account, expires_by, attention, most, limit);
        Ok(counts.await?)
    }

    async fn creators(&self, account: &AccountId) -> Result<Vec<(MemberId, Email)>, Error> {
        let mut creators = self.store.key_creators(account).await?;
        creators.sort_by(|(_, a), (_, b)| a.as_str().cmp(b.as_str()));
        Ok(creators)
    }

    /// Notes which keys of an account have expired, since lists are ordered by that. If the disk is
    /// full, lists show what was noted before: an admin must be able to find a key and revoke it.
    pub(crate) async fn note_expired(
        &self,
        account: &AccountId,
        now: Timestamp,
    ) -> Result<(), Error> {
        match self.store.note_expired(account, now).await {
            Err(StoreError::Full(_)) => Ok(()),
            result => Ok(result?),
        }
    }
}

/// Whether the list contains all keys of the account.
fn is_whole(filter: &KeyFilter) -> bool {
    *filter == KeyFilter::default()
}
