//! Changes of members: their roles, whether they may sign in, and who owns the account.

use super::Team;
use crate::error::Error;
use crate::fold::folded;
use crate::invalid::InvalidReason;
use crate::origin::Client;
use crate::sessions::Member;
use crate::store::{
    Action, Actor, ActorFilter, AuditFilter, ChangeMemberOutcome, MemberChange, Teammate,
};
use domain::{Failure, Field, MemberId, Role};
use serde_json::{Value, json};

impl Team {
    /// Gives a member another role, which applies from their next request on.
    ///
    /// # Errors
    /// Refused to members who may not manage both the old and the new role, for oneself, for the
    /// last active owner, and if the member no longer has the role `seen`, unless that is empty.
    pub async fn change_role(
        &self,
        member: &Member,
        client: &Client,
        id: &MemberId,
        role: &str,
        seen: &str,
    ) -> Result<(), Error> {
        member.must_manage(Role::Viewer)?;
        let role = Role::parse(role)
            .ok_or_else(|| Error::field(Field::Role, InvalidReason::UnknownRole))?;
        member.must_manage(role)?;
        let change = MemberChange::Role {
            from: Role::parse(seen),
            to: role,
        };
        self.change_member(member, client, id, change).await
    }

    /// Deactivates a member: their sessions end, and they cannot sign in any more. Their keys
    /// remain valid.
    ///
    /// # Errors
    /// Those of [`Team::change_role`].
    pub async fn deactivate(
        &self,
        member: &Member,
        client: &Client,
        id: &MemberId,
    ) -> Result<(), Error> {
        let change = MemberChange::Deactivate;
        self.change_member(member, client, id, change).await
    }

    /// Reactivates a member, with their old password.
    ///
    /// # Errors
    /// Those of [`Team::change_role`].
    pub async fn reactivate(
        &self,
        member: &Member,
        client: &Client,
        id: &MemberId,
    ) -> Result<(), Error> {
        let change = MemberChange::Reactivate;
        self.change_member(member, client, id, change).await
    }

    /// Makes another active member an owner, and this one an admin. A repeated request, such as
    /// that of a second click, succeeds if this was the last change of this member, and if the
    /// other one is still an active owner.
    ///
    /// # Errors
    /// Refused to all but owners, and if the other member's address was not typed.
    pub async fn hand_over(
        &self,
        member: &Member,
        client: &Client,
        to: &MemberId,
        confirm: &str,
    ) -> Result<(), Error> {
        match self.hand_over_once(member, client, to, confirm).await {
            Err(Error::Refused(Failure::Forbidden)) if self.has_handed_over(member, to).await? => {
                Ok(())
            }
            result => result,
        }
    }

    async fn hand_over_once(
        &self,
        member: &Member,
        client: &Client,
        to: &MemberId,
        confirm: &str,
    ) -> Result<(), Error> {
        if member.role != Role::Owner {
            return Err(Failure::Forbidden.into());
        }
        let successor = self.teammate(member, to).await?;
        if folded(confirm.trim()) != folded(successor.email.as_str()) {
            let email = successor.email;
            let mismatch = InvalidReason::EmailMismatch { email };
            return Err(Error::field(Field::Confirm, mismatch));
        }
        let now = self.clock.now();
        let event = |before: &Teammate| {
            let detail = json!({
                "email": before.email,
                "before": { "owner": member.email, "role": before.role },
                "after": { "owner": before.email, "role": Role::Owner },
            });
            member.event(Action::MemberHandedOver, to.as_str(), client, now, detail)
        };
        let account = &member.account_id;
        let done = self.store.hand_over(account, &member.id, to, &event);
        if done.await? {
            Ok(())
        } else {
            Err(Error::field(
                Field::Confirm,
                InvalidReason::InactiveSuccessor,
            ))
        }
    }

    /// Returns whether the last event of the member in the audit log is the transfer of the account
    /// to `to`, who is still an active owner.
    async fn has_handed_over(&self, member: &Member, to: &MemberId) -> Result<bool, Error> {
        let filter = AuditFilter {
            by: Some(ActorFilter::One(Actor::Member(member.id.clone()))),
            ..AuditFilter::default()
        };
        let log = self
            .store
            .audit_log(&member.account_id, &filter, None, None, 1);
        let last = log.await?.pop();
        let is_last = last.is_some_and(|logged| {
            logged.event.action == Action::MemberHandedOver && logged.event.subject == to.as_str()
        });
        if !is_last {
            return Ok(false);
        }
        let successor = self.store.find_teammate(&member.account_id, to).await?;
        Ok(successor.is_some_and(|now| now.role == Role::Owner && now.is_active()))
    }

    async fn change_member(
        &self,
        member: &Member,
        client: &Client,
        id: &MemberId,
        change: MemberChange,
    ) -> Result<(), Error> {
        member.must_manage_other(id)?;
        let now = self.clock.now();
        let event = |before: &Teammate| {
            let after = before.with_change(change, now);
            let detail = json!({
                "email": before.email, "before": audit_state(before), "after": audit_state(&after),
            });
            member.event(action(change), id.as_str(), client, now, detail)
        };
        let outcome = self
            .store
            .change_member(&member.account_id, id, change, now, &event)
            .await?;
        match outcome {
            ChangeMemberOutcome::Changed | ChangeMemberOutcome::Same => Ok(()),
            ChangeMemberOutcome::Differs(role) => Err(Error::RoleChanged(role)),
            ChangeMemberOutcome::LastOwner => {
                Err(Error::field(Field::Role, InvalidReason::LastOwner))
            }
            ChangeMemberOutcome::Missing => Err(Failure::NotFound.into()),
        }
    }

    pub(super) async fn teammate(&self, member: &Member, id: &MemberId) -> Result<Teammate, Error> {
        let found = self.store.find_teammate(&member.account_id, id).await?;
        Ok(found.ok_or(Failure::NotFound)?)
    }
}

const fn action(change: MemberChange) -> Action {
    match change {
        MemberChange::Role { .. } => Action::MemberRoleChanged,
        MemberChange::Deactivate => Action::MemberDeactivated,
        MemberChange::Reactivate => Action::MemberReactivated,
    }
}

/// Returns the member's state for the audit log.
fn audit_state(member: &Teammate) -> Value {
    json!({ "role": member.role, "may_sign_in": member.is_active() })
}
