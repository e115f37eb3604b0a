//! Revoking a key. A revocation is final, and keys are never deleted: the row remains as a record.

use super::{CurrentKey, Keys};
use crate::authenticator::KeyCaller;
use crate::error::Error;
use crate::fold::folded;
use crate::invalid::{InvalidFields, InvalidReason};
use crate::origin::Client;
use crate::refusal::KeyRefusal;
use crate::sessions::Member;
use crate::store::{Action, NewRevocation, RevokeKeyOutcome, Revoker};
use domain::{Failure, Field, KeyId, KeyName, RevokeKeyForm, RevokeReason};
use serde_json::json;

impl Keys {
    /// Revokes a key of the member's account. After this returns, every request that starts is
    /// refused. The revocation has no receipt if the nodes could not be listed.
    ///
    /// # Errors
    /// Refused to viewers, for an unknown or ended key, without a reason, and if the key was used
    /// within 24 hours and the typed name is not its own. [`Error::NotStored`] if the key is
    /// refused on this node alone.
    pub async fn revoke(
        &self,
        member: &Member,
        client: &Client,
        id: &KeyId,
        form: &RevokeKeyForm,
    ) -> Result<CurrentKey, Error> {
        member.must_manage_keys()?;
        let now = self.clock.now();
        let key = self.current(self.find(member, id).await?, now);
        if !key.status.is_live() {
            return Err(Failure::AlreadyEnded.into());
        }
        let (name, preview) = (&key.record.name, &key.record.preview);
        // Names that look the same are equal, whichever keyboard they were typed on.
        let name_matches = KeyName::parse(&form.confirm)
            .is_ok_and(|typed| folded(typed.as_str()) == folded(name.as_str()));
        let mut invalid = InvalidFields::default();
        let reason = invalid.check(Field::Reason, RevokeReason::parse(&form.reason));
        if key.used_recently && !name_matches {
            let name = name.to_string();
            invalid.add(Field::Confirm, InvalidReason::NameMismatch { name });
        }
        let Some(reason) = reason.filter(|_| invalid.is_empty()) else {
            return Err(invalid.into());
        };
        let detail = json!({ "name": name, "preview": preview, "reason": reason });
        let event = member.event(Action::KeyRevoked, id.as_str(), client, now, detail);
        let revocation = NewRevocation {
            at: now,
            by: Revoker::Member(member.id.clone()),
            reason,
        };
        let account = &member.account_id;
        let (outcome, receipt) = self.changes.revoke(account, id, revocation, event).await?;
        match outcome {
            RevokeKeyOutcome::Revoked(mut record) => {
                self.changes
                    .keep_receipt(account, now, Some(id), receipt)
                    .await;
                if let Some(revocation) = &mut record.revocation {
                    revocation.receipt = receipt;
                }
                Ok(self.current(*record, now))
            }
            RevokeKeyOutcome::AlreadyEnded(_) => Err(Failure::AlreadyEnded.into()),
            RevokeKeyOutcome::Missing => Err(Failure::NotFound.into()),
        }
    }

    /// Revokes the caller's own key, whatever its scopes.
    ///
    /// # Errors
    /// The database's; [`Error::NotStored`] if the key is refused on this node alone. A key that
    /// ended meanwhile is not an error, because it is refused as requested.
    pub async fn revoke_own(&self, caller: &KeyCaller, client: &Client) -> Result<(), Error> {
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
        match self.changes.revoke(account, id, revocation, event).await {
            Ok((RevokeKeyOutcome::Revoked(_), receipt)) => {
                self.changes
                    .keep_receipt(account, now, Some(id), receipt)
                    .await;
                Ok(())
            }
            Ok(_) | Err(Error::Denied(KeyRefusal::Revoked | KeyRefusal::Expired { .. })) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
