//! The people of the account in which changes are made.

use crate::factors::factor;
use crate::fixtures::{at, token};
use crate::team::Colleague;
use crate::tenant::Tenant;
use domain::Role;
use service::store::{Action, ChangeMemberOutcome, MemberChange, Store, Teammate, TokenDigest};

/// The people of an account besides its owner: two members, a former member, and two who are
/// invited.
pub(crate) struct People {
    pub(crate) colleague: Colleague,
    pub(crate) former: Colleague,
    pub(crate) successor: Colleague,
    pub(crate) guest: Colleague,
    pub(crate) guest_link: TokenDigest,
    /// A begun sign-in of the heir, who has a second factor and entered the correct password.
    pub(crate) step: TokenDigest,
    pub(crate) unwanted: Colleague,
}

impl People {
    pub(crate) async fn build(store: &dyn Store, tenant: &Tenant) -> Self {
        let colleague = Colleague::join(store, tenant, "mate", Role::Admin).await;
        let (guest, unwanted) = (Colleague::named("guest"), Colleague::named("unwanted"));
        let former = Colleague::join(store, tenant, "former", Role::Viewer).await;
        let event = |_: &Teammate| tenant.event(Action::MemberDeactivated, "former", at(0));
        let deactivation = MemberChange::Deactivate;
        let changed = store.change_member(&tenant.account, &former.id, deactivation, at(0), &event);
        assert_eq!(changed.await.unwrap(), ChangeMemberOutcome::Changed);
        colleague.as_tenant(tenant).sign_in(store, at(0)).await;
        unwanted
            .create_invitation(store, tenant, Role::Viewer, at(0))
            .await;
        let successor = Colleague::join(store, tenant, "heir", Role::Viewer).await;
        let event = tenant.event(Action::FactorEnabled, "heir", at(0));
        let none = token("no session");
        let enabled = store.enable_second_factor(&successor.id, &none, factor(), at(0), event);
        assert!(enabled.await.unwrap());
        let step = token("the heir's first step");
        let candidate = successor.as_tenant(tenant).candidate(store).await;
        let result = store.begin_sign_in(&step, &candidate, at(0), at(100));
        assert!(result.await.unwrap());
        Self {
            step,
            successor,
            guest_link: guest
                .create_invitation(store, tenant, Role::Viewer, at(0))
                .await,
            colleague,
            former,
            guest,
            unwanted,
        }
    }

    pub(crate) async fn snapshot(&self, store: &dyn Store) -> String {
        let mailed = self.colleague.reset_digest("mailed");
        let state = (
            store
                .list_sessions(&self.colleague.id, at(10), at(-1))
                .await
                .unwrap(),
            store.find_link(&mailed, at(10)).await.unwrap(),
            store.second_factor(&self.successor.id).await.unwrap(),
            store.find_sign_in(&self.step, at(10)).await.unwrap(),
            store
                .list_sessions(&self.successor.id, at(10), at(-1))
                .await
                .unwrap(),
        );
        format!("{state:?}")
    }
}
