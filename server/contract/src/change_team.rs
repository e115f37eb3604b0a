//! The changes of the members of an account, made in a [`World`] like all others.

use crate::change::{Change, World};
use crate::factors::{factor, recovery, session};
use crate::fixtures::{at, token};
use crate::team::Mate;
use crate::tenant::Tenant;
use domain::Role;
use service::store::{
    Action, AuditEvent, Claim, CodeWarning, MemberChange, MemberChanged, Proof, Store, StoreError,
    Teammate, TokenDigest,
};

/// The people of an account besides its owner: two members, a former member, and two who are
/// invited.
pub(crate) struct Others {
    mate: Mate,
    former: Mate,
    heir: Mate,
    guest: Mate,
    guests_link: TokenDigest,
    /// A begun sign-in of the heir, who has a second factor and gave the right password.
    step: TokenDigest,
    unwanted: Mate,
}

impl Others {
    pub(crate) async fn build(store: &dyn Store, tenant: &Tenant) -> Self {
        let mate = Mate::join(store, tenant, "mate", Role::Admin).await;
        let (guest, unwanted) = (Mate::named("guest"), Mate::named("unwanted"));
        let former = Mate::join(store, tenant, "former", Role::Viewer).await;
        let event = |_: &Teammate| tenant.event(Action::MemberDeactivated, "former", at(0));
        let out = MemberChange::Deactivate;
        let changed = store.change_member(&tenant.account, &former.id, out, at(0), &event);
        assert_eq!(changed.await.unwrap(), MemberChanged::Changed);
        mate.as_tenant(tenant).sign_in(store, at(0)).await;
        unwanted.invited(store, tenant, Role::Viewer, at(0)).await;
        let heir = Mate::join(store, tenant, "heir", Role::Viewer).await;
        let event = tenant.event(Action::FactorEnabled, "heir", at(0));
        let none = token("no session");
        let enabled = store.enable_second_factor(&heir.id, &none, factor(), at(0), event);
        assert!(enabled.await.unwrap());
        let step = token("the heir's first step");
        let candidate = heir.as_tenant(tenant).candidate(store).await;
        let begun = store.begin_sign_in(&step, &candidate, at(0), at(100));
        assert!(begun.await.unwrap());
        Self {
            step,
            heir,
            guests_link: guest.invited(store, tenant, Role::Viewer, at(0)).await,
            mate,
            former,
            guest,
            unwanted,
        }
    }
}

impl Others {
    pub(crate) async fn portrait(&self, store: &dyn Store) -> String {
        let told = (
            store.second_factor(&self.heir.id).await.unwrap(),
            store.find_sign_in(&self.step, at(10)).await.unwrap(),
            store
                .list_sessions(&self.heir.id, at(10), at(-1))
                .await
                .unwrap(),
        );
        format!("{told:?}")
    }
}

impl Change {
    /// Makes one of the changes that concern members.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn make_of_team(
        self,
        store: &dyn Store,
        world: &World,
        event: &(dyn Fn(Action) -> AuditEvent + Send + Sync),
    ) -> Result<bool, StoreError> {
        let (tenant, others) = (&world.tenant, &world.others);
        let (account, mate) = (&tenant.account, &others.mate.id);
        let none = token("no session");
        let change = async |id, change| {
            let recorded = |_: &Teammate| event(Action::MemberRoleChanged);
            let changed = store
                .change_member(account, id, change, at(10), &recorded)
                .await?;
            Ok(changed == MemberChanged::Changed)
        };
        match self {
            Self::Invite => {
                let link = Mate::named("invited").invitation(tenant, Role::Admin, at(10));
                store.invite(link, event(Action::InvitationCreated)).await
            }
            Self::WithdrawInvitation => {
                let email = others.unwanted.as_tenant(tenant).email;
                let event = event(Action::InvitationWithdrawn);
                store.withdraw_invitation(account, &email, event).await
            }
            Self::AcceptInvitation => {
                let (link, new) = (&others.guests_link, others.guest.new_member());
                let claim = store
                    .accept_invitation(link, at(10), new, event(Action::MemberJoined))
                    .await?;
                Ok(claim == Claim::Claimed)
            }
            Self::ChangeRole => change(mate, MemberChange::to(Role::Viewer)).await,
            Self::DeactivateMember => change(mate, MemberChange::Deactivate).await,
            Self::ReactivateMember => change(&others.former.id, MemberChange::Reactivate).await,
            Self::HandOver => {
                let event = event(Action::MemberHandedOver);
                store
                    .hand_over(account, &tenant.owner, &others.heir.id, event)
                    .await
            }
            Self::EnableFactor => {
                let event = event(Action::FactorEnabled);
                store
                    .enable_second_factor(&tenant.owner, &none, factor(), at(10), event)
                    .await
            }
            Self::FinishSignIn => {
                let heir = others.heir.as_tenant(tenant);
                let session = session(&heir, "the heir's session", at(10));
                let proof = Proof::Recovery([recovery(1); 2]);
                let event = event(Action::FactorRecoveryUsed);
                store
                    .finish_sign_in(&others.step, Some(proof), session, &[], event)
                    .await
            }
            Self::WarnOfCodes => {
                let ip = [198, 51, 100, 7].into();
                let warning = CodeWarning { at: at(10), ip };
                let (heir, event) = (&others.heir.id, event(Action::FactorBlocked));
                store.warn_of_codes(heir, warning, at(0), event).await?;
                Ok(true)
            }
            Self::DisableFactor => {
                let (proof, event) = (Proof::Step(101), event(Action::FactorDisabled));
                let heir = &others.heir.id;
                store.disable_second_factor(heir, proof, event).await
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
            _ => Ok(false),
        }
    }
}
