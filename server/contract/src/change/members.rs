//! The changes of the members of an account, made in a [`World`] like all others.

use super::{Change, World};
use crate::factors::{factor, new_codes, recovery, session};
use crate::fixtures::{at, token};
use crate::team::Colleague;
use domain::Role;
use service::store::{
    Action, AuditEvent, ChangeMemberOutcome, CodeWarning, Invitation, MemberChange,
    OfferResetOutcome, Proof, RedeemOutcome, SessionChoice, SessionRecord, Store, StoreError,
    Teammate,
};

impl Change {
    /// Makes one of the changes that concern members.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) async fn make_member_change(
        self,
        store: &dyn Store,
        world: &World,
        event: &(dyn Fn(Action) -> AuditEvent + Send + Sync),
    ) -> Result<bool, StoreError> {
        let (tenant, people) = (&world.tenant, &world.people);
        let (account, colleague) = (&tenant.account, &people.colleague.id);
        let none = token("no session");
        let change = async |id, change| {
            let to_event = |_: &Teammate| event(Action::MemberRoleChanged);
            let changed = store
                .change_member(account, id, change, at(10), &to_event)
                .await?;
            Ok(changed == ChangeMemberOutcome::Changed)
        };
        match self {
            Self::Invite => {
                let link = Colleague::named("invited").invitation(tenant, Role::Admin, at(10));
                store.invite(link, event(Action::InvitationCreated)).await
            }
            Self::WithdrawInvitation => {
                let email = people.unwanted.as_tenant(tenant).email;
                let to_event = |_: &Invitation| event(Action::InvitationWithdrawn);
                store
                    .withdraw_invitation(account, &email, at(10), &to_event)
                    .await
            }
            Self::AcceptInvitation => {
                let (link, new) = (&people.guest_link, people.guest.new_member());
                let claim = store
                    .accept_invitation(link, at(10), new, event(Action::MemberJoined))
                    .await?;
                Ok(claim == RedeemOutcome::Redeemed)
            }
            Self::EndMemberSessions => {
                let to_event = |_: &Teammate, _: &[SessionRecord]| event(Action::MemberSignedOut);
                let (now, idle_since, all) = (at(10), at(-1), SessionChoice::All);
                let ended =
                    store.end_member_sessions(account, colleague, all, now, idle_since, &to_event);
                Ok(ended.await? == Some(1))
            }
            Self::OfferResetByMail => {
                let offer = |_: &Teammate| {
                    let event = event(Action::PasswordResetOffered);
                    people.colleague.reset_offer("mailed", at(10), event)
                };
                let offered = store.offer_reset(account, colleague, &offer).await?;
                Ok(matches!(offered, OfferResetOutcome::Offered(_)))
            }
            Self::ChangeRole => change(colleague, MemberChange::to(Role::Viewer)).await,
            Self::DeactivateMember => change(colleague, MemberChange::Deactivate).await,
            Self::ReactivateMember => change(&people.former.id, MemberChange::Reactivate).await,
            Self::HandOver => {
                let to_event = |_: &Teammate| event(Action::MemberHandedOver);
                store
                    .hand_over(account, &tenant.owner, &people.successor.id, &to_event)
                    .await
            }
            Self::EndOtherSessions => {
                let event = event(Action::SessionOthersEnded);
                store.end_other_sessions(&tenant.owner, &none, event).await
            }
            Self::ChangePassword => {
                let event = event(Action::PasswordChanged);
                store
                    .change_password(&tenant.owner, &none, "newer hash", event)
                    .await?;
                Ok(true)
            }
            _ => self.make_factor_change(store, world, event).await,
        }
    }

    /// Makes one of the changes that concern second factors.
    async fn make_factor_change(
        self,
        store: &dyn Store,
        world: &World,
        event: &(dyn Fn(Action) -> AuditEvent + Send + Sync),
    ) -> Result<bool, StoreError> {
        let (tenant, people) = (&world.tenant, &world.people);
        let account = &tenant.account;
        let none = token("no session");
        match self {
            Self::EnableFactor => {
                let event = event(Action::FactorEnabled);
                store
                    .enable_second_factor(&tenant.owner, &none, factor(), at(10), event)
                    .await
            }
            Self::RequireFactor => {
                let event = event(Action::FactorRequired);
                store.require_second_factor(account, true, event).await
            }
            Self::FinishSignIn => {
                let successor = people.successor.as_tenant(tenant);
                let session = session(&successor, "the heir's session", at(10));
                let proof = Proof::Recovery([recovery(1); 2]);
                let event = event(Action::FactorRecoveryUsed);
                store
                    .finish_sign_in(&people.step, Some(proof), session, &[], event)
                    .await
            }
            Self::WarnOfCodes => {
                let ip = [198, 51, 100, 7].into();
                let warning = CodeWarning { at: at(10), ip };
                let (successor, event) = (&people.successor.id, event(Action::FactorBlocked));
                store
                    .warn_of_codes(successor, warning, at(0), event)
                    .await?;
                Ok(true)
            }
            Self::RenewRecoveryCodes => {
                let event = event(Action::FactorRecoveryRenewed);
                let (successor, proof) = (&people.successor.id, Proof::Step(101));
                store
                    .renew_recovery_codes(successor, proof, new_codes(), event)
                    .await
            }
            Self::DisableFactor => {
                let (proof, event) = (Proof::Step(102), event(Action::FactorDisabled));
                let successor = &people.successor.id;
                store.disable_second_factor(successor, proof, event).await
            }
            _ => Ok(false),
        }
    }
}
