//! The keys of an account, as the console shows them.

use super::{EXPIRES_SOON_SECONDS, UNUSED_SECONDS, USED_LATELY_SECONDS};
use crate::store::KeyRecord;
use crate::view::moment;
use crate::{Error, Member, Service, Zone};
use domain::{Failure, KeyId, KeyStatus, KeyView, KeysPage, LastUse, Revocation, Timestamp};

impl Service {
    /// Everything the API Keys page shows, for any role.
    ///
    /// # Errors
    /// The database's.
    pub async fn keys_page(&self, member: &Member) -> Result<KeysPage, Error> {
        let now = self.clock.now();
        let zone = &member.time_zone;
        let mut keys: Vec<KeyView> = self
            .store
            .list_keys(&member.account_id)
            .await?
            .into_iter()
            .map(|record| self.key_view(record, now, zone))
            .collect();
        // Stable: within each half the newest stays first.
        keys.sort_by_key(|key| !key.status.is_live());
        let new_key = member
            .role
            .manages_keys()
            .then(|| self.new_key_options(now, zone, None));
        Ok(KeysPage {
            keys,
            now: moment(now, zone),
            new_key,
            public_url: self.public_url.clone(),
        })
    }

    /// One key of the member's account.
    ///
    /// # Errors
    /// [`Failure::NotFound`], also for a key of another account.
    pub async fn key(&self, member: &Member, id: &KeyId) -> Result<KeyView, Error> {
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
        let last_use = self.uses.latest(&record.id, record.last_use);
        let active = status == KeyStatus::Active;
        let since = |seconds: i64| now.plus_seconds(-seconds);
        let last_sign_of_life = last_use.as_ref().map_or(record.created_at, |last| last.at);
        KeyView {
            expires_soon: active
                && record
                    .expires_at
                    .is_some_and(|end| end <= now.plus_seconds(EXPIRES_SOON_SECONDS)),
            unused: active && last_sign_of_life <= since(UNUSED_SECONDS),
            used_lately: last_use
                .as_ref()
                .is_some_and(|last| last.at > since(USED_LATELY_SECONDS)),
            id: record.id,
            name: record.name,
            preview: record.preview,
            scopes: record.scopes,
            created: moment(record.created_at),
            created_by: record.created_by.to_string(),
            expires: record.expires_at.map(moment),
            own_limit: record.own_limit.map(|limit| limit.to_string()),
            last_use: last_use.map(|last| LastUse {
                at: moment(last.at),
                ip: last.ip.to_string(),
                user_agent: last.user_agent,
            }),
            status,
            revocation: record.revocation.map(|revocation| Revocation {
                at: moment(revocation.at),
                by: revocation
                    .by
                    .map_or_else(|| "the key itself".to_owned(), |email| email.to_string()),
                reason: revocation.reason,
            }),
        }
    }
}
