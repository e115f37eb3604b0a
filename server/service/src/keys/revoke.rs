//! Revoking a key. A revocation is final, and keys are never deleted: the row remains as a record.

use super::Keys;
use crate::authenticator::KeyCaller;
use crate::error::Error;
use crate::fold::folded;
use crate::origin::Client;
use crate::refusal::Refusal;
use crate::sessions::Member;
use crate::store::{Action, Ended, NewRevocation, Revoker};
use domain::{
    Failure, Field, FieldError, KeyId, KeyName, KeyView, Rejected, RevokeKeyForm, RevokeReason,
};
use serde_json::json;

/// Without a full stop, like a receipt.
const NOT_COUNTED: &str = "Refused from now on; the database could not be asked on how many nodes";

impl Keys {
    /// Revokes a key of the member's account. After this returns, every request that starts is
    /// refused.
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
    ) -> Result<KeyView, Error> {
        member.must_manage_keys()?;
        let reason = RevokeReason::parse(&form.reason);
        let now = self.clock.now();
        let key = self.find_view(member, id, now).await?;
        if !key.status.is_live() {
            return Err(Failure::AlreadyEnded.into());
        }
        // Names that look the same are equal, whichever keyboard they were typed on.
        let named = KeyName::parse(&form.confirm)
            .is_ok_and(|typed| folded(typed.as_str()) == folded(key.name.as_str()));
        let unnamed = (key.used_lately && !named).then_some(Rejected(
            "Type the key's name exactly as it stands above. It was used in the last 24 hours.",
        ));
        let reason = match (reason, unnamed) {
            (Ok(reason), None) => reason,
            (reason, unnamed) => {
                let faults = [(Field::Reason, reason.err()), (Field::Confirm, unnamed)];
                let errors = faults.into_iter().filter_map(|(field, rejected)| {
                    let message = rejected?.to_string();
                    Some(FieldError { field, message })
                });
                let errors = errors.collect();
                return Err(Failure::Invalid { errors }.into());
            }
        };
        let detail = json!({ "name": key.name, "preview": key.preview, "reason": reason });
        let event = member.event(Action::KeyRevoked, id.as_str(), client, now, detail);
        let revocation = NewRevocation {
            at: now,
            by: Revoker::Member(member.id.clone()),
            reason,
        };
        let account = &member.account_id;
        let (ended, receipt) = self.changes.revoke(account, id, revocation, event).await?;
        match ended {
            Ended::Revoked(record) => {
                self.changes
                    .keep_receipt(account, now, Some(id), receipt)
                    .await;
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
            Ok((Ended::Revoked(_), receipt)) => {
                self.changes
                    .keep_receipt(account, now, Some(id), receipt)
                    .await;
                Ok(())
            }
            Ok(_) | Err(Error::Denied(Refusal::RevokedKey | Refusal::ExpiredKey { .. })) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
