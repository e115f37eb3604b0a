//! Ending a key. There is no way back, and no delete: the row stays as a record.

use super::KeyDenial;
use super::unstored::{Stop, StopEvent};
use crate::fold::folded;
use crate::store::{Action, AuditEvent, Ended, NewRevocation, Receipt, Revoker, SeveralChange};
use crate::{Client, Error, KeyCaller, Member, Service};
use domain::{
    AccountId, Failure, Field, KeyId, KeyName, KeyView, Rejected, RevokeKeyForm, RevokeReason,
};
use serde_json::json;
use std::sync::Arc;

/// Without its full stop, as a receipt.
const NOT_COUNTED: &str = "Refused from now on; the database could not be asked on how many nodes";

impl Service {
    /// Revokes a key of the member's account. Once this returns, every request that starts is refused.
    ///
    /// # Errors
    /// Refused to viewers, for an unknown or ended key, and if the key was used within 24 hours and the name typed is not
    /// its own. [`Error::NotStored`] if the key is refused on this node alone.
    pub async fn revoke_key(
        &self,
        member: &Member,
        client: &Client,
        id: &KeyId,
        form: &RevokeKeyForm,
    ) -> Result<KeyView, Error> {
        member.must_manage_keys()?;
        let reason = RevokeReason::parse(&form.reason)
            .map_err(|rejected| Error::field(Field::Reason, rejected))?;
        let now = self.clock.now();
        let key = self.find_view(member, id, now).await?;
        if !key.status.is_live() {
            return Err(Failure::AlreadyEnded.into());
        }
        // What looks the same is the same, whichever keyboard it was typed on.
        let named = KeyName::parse(&form.confirm)
            .is_ok_and(|typed| folded(typed.as_str()) == folded(key.name.as_str()));
        if key.used_lately && !named {
            const REJECTED: Rejected = Rejected(
                "Type the key's name exactly as it stands above. It was used in the last 24 hours.",
            );
            return Err(Error::field(Field::Confirm, REJECTED));
        }
        let detail = json!({ "name": key.name, "preview": key.preview, "reason": reason });
        let event = member.event(Action::KeyRevoked, id.as_str(), client, now, detail);
        let revocation = NewRevocation {
            at: now,
            by: Revoker::Member(member.id.clone()),
            reason,
        };
        let account = &member.account_id;
        let (ended, receipt) = self.revoke(account, id, revocation, event).await?;
        match ended {
            Ended::Revoked(record) => {
                self.keep_receipt(account, now, Some(id), receipt).await;
                let mut view = self.key_view(*record, now, &member.time_zone);
                if let Some(revocation) = &mut view.revocation {
                    let told = receipt.map(|receipt| receipt.told(true));
                    revocation.receipt = Some(told.unwrap_or_else(|| NOT_COUNTED.to_owned()));
                }
                Ok(view)
            }
            Ended::AlreadyEnded(_) => Err(Failure::AlreadyEnded.into()),
            Ended::Missing => Err(Failure::NotFound.into()),
        }
    }

    /// Ends a key that is being replaced, for this reason.
    ///
    /// # Errors
    /// As those of [`Self::revoke_key`], and for a key that no other one replaces. One that was used within 24 hours is
    /// left to the form that asks for its name.
    pub async fn end_replaced_key(
        &self,
        member: &Member,
        client: &Client,
        id: &KeyId,
    ) -> Result<(), Error> {
        member.must_manage_keys()?;
        let found = self.store.find_key(&member.account_id, id).await?;
        if found.ok_or(Failure::NotFound)?.replaced.is_none() {
            return Err(Failure::NotFound.into());
        }
        let form = RevokeKeyForm {
            reason: RevokeReason::Replaced.as_str().to_owned(),
            confirm: String::new(),
        };
        self.revoke_key(member, client, id, &form).await.map(drop)
    }

    /// Revokes a key on every node, or on this node alone if the database does not carry it out.
    pub(super) async fn revoke(
        &self,
        account: &AccountId,
        id: &KeyId,
        revocation: NewRevocation,
        event: AuditEvent,
    ) -> Result<(Ended, Option<Receipt>), Error> {
        let made = self
            .store
            .revoke_key(account, id, revocation.clone(), event.clone());
        self.everywhere(made).await.map_err(|error| {
            let stop = Stop {
                account: account.clone(),
                key: Some(id.clone()),
                at: revocation.at,
                change: SeveralChange::Revoke(revocation),
                event: StopEvent::OfKey(Arc::new(move |_| event.clone())),
            };
            self.refuse_here(error, vec![stop])
        })
    }

    /// The holder of a key ends it, whatever its scopes.
    ///
    /// # Errors
    /// The database's; [`Error::NotStored`] if the key is refused on this node alone. A key that ended meanwhile is not an
    /// error: what was asked for holds.
    pub async fn revoke_own_key(&self, caller: &KeyCaller, client: &Client) -> Result<(), Error> {
        let now = self.clock.now();
        let detail = json!({ "reason": RevokeReason::Other });
        let id = caller.key_id().as_str();
        let event = caller.event(None, Action::KeyRevoked, id, client, now, detail);
        let revocation = NewRevocation {
            at: now,
            by: Revoker::Holder,
            reason: RevokeReason::Other,
        };
        let (account, id) = (caller.account_id(), caller.key_id());
        match self.revoke(account, id, revocation, event).await {
            Ok((Ended::Revoked(_), receipt)) => {
                self.keep_receipt(account, now, Some(id), receipt).await;
                Ok(())
            }
            Ok(_) | Err(Error::KeyDenied(KeyDenial::Revoked | KeyDenial::Expired { .. })) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
