//! The authority for a change, which its transaction reads again.

use crate::change::{Change, World};
use crate::factors::factor;
use crate::fixtures::{Shared, at, lead, token};
use crate::key_changes::{change as change_key, edit};
use crate::team::Colleague;
use crate::tenant::Tenant;
use domain::{KeyId, RevokeReason, Role, Scope, ScopeSet, Timestamp};
use service::key::AllowList;
use service::refusal::KeyRefusal;
use service::store::{
    Action, AuditEvent, Authority, Denial, KeyChange, MemberChange, NewRevocation, Proof,
    RevokeKeyOutcome, Revoker, Store, StoreError, Teammate, TokenDigest,
};
use std::net::IpAddr;

const CALLER_IP: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

fn by_session(digest: TokenDigest, role: Role) -> Authority {
    Authority::Session {
        digest,
        role,
        idle_since: at(-100),
    }
}

fn by_key(id: &KeyId) -> Authority {
    Authority::Key {
        id: id.clone(),
        scope: Some(Scope::LeadsWrite),
        ip: CALLER_IP,
    }
}

/// Tries to store a lead, as an example of a change, and returns why it was denied.
async fn attempt(
    store: &dyn Store,
    tenant: &Tenant,
    authority: Authority,
    now: Timestamp,
) -> Result<(), Denial> {
    let count = store.count_leads(&tenant.account).await.unwrap();
    let event = AuditEvent {
        authority,
        ..tenant.event(Action::LeadCreated, "lead", now)
    };
    let lead = lead(&format!("{}-{count}", tenant.name), now);
    let outcome = match store.insert_lead(&tenant.account, &lead, event).await {
        Ok(()) => Ok(()),
        Err(StoreError::Denied(denial)) => Err(denial),
        Err(error) => panic!("{error:?}"),
    };
    let after = store.count_leads(&tenant.account).await.unwrap();
    assert_eq!(after, count + u64::from(outcome.is_ok()));
    outcome
}

case!(no_change_is_made_when_its_actor_has_lost_access);
async fn no_change_is_made_when_its_actor_has_lost_access(store: Shared) {
    let mut world = World::build(&*store).await;
    let ended_session = by_session(token("a session that ended"), Role::Owner);
    let unknown = by_key(&KeyId::parse("no-such-key").unwrap());
    for change in Change::ALL {
        let before = world.snapshot(&*store).await;
        for authority in [&ended_session, &unknown] {
            world.authority = authority.clone();
            let outcome = change.make(&*store, &world, change.account(&world)).await;
            assert!(
                matches!(outcome, Err(StoreError::Denied(_))),
                "{change:?}: {outcome:?}"
            );
            assert_eq!(world.snapshot(&*store).await, before, "{change:?}");
        }
        world.authority = Authority::Inherent;
        let outcome = change.make(&*store, &world, change.account(&world)).await;
        assert!(outcome.unwrap(), "{change:?}");
    }
}

case!(member_cannot_change_anything_after_the_session_has_ended);
async fn member_cannot_change_anything_after_the_session_has_ended(store: Shared) {
    let (tenant, other) = Tenant::pair(&*store).await;
    let session = tenant.sign_in(&*store, at(0)).await;
    let live = by_session(session, Role::Owner);
    assert_eq!(attempt(&*store, &tenant, live.clone(), at(1)).await, Ok(()));
    let foreign = attempt(&*store, &other, live.clone(), at(1)).await;
    assert_eq!(foreign, Err(Denial::SignedOut), "of another account");
    let expired = attempt(&*store, &tenant, live.clone(), at(36_000)).await;
    assert_eq!(expired, Err(Denial::SignedOut), "after its absolute end");
    let idle = Authority::Session {
        digest: session,
        role: Role::Owner,
        idle_since: at(0),
    };
    let idle = attempt(&*store, &tenant, idle, at(1)).await;
    assert_eq!(idle, Err(Denial::SignedOut), "idle for too long");

    let event = tenant.event(Action::SessionEnded, "session", at(2));
    store.end_session(&session, event).await.unwrap();
    let ended = attempt(&*store, &tenant, live, at(2)).await;
    assert_eq!(ended, Err(Denial::SignedOut), "after signing out");
}

case!(member_cannot_change_anything_after_a_role_change_or_deactivation);
async fn member_cannot_change_anything_after_a_role_change_or_deactivation(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let colleague = Colleague::join(&*store, &tenant, "mate", Role::Admin).await;
    let session = colleague.as_tenant(&tenant).sign_in(&*store, at(0)).await;
    let as_admin = by_session(session, Role::Admin);
    let event = |_: &Teammate| tenant.event(Action::MemberRoleChanged, "mate", at(1));
    let change = async |change| {
        let changed = store.change_member(&tenant.account, &colleague.id, change, at(1), &event);
        changed.await.unwrap()
    };

    assert_eq!(
        attempt(&*store, &tenant, as_admin.clone(), at(1)).await,
        Ok(())
    );
    change(MemberChange::to(Role::Viewer)).await;
    let narrowed = attempt(&*store, &tenant, as_admin.clone(), at(1)).await;
    assert_eq!(narrowed, Err(Denial::RoleChanged));
    change(MemberChange::to(Role::Admin)).await;
    assert_eq!(
        attempt(&*store, &tenant, as_admin.clone(), at(1)).await,
        Ok(())
    );
    change(MemberChange::Deactivate).await;
    let deactivated = attempt(&*store, &tenant, as_admin, at(1)).await;
    assert_eq!(deactivated, Err(Denial::SignedOut));
}

case!(member_without_a_required_second_factor_can_only_set_one_up);
async fn member_without_a_required_second_factor_can_only_set_one_up(store: Shared) {
    let (tenant, other) = Tenant::pair(&*store).await;
    let session = tenant.sign_in(&*store, at(0)).await;
    let authority = by_session(session, Role::Owner);
    let event = |action, now| AuditEvent {
        authority: authority.clone(),
        ..tenant.event(action, "owner", now)
    };
    let policy = async |tenant: &Tenant| {
        let found = store.factor_policy(&tenant.account).await.unwrap().unwrap();
        (found.is_required, found.members_without)
    };
    let require = async |is_required, now| {
        let action = Action::FactorRequired;
        let event = event(action, now);
        let outcome = store.require_second_factor(&tenant.account, is_required, event);
        outcome.await.map_err(|error| match error {
            StoreError::Denied(denial) => denial,
            error => panic!("{error:?}"),
        })
    };
    let is_due = async || {
        let found = store.find_session(&session, at(1), at(-100)).await.unwrap();
        found.unwrap().factor_due
    };
    assert_eq!(policy(&tenant).await, (false, 1));
    let denied = require(true, at(1)).await;
    assert_eq!(denied, Err(Denial::SignedOut), "they have none themselves");
    assert!(!is_due().await);

    let required = store.require_second_factor(
        &tenant.account,
        true,
        tenant.event(Action::FactorRequired, "owner", at(1)),
    );
    assert!(required.await.unwrap());
    assert_eq!(
        (policy(&tenant).await, policy(&other).await),
        ((true, 1), (false, 1))
    );
    assert!(is_due().await);
    let denied = attempt(&*store, &tenant, authority.clone(), at(1)).await;
    assert_eq!(denied, Err(Denial::SignedOut));
    assert_eq!(require(false, at(1)).await, Err(Denial::SignedOut));
    let enabled = store.enable_second_factor(
        &tenant.owner,
        &session,
        factor(),
        at(1),
        event(Action::FactorEnabled, at(1)),
    );
    assert!(enabled.await.unwrap());
    assert!(!is_due().await);
    assert_eq!(policy(&tenant).await, (true, 0));
    let allowed = attempt(&*store, &tenant, authority.clone(), at(1)).await;
    assert_eq!(allowed, Ok(()));

    let disable = event(Action::FactorDisabled, at(2));
    let disabled = store.disable_second_factor(&tenant.owner, Proof::Step(101), disable);
    let denied = disabled.await.unwrap_err();
    assert!(matches!(denied, StoreError::Denied(Denial::SignedOut)));
    assert!(!is_due().await, "it is still on");
    assert_eq!(
        require(true, at(2)).await,
        Ok(false),
        "it is required already"
    );
    assert_eq!(require(false, at(2)).await, Ok(true));
    let disable = event(Action::FactorDisabled, at(3));
    let disabled = store.disable_second_factor(&tenant.owner, Proof::Step(102), disable);
    assert!(disabled.await.unwrap());
    assert!(!is_due().await);
}

case!(key_cannot_change_anything_after_it_was_paused_restricted_or_ended);
async fn key_cannot_change_anything_after_it_was_paused_restricted_or_ended(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let id = tenant.issue_key(&*store, "one").await;
    let by_key = by_key(&id);
    let settings = tenant.find(&*store, &id).await.settings();
    let attempt = async |now| attempt(&*store, &tenant, by_key.clone(), now).await;
    let change = async |change| change_key(&*store, &tenant, &id, &change, at(1)).await;
    assert_eq!(attempt(at(1)).await, Ok(()));

    change(KeyChange::Pause).await;
    assert_eq!(attempt(at(1)).await, Err(Denial::Key(KeyRefusal::Paused)));
    change(KeyChange::Resume).await;
    assert_eq!(attempt(at(1)).await, Ok(()));

    let mut other = settings.clone();
    other.scopes = ScopeSet::from(vec![Scope::LeadsRead]);
    change(edit(settings.clone(), other.clone())).await;
    let denied = attempt(at(1)).await;
    assert_eq!(
        denied,
        Err(Denial::Key(KeyRefusal::MissingScope(Scope::LeadsWrite)))
    );
    change(edit(other, settings.clone())).await;

    let mut other = settings.clone();
    other.allow_list = AllowList::parse("203.0.113.0/24").unwrap();
    change(edit(settings.clone(), other.clone())).await;
    let elsewhere = KeyRefusal::IpNotAllowed { ip: CALLER_IP };
    assert_eq!(attempt(at(1)).await, Err(Denial::Key(elsewhere)));
    change(edit(other, settings.clone())).await;

    let mut other = settings.clone();
    other.expires_at = Some(at(50));
    change(edit(settings, other)).await;
    assert_eq!(attempt(at(49)).await, Ok(()));
    let expired = KeyRefusal::Expired { at: at(50) };
    assert_eq!(attempt(at(50)).await, Err(Denial::Key(expired)));

    tenant.revoke(&*store, &id, at(2)).await;
    assert_eq!(attempt(at(2)).await, Err(Denial::Key(KeyRefusal::Revoked)));
}

case!(key_of_another_account_cannot_change_anything);
async fn key_of_another_account_cannot_change_anything(store: Shared) {
    let (tenant, other) = Tenant::pair(&*store).await;
    let id = other.issue_key(&*store, "one").await;
    let denied = attempt(&*store, &tenant, by_key(&id), at(1)).await;
    assert_eq!(denied, Err(Denial::Key(KeyRefusal::Unknown)));
}

case!(keys_and_owners_may_give_up_their_own_access);
async fn keys_and_owners_may_give_up_their_own_access(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let id = tenant.issue_key(&*store, "one").await;
    let event = AuditEvent {
        authority: Authority::Key {
            id: id.clone(),
            scope: None,
            ip: CALLER_IP,
        },
        ..tenant.event(Action::KeyRevoked, id.as_str(), at(1))
    };
    let revocation = NewRevocation {
        at: at(1),
        by: Revoker::Holder,
        reason: RevokeReason::Other,
    };
    let ended = store.revoke_key(&tenant.account, &id, revocation.clone(), event.clone());
    assert!(matches!(ended.await.unwrap(), RevokeKeyOutcome::Revoked(_)));
    let again = store.revoke_key(&tenant.account, &id, revocation, event);
    let again = again.await.unwrap_err();
    assert!(
        matches!(again, StoreError::Denied(Denial::Key(KeyRefusal::Revoked))),
        "{again:?}"
    );

    let successor = Colleague::join(&*store, &tenant, "heir", Role::Admin).await;
    let session = tenant.sign_in(&*store, at(1)).await;
    let event = |_: &Teammate| AuditEvent {
        authority: by_session(session, Role::Owner),
        ..tenant.event(Action::MemberHandedOver, "heir", at(1))
    };
    let account = &tenant.account;
    let handed = store.hand_over(account, &tenant.owner, &successor.id, &event);
    assert!(handed.await.unwrap());
    let again = store.hand_over(account, &tenant.owner, &successor.id, &event);
    assert!(matches!(
        again.await,
        Err(StoreError::Denied(Denial::RoleChanged))
    ));
}
