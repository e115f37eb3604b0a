//! One key with its activity and its history.

use super::edit_form::fill_form;
use super::extend::extended;
use super::lifetime::latest_expiry;
use super::undo::undoable;
use super::{CurrentKey, KeyActivity, Keys, Rotations};
use crate::error::Error;
use crate::sessions::Member;
use crate::store::{AttributedEvent, KeyRecord};
use domain::{ActivityPeriod, EditKeyForm, Failure, KeyId, KeyPolicy, Timestamp};

/// Events of a history. The older history of a key that changes more often is in the audit log.
const HISTORY: u32 = 100;

/// A key with its activity and its history.
#[derive(Debug)]
pub struct KeyDetails {
    pub key: CurrentKey,
    /// The form that edits the key, with the present settings.
    pub form: EditKeyForm,
    /// The account's policy for expiry dates that are set.
    pub policy: KeyPolicy,
    /// Latest expiry that can be set, if the policy limits it.
    pub latest_end: Option<Timestamp>,
    /// The key's expiry if it is extended by one button, if it can be.
    pub extended: Option<Timestamp>,
    pub creator_is_deactivated: bool,
    /// Another active or paused key with the same name, if this key is also active or paused.
    pub namesake: Option<KeyRecord>,
    pub activity: KeyActivity,
    pub rotations: Rotations,
    /// Newest first.
    pub history: Vec<AttributedEvent>,
    /// The ID of the request of the latest change, if this member can undo it.
    pub undoable: Option<String>,
}

impl Keys {
    /// Returns a key with its activity in a period and its history, for any role.
    ///
    /// # Errors
    /// [`Failure::NotFound`], also for a key of another account.
    pub async fn details(
        &self,
        member: &Member,
        id: &KeyId,
        period: ActivityPeriod,
    ) -> Result<KeyDetails, Error> {
        let now = self.clock.now();
        let (account, zone) = (&member.account_id, &member.time_zone);
        let record = self.find(member, id).await?;
        let creator = self
            .store
            .find_teammate_by_email(account, &record.created_by)
            .await?;
        let policy = self.key_policy(member).await?;
        let latest_end = latest_expiry(&record, policy, now, zone);
        let history = self.store.history(account, id.as_str(), HISTORY).await?;
        let may_be_confused = record.state(now).is_live() && !record.is_being_replaced();
        let namesake = if may_be_confused {
            self.namesake(account, &record.name, Some(id), now).await?
        } else {
            None
        };
        Ok(KeyDetails {
            namesake,
            undoable: undoable(&history, member).filter(|_| record.state(now).is_live()),
            history,
            activity: self.activity(&record, period, now, zone).await?,
            rotations: self.rotations(&record, now, zone).await?,
            form: fill_form(&record, zone),
            extended: extended(&record, latest_end, now, zone),
            latest_end,
            policy,
            creator_is_deactivated: creator.is_some_and(|creator| !creator.is_active()),
            key: self.current(record, now),
        })
    }

    /// Returns a key of the member's account.
    ///
    /// # Errors
    /// [`Failure::NotFound`], also for a key of another account.
    pub(super) async fn find(&self, member: &Member, id: &KeyId) -> Result<KeyRecord, Error> {
        let key = self.store.find_key(&member.account_id, id).await?;
        Ok(key.ok_or(Failure::NotFound)?)
    }
}
