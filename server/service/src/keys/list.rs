//! The list of an account's keys in the console.

use super::find::read;
use super::notices::notices;
use super::{Keys, UNUSED_SECONDS, USED_LATELY_SECONDS};
use crate::error::Error;
use crate::key::EXPIRES_SOON_SECONDS;
use crate::random;
use crate::sessions::Member;
use crate::store::{KeyFilter, KeyPlace, KeyRecord, KeysCounted, KeysFound, Revoker, StoreError};
use crate::view::{last_moment, moment};
use crate::zone::Zone;
use domain::{
    AccountId, AroundKeys, Failure, KeyCount, KeyId, KeyOrder, KeyQuery, KeyStatus, KeyView,
    KeysPage, LastUse, Revocation, Timestamp,
};

/// Keys on one page.
const PAGE: u32 = 50;

impl Keys {
    /// Returns all data of the API Keys page, for any role, and the position at which the next page
    /// begins. `after` is where this page begins.
    ///
    /// Takes as long for a hundred thousand keys as for ten: one page of keys is read, and at most
    /// [`KeyCount::MOST`] are counted.
    ///
    /// # Errors
    /// The database's.
    pub async fn list_page(
        &self,
        member: &Member,
        query: &KeyQuery,
        after: Option<&KeyPlace>,
    ) -> Result<(KeysPage, Option<KeyPlace>), Error> {
        let now = self.clock.now();
        let zone = &member.time_zone;
        let account = &member.account_id;
        let read = read(query, now);
        let refused = read.as_ref().err().map(|why| (*why).to_owned());
        // A refused query is not shown again: it may contain a key.
        let query = if refused.is_some() {
            KeyQuery::default()
        } else {
            query.clone()
        };
        let (filter, order) = read.unwrap_or_default();
        let after = after.filter(|_| refused.is_none());
        self.note_expired(account, now).await?;
        let KeysFound { mut keys, stopped } = self
            .store
            .find_keys(account, &filter, order, after, PAGE + 1)
            .await?;
        let found = u32::try_from(keys.len()).unwrap_or(u32::MAX);
        let more = found > PAGE;
        // If all keys fit on one page, they need not be counted.
        let counted = (after.is_none() && !more).then_some(KeysCounted {
            keys: found,
            stopped: stopped.is_some(),
        });
        let count = self.count(account, &filter, order, counted).await?;
        keys.truncate(PAGE as usize);
        let goes_on = stopped.is_some();
        let full = keys.last().filter(|_| more);
        let next = full.map(|last| KeyPlace::of(last, order, now)).or(stopped);
        let none = keys.is_empty() && {
            let any = KeyFilter::default();
            self.store.count_keys(account, &any, order, 1).await?.keys == 0
        };
        let stopped = self.store.creation_stopped(account).await?;
        let life = self.new_life(member, now, None).await?;
        let page = KeysPage {
            keys: keys
                .into_iter()
                .map(|record| self.key_view(record, now, zone))
                .collect(),
            count,
            filtered: query.filters(),
            done: None,
            none,
            sorts: Vec::new(),
            around: AroundKeys {
                restored: self.restored.restored_notice(member, now).await?,
                ending: self.ending_notice(member, now).await?,
                knocking: if filter.knocked_after.is_none() {
                    self.knocking_notice(member, now).await?
                } else {
                    None
                },
                query,
                refused,
                creators: self.creators(account).await?,
                first: None,
                next: None,
                stopped: goes_on,
            },
            now: moment(now, zone),
            manages: member.role.manages_keys(),
            new_key: (member.role.manages_keys() && stopped.is_none())
                .then(|| life.options(random::form_token(&*self.random))),
            public_url: self.public_url.clone(),
        };
        Ok((page, next))
    }

    async fn count(
        &self,
        account: &AccountId,
        filter: &KeyFilter,
        order: KeyOrder,
        counted: Option<KeysCounted>,
    ) -> Result<KeyCount, Error> {
        let most = KeyCount::MOST + 1;
        let KeysCounted { keys, stopped } = match counted {
            Some(counted) => counted,
            None => self.store.count_keys(account, filter, order, most).await?,
        };
        let active = KeyFilter {
            status: Some(KeyStatus::Active),
            ..KeyFilter::default()
        };
        // Shown for the whole list only.
        let whole = *filter == KeyFilter::default() && keys < most;
        let active = if whole {
            let counted = self.store.count_keys(account, &active, order, most);
            counted.await?.keys
        } else {
            0
        };
        Ok(KeyCount {
            keys,
            active,
            at_least: stopped,
        })
    }

    async fn creators(&self, account: &AccountId) -> Result<Vec<(String, String)>, Error> {
        let mut creators: Vec<_> = self
            .store
            .key_creators(account)
            .await?
            .into_iter()
            .map(|(id, email)| (id.to_string(), email.to_string()))
            .collect();
        creators.sort_by(|(_, one), (_, other)| one.cmp(other));
        Ok(creators)
    }

    /// Returns one key of the member's account.
    ///
    /// # Errors
    /// [`Failure::NotFound`], also for a key of another account.
    pub async fn view(&self, member: &Member, id: &KeyId) -> Result<KeyView, Error> {
        self.find_view(member, id, self.clock.now()).await
    }

    pub(super) async fn find_view(
        &self,
        member: &Member,
        id: &KeyId,
        now: Timestamp,
    ) -> Result<KeyView, Error> {
        let record = self
            .store
            .find_key(&member.account_id, id)
            .await?
            .ok_or(Failure::NotFound)?;
        Ok(self.key_view(record, now, &member.time_zone))
    }

    pub(crate) fn key_view(&self, record: KeyRecord, now: Timestamp, zone: &Zone) -> KeyView {
        let moment = |at| moment(at, zone);
        let status = record.status(now);
        let last_use = self.usages.latest(&record.id, record.last_use.clone());
        let active = status == KeyStatus::Active;
        let since = |seconds: i64| now.plus_seconds(-seconds);
        let last_sign_of_life = last_use.as_ref().map_or(record.created_at, |last| last.at);
        let soon = now.plus_seconds(EXPIRES_SOON_SECONDS);
        let expires_soon = active && record.expires_at.is_some_and(|end| end <= soon);
        let unused = active && last_sign_of_life <= since(UNUSED_SECONDS);
        let mut notices = notices(&record, status, expires_soon, unused, now);
        if self.unstored.find(&record.account_id, &record.id).is_some() {
            notices.insert(0, KeyView::NOT_STORED.to_owned());
        }
        KeyView {
            notices,
            expires_soon,
            unused,
            used_lately: last_use
                .as_ref()
                .is_some_and(|last| last.at > since(USED_LATELY_SECONDS)),
            id: record.id,
            name: record.name,
            preview: record.preview,
            scopes: record.scopes,
            created: moment(record.created_at),
            created_by: record.created_by.to_string(),
            expires: record.expires_at.map(|end| last_moment(end, zone)),
            own_limit: record.own_limit.map(|limit| limit.to_string()),
            last_use: last_use.map(|last| LastUse {
                at: moment(last.at),
                ip: last.ip.to_string(),
                user_agent: last.user_agent,
            }),
            status,
            revocation: record.revocation.map(|revocation| Revocation {
                at: moment(revocation.at),
                by: match revocation.by {
                    Revoker::Member(email) => email.to_string(),
                    Revoker::Holder => "the key itself".to_owned(),
                    Revoker::Operator => "the operator".to_owned(),
                },
                reason: revocation.reason,
                receipt: revocation.receipt.map(|receipt| receipt.told(false)),
            }),
        }
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
            noted => Ok(noted?),
        }
    }
}
