//! What an owner does when something is badly wrong: no new keys, and none of the old ones.

use crate::store::{
    Action, ChangedSeveral, KeyFilter, KeyRecord, NewRevocation, Revoker, SeveralChange, Which,
};
use crate::view::moment;
use crate::{Client, Error, Member, Service};
use domain::{
    AccountName, Emergency, Failure, Field, KeyCount, KeyOrder, KeyStatus, Rejected, RevokeReason,
};
use serde_json::json;

impl Service {
    /// How things stand, for owners; `None` for everybody else.
    ///
    /// # Errors
    /// The database's.
    pub async fn emergency(&self, member: &Member) -> Result<Option<Emergency>, Error> {
        if !member.role.acts_in_emergencies() {
            return Ok(None);
        }
        let account = &member.account_id;
        let stopped = self.store.creation_stopped(account).await?;
        self.store.note_expired(account, self.clock.now()).await?;
        let mut live = 0;
        for status in [KeyStatus::Active, KeyStatus::Paused] {
            let filter = KeyFilter {
                status: Some(status),
                ..KeyFilter::default()
            };
            let (order, most) = (KeyOrder::default(), KeyCount::MOST + 1);
            let counted = self.store.count_keys(account, &filter, order, most);
            live += counted.await?.keys;
        }
        Ok(Some(Emergency {
            stopped: stopped.map(|at| moment(at, &member.time_zone)),
            live,
            account_name: member.account_name.to_string(),
        }))
    }

    /// Stops the making of keys in the member's account, by everybody, or allows it again.
    ///
    /// # Errors
    /// Refused to all but owners.
    pub async fn stop_key_creation(
        &self,
        member: &Member,
        client: &Client,
        stop: bool,
    ) -> Result<(), Error> {
        must_be_owner(member)?;
        let now = self.clock.now();
        let action = if stop {
            Action::KeyCreationStopped
        } else {
            Action::KeyCreationAllowed
        };
        let account = &member.account_id;
        let event = member.event(action, account.as_str(), client, now, json!({}));
        self.store
            .stop_creation(account, stop.then_some(now), event)
            .await?;
        Ok(())
    }

    /// Revokes every key of the member's account that is neither revoked nor expired, in one transaction. Once this
    /// returns, every request that starts with one of them is refused. Gives how many they were.
    ///
    /// # Errors
    /// Refused to all but owners, and where the account's name was not typed.
    pub async fn revoke_all_keys(
        &self,
        member: &Member,
        client: &Client,
        confirm: &str,
    ) -> Result<u32, Error> {
        must_be_owner(member)?;
        if AccountName::parse(confirm).as_ref() != Ok(&member.account_name) {
            const WRONG: Rejected = Rejected("Type the account's name exactly as it stands above.");
            return Err(Error::field(Field::Confirm, WRONG));
        }
        let now = self.clock.now();
        let reason = RevokeReason::Leaked;
        let revocation = NewRevocation {
            at: now,
            by: Revoker::Member(member.id.clone()),
            reason,
        };
        let event = |key: &KeyRecord| {
            let detail = json!({
                "name": key.name, "preview": key.preview, "reason": reason, "all": true,
            });
            member.event(Action::KeyRevoked, key.id.as_str(), client, now, detail)
        };
        let change = SeveralChange::Revoke(revocation);
        let account = &member.account_id;
        let all = Which::AllLive;
        let change = self.store.change_keys(account, &all, &change, now, &event);
        let (done, receipt) = self.everywhere(change).await?;
        match done {
            ChangedSeveral::Changed(number) => {
                self.keep_receipt(account, now, None, receipt).await;
                Ok(number)
            }
            ChangedSeveral::Stale => Err(Failure::Unavailable.into()),
        }
    }
}

fn must_be_owner(member: &Member) -> Result<(), Failure> {
    if member.role.acts_in_emergencies() {
        Ok(())
    } else {
        Err(Failure::OwnersOnly)
    }
}
