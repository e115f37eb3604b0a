//! The changes that concern the people of an account, in a [`World`] as the others.

use super::change::{Change, World};
use super::team::Mate;
use super::tenant::Tenant;
use super::world::{at, token};
use crate::store::{
    Action, AuditEvent, Claim, MemberChange, MemberChanged, Store, StoreError, Teammate,
    TokenDigest,
};
use domain::Role;

/// Those of an account besides its owner: two who are members, one who was, and two who are invited.
pub(super) struct Others {
    mate: Mate,
    former: Mate,
    heir: Mate,
    guest: Mate,
    guests_link: TokenDigest,
    unwanted: Mate,
}

impl Others {
    pub(super) async fn build(store: &dyn Store, tenant: &Tenant) -> Self {
        let mate = Mate::join(store, tenant, "mate", Role::Admin).await;
        let (guest, unwanted) = (Mate::named("guest"), Mate::named("unwanted"));
        let former = Mate::join(store, tenant, "former", Role::Viewer).await;
        let event = |_: &Teammate| tenant.event(Action::MemberDeactivated, "former", at(0));
        let out = MemberChange::Deactivate;
        let changed = store.change_member(&tenant.account, &former.id, out, at(0), &event);
        assert_eq!(changed.await.unwrap(), MemberChanged::Changed);
        mate.as_tenant(tenant).sign_in(store, at(0)).await;
        unwanted.invited(store, tenant, Role::Viewer, at(0)).await;
        Self {
            guests_link: guest.invited(store, tenant, Role::Viewer, at(0)).await,
            mate,
            former,
            heir: Mate::join(store, tenant, "heir", Role::Viewer).await,
            guest,
            unwanted,
        }
    }
}

impl Change {
    /// # Errors
    /// Those of the store.
    pub(super) async fn make_of_team(
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
            Self::ChangeRole => change(mate, MemberChange::Role(Role::Viewer)).await,
            Self::DeactivateMember => change(mate, MemberChange::Deactivate).await,
            Self::ReactivateMember => change(&others.former.id, MemberChange::Reactivate).await,
            Self::HandOver => {
                let event = event(Action::MemberHandedOver);
                store
                    .hand_over(account, &tenant.owner, &others.heir.id, event)
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
            _ => Ok(false),
        }
    }
}
