//! Emergency actions of an owner: stopping the creation of keys, and revoking all keys.

use super::KeyChanges;
use crate::clock::Clock;
use crate::error::Error;
use crate::fold::folded;
use crate::invalid::InvalidReason;
use crate::origin::Client;
use crate::sessions::Member;
use crate::store::{
    AccountRevocation, Action, Actor, AuditEvent, Authority, BulkChange, EmergencyPorts,
    NewRevocation, RevokedWithAll, Revoker, StoreError,
};
use crate::verdict::{Node, PendingStop, StopEventBuilder};
use domain::{AccountName, Failure, Field, KeyCount, RevokeReason, Timestamp};
use serde_json::json;
use std::sync::Arc;

/// Number of keys whose rows one transaction updates. Another change of the account waits for one
/// such transaction.
const WRITE_BATCH_SIZE: u32 = 250;
/// Number of keys whose rows are updated before the owner gets an answer.
const WRITTEN_BEFORE_RESPONSE: u32 = 1_000;
/// Number of revocations that are read in one batch.
const UNWRITTEN_BATCH_SIZE: u32 = 100;

/// The emergency actions of owners.
pub struct Emergencies {
    pub(crate) store: Arc<dyn EmergencyPorts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) changes: Arc<KeyChanges>,
    pub(crate) node: Arc<Node>,
}

/// The present state of an account in which an owner may act.
#[derive(Debug)]
pub struct EmergencyState {
    /// When an owner stopped the creation of keys, if it is stopped.
    pub stopped: Option<Timestamp>,
    /// Number of keys that are neither revoked nor expired. Counting stops above
    /// [`KeyCount::MAX`].
    pub live: u32,
}

impl Emergencies {
    /// Returns the present state for owners; `None` for all other members.
    ///
    /// # Errors
    /// The database's.
    pub async fn state(&self, member: &Member) -> Result<Option<EmergencyState>, Error> {
        if !member.role.may_use_emergency_controls() {
            return Ok(None);
        }
        let account = &member.account_id;
        let stopped = self.store.creation_stopped(account).await?;
        let live = self
            .store
            .count_live_keys(account, self.clock.now(), KeyCount::MAX + 1);
        let live = live.await?;
        Ok(Some(EmergencyState { stopped, live }))
    }

    /// Stops the creation of keys in the member's account, by any member, or allows it again.
    ///
    /// # Errors
    /// Refused to all but owners.
    pub async fn stop_creation(
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

    /// Revokes every key of the member's account that is neither revoked nor expired, as one
    /// change. After this returns, every request that starts with one of them is refused on every
    /// node. Returns the number of keys.
    ///
    /// # Errors
    /// Refused to all but owners, and if the account's name was not typed.
    pub async fn revoke_all(
        &self,
        member: &Member,
        client: &Client,
        confirm: &str,
    ) -> Result<u32, Error> {
        must_be_owner(member)?;
        let typed = AccountName::parse(confirm);
        let name_matches =
            typed.is_ok_and(|typed| folded(typed.as_str()) == folded(member.account_name.as_str()));
        if !name_matches {
            let name = member.account_name.to_string();
            let mismatch = InvalidReason::NameMismatch { name };
            return Err(Error::field(Field::Confirm, mismatch));
        }
        let now = self.clock.now();
        let reason = RevokeReason::Leaked;
        let account = &member.account_id;
        let event = {
            let (member, client) = (member.clone(), client.clone());
            move |keys: u32| {
                let detail = json!({ "reason": reason, "keys": keys });
                let account = member.account_id.as_str();
                member.event(Action::KeyAllRevoked, account, &client, now, detail)
            }
        };
        let revoke = self
            .store
            .revoke_all_keys(account, now, &member.id, reason, &event);
        let revoked = self.node.propagate(revoke).await;
        let (revoked, receipt) = revoked.map_err(|error| {
            let by = Revoker::Member(member.id.clone());
            let stop = PendingStop {
                account: account.clone(),
                key: None,
                change: BulkChange::Revoke(NewRevocation {
                    at: now,
                    by,
                    reason,
                }),
                at: now,
                event: StopEventBuilder::OfAll(Arc::new(event.clone())),
            };
            self.changes.refuse_here(error, vec![stop])
        })?;
        let Some((keys, revocation)) = revoked else {
            return Ok(0);
        };
        self.changes.keep_receipt_of_all(&revocation, receipt).await;
        // So that the next list that the owner sees shows it. The remaining rows are updated in the
        // background.
        for _ in 0..WRITTEN_BEFORE_RESPONSE / WRITE_BATCH_SIZE {
            match self.write_batch(&revocation).await {
                Ok(false) => {}
                Ok(true) => break,
                Err(error) => {
                    tracing::warn!(%error, "the revocation of all keys could not be written to every key; it is in force, and writing continues");
                    break;
                }
            }
        }
        Ok(keys)
    }

    /// Writes the revocations of all keys of an account into the rows of these keys, until none is
    /// left. To be called regularly: a node may have stopped before it had written its own.
    ///
    /// # Errors
    /// The database's.
    pub async fn write_revocations(&self) -> Result<(), Error> {
        for revocation in self
            .store
            .unwritten_revocations(UNWRITTEN_BATCH_SIZE)
            .await?
        {
            while !self.write_batch(&revocation).await? {}
        }
        Ok(())
    }

    async fn write_batch(&self, revocation: &AccountRevocation) -> Result<bool, StoreError> {
        let event = |key: RevokedWithAll| AuditEvent {
            account_id: revocation.account_id.clone(),
            at: revocation.at,
            actor: Actor::Member(revocation.by.clone()),
            // The transaction that revoked the keys has checked the owner's authority.
            authority: Authority::Inherent,
            action: Action::KeyRevoked,
            subject: key.id.to_string(),
            ip: revocation.ip,
            user_agent: revocation.user_agent.clone(),
            // The event of the revocation itself has it.
            request_id: None,
            detail: json!({
                "name": key.name, "preview": key.preview, "reason": revocation.reason, "all": true,
            }),
            completion: None,
        };
        self.store
            .write_revocation(revocation, WRITE_BATCH_SIZE, &event)
            .await
    }
}

fn must_be_owner(member: &Member) -> Result<(), Failure> {
    if member.role.may_use_emergency_controls() {
        Ok(())
    } else {
        Err(Failure::OwnersOnly)
    }
}
