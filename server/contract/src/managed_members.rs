//! Members who manage other members: the role that this requires at that moment, ending sessions,
//! and mailing links.

use crate::fixtures::{Shared, at, email, race, token};
use crate::team::Colleague;
use crate::tenant::Tenant;
use domain::{MemberId, Role, Timestamp};
use serde_json::json;
use service::store::{
    Action, AuditEvent, Authority, ChangeMemberOutcome, CountedMail, Denial, Invitation,
    MemberChange, OfferResetOutcome, SessionChoice, SessionRecord, Store, StoreError, Teammate,
    TokenDigest,
};

/// Ends sessions of a member, and records how many and of which role.
async fn end(
    store: &dyn Store,
    tenant: &Tenant,
    id: &MemberId,
    choice: SessionChoice<'_>,
    now: Timestamp,
) -> Option<u32> {
    let event = |member: &Teammate, sessions: &[SessionRecord]| AuditEvent {
        detail: json!({ "role": member.role, "sessions": sessions.len() }),
        ..tenant.event(Action::MemberSignedOut, id.as_str(), now)
    };
    let ended = store.end_member_sessions(&tenant.account, id, choice, now, at(-1), &event);
    ended.await.unwrap()
}

async fn live(store: &dyn Store, member: &MemberId) -> Vec<TokenDigest> {
    let sessions = store.list_sessions(member, at(10), at(-1)).await.unwrap();
    sessions.into_iter().map(|session| session.digest).collect()
}

async fn ids(store: &dyn Store, member: &MemberId) -> Vec<String> {
    let sessions = store.list_sessions(member, at(10), at(-1)).await.unwrap();
    sessions.iter().map(SessionRecord::id).collect()
}

case!(sessions_of_another_member_end_one_by_one_or_all_at_once);
async fn sessions_of_another_member_end_one_by_one_or_all_at_once(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let colleague = Colleague::join(&*store, &tenant, "mate", Role::Viewer).await;
    let mate = colleague.as_tenant(&tenant);
    let first = mate.sign_in(&*store, at(1)).await;
    let second = mate.sign_in(&*store, at(2)).await;
    let third = mate.sign_in(&*store, at(3)).await;
    let owner_session = tenant.sign_in(&*store, at(3)).await;
    let events = tenant.events(&*store).await;
    let own = ids(&*store, &tenant.owner).await.remove(0);
    let chosen = ids(&*store, &colleague.id).await.remove(1);
    let end_of = async |id, choice, now| end(&*store, &tenant, id, choice, now).await;
    let end = async |choice, now| end_of(&colleague.id, choice, now).await;

    // Neither the session of another member nor one that has expired ends.
    assert_eq!(end(SessionChoice::One(&own), at(4)).await, Some(0));
    assert_eq!(end(SessionChoice::One(&chosen), at(40_000)).await, Some(0));
    assert_eq!(end(SessionChoice::One(""), at(4)).await, Some(0));
    assert_eq!(live(&*store, &colleague.id).await, [third, second, first]);
    assert_eq!(tenant.events(&*store).await, events);

    for ended in [1, 0] {
        let choice = SessionChoice::One(&chosen);
        assert_eq!(end(choice, at(4)).await, Some(ended));
        assert_eq!(live(&*store, &colleague.id).await, [third, first]);
    }
    let event = &store.audit_events(&tenant.account, 1).await.unwrap()[0];
    assert_eq!(event.detail, json!({ "role": "viewer", "sessions": 1 }));
    assert_eq!(tenant.events(&*store).await, events + 1);

    // A sign-in that has begun ends as well.
    let step = token("step");
    let candidate = mate.candidate(&*store).await;
    let begun = store.begin_sign_in(&step, &candidate, at(4), at(100)).await;
    assert!(begun.unwrap());
    for ended in [2, 0] {
        assert_eq!(end(SessionChoice::All, at(5)).await, Some(ended));
        assert_eq!(live(&*store, &colleague.id).await, []);
    }
    assert_eq!(store.find_sign_in(&step, at(5)).await.unwrap(), None);
    assert_eq!(tenant.events(&*store).await, events + 2);
    assert_eq!(live(&*store, &tenant.owner).await, [owner_session]);
    let missing_id = MemberId::parse("nobody").unwrap();
    let missing = end_of(&missing_id, SessionChoice::All, at(6)).await;
    assert_eq!(missing, None);
}

case!(member_is_managed_only_with_the_role_that_they_have_at_that_moment);
async fn member_is_managed_only_with_the_role_that_they_have_at_that_moment(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let admin = Colleague::join(&*store, &tenant, "admin", Role::Admin).await;
    let target = Colleague::join(&*store, &tenant, "target", Role::Viewer).await;
    let guest = Colleague::named("guest");
    let target_session = target.as_tenant(&tenant).sign_in(&*store, at(0)).await;
    let session = admin.as_tenant(&tenant).sign_in(&*store, at(0)).await;
    let event = |action, now| AuditEvent {
        authority: Authority::Session {
            digest: session,
            role: Role::Admin,
            idle_since: at(-100),
        },
        ..tenant.event(action, "target", now)
    };
    let account = &tenant.account;
    let deactivate = async |now| {
        let to_event = |_: &Teammate| event(Action::MemberDeactivated, now);
        let change = MemberChange::Deactivate;
        let changed = store.change_member(account, &target.id, change, now, &to_event);
        changed
            .await
            .map(|changed| changed == ChangeMemberOutcome::Changed)
    };
    let end = async |now| {
        let to_event = |_: &Teammate, _: &[SessionRecord]| event(Action::MemberSignedOut, now);
        let all = SessionChoice::All;
        let ended = store.end_member_sessions(account, &target.id, all, now, at(-1), &to_event);
        ended.await.map(|ended| ended == Some(1))
    };
    let offer = async |now| {
        let offer = |_: &Teammate| {
            target.reset_offer("link", now, event(Action::PasswordResetOffered, now))
        };
        let offered = store.offer_reset(account, &target.id, &offer).await;
        offered.map(|offered| matches!(offered, OfferResetOutcome::Offered(_)))
    };
    let withdraw = async |now| {
        let to_event = |_: &Invitation| event(Action::InvitationWithdrawn, now);
        let address = email("guest");
        let withdrawn = store.withdraw_invitation(account, &address, now, &to_event);
        withdrawn.await
    };
    let invite = async |now| {
        let link = guest.invitation(&tenant, Role::Viewer, now);
        store
            .invite(link, event(Action::InvitationCreated, now))
            .await
    };
    let set_role = async |role| {
        let to_event = |_: &Teammate| tenant.event(Action::MemberRoleChanged, "target", at(1));
        let change = MemberChange::to(role);
        let changed = store.change_member(account, &target.id, change, at(1), &to_event);
        assert_eq!(changed.await.unwrap(), ChangeMemberOutcome::Changed);
    };

    // Meanwhile, an owner has made them an owner, and invited the guest as one.
    set_role(Role::Owner).await;
    guest
        .create_invitation(&*store, &tenant, Role::Owner, at(1))
        .await;
    let events = tenant.events(&*store).await;
    let invitations = store
        .list_invitations(account, None, at(2), 9)
        .await
        .unwrap();
    for outcome in [
        end(at(2)).await,
        offer(at(2)).await,
        deactivate(at(2)).await,
        withdraw(at(2)).await,
        invite(at(2)).await,
    ] {
        let denied = outcome.unwrap_err();
        assert!(
            matches!(denied, StoreError::Denied(Denial::MayNotManage)),
            "{denied:?}"
        );
    }
    assert_eq!(tenant.events(&*store).await, events);
    assert_eq!(live(&*store, &target.id).await, [target_session]);
    let after = store.list_invitations(account, None, at(2), 9).await;
    assert_eq!(after.unwrap(), invitations);
    let link = store.find_link(&target.reset_digest("link"), at(2)).await;
    assert_eq!(link.unwrap(), None);

    set_role(Role::Viewer).await;
    guest
        .create_invitation(&*store, &tenant, Role::Admin, at(1))
        .await;
    for (name, outcome) in [
        ("invite", invite(at(3)).await),
        ("withdraw", withdraw(at(3)).await),
        ("offer", offer(at(3)).await),
        ("end", end(at(3)).await),
        ("deactivate", deactivate(at(3)).await),
    ] {
        assert!(outcome.unwrap(), "{name}");
    }
}

case!(reset_is_offered_to_active_members_until_they_got_too_many_mails);
async fn reset_is_offered_to_active_members_until_they_got_too_many_mails(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let colleague = Colleague::join(&*store, &tenant, "mate", Role::Viewer).await;
    let offer = async |link: &str, now| {
        let offer = |member: &Teammate| {
            let subject = member.email.as_str();
            let event = tenant.event(Action::PasswordResetOffered, subject, now);
            colleague.reset_offer(link, now, event)
        };
        let offered = store.offer_reset(&tenant.account, &colleague.id, &offer);
        offered.await.unwrap()
    };
    let exists = async |link: &str, now| {
        let digest = colleague.reset_digest(link);
        store.find_link(&digest, now).await.unwrap().is_some()
    };
    let OfferResetOutcome::Offered(member) = offer("first", at(0)).await else {
        panic!("the first mail was not counted");
    };
    assert_eq!((&member.id, member.role), (&colleague.id, Role::Viewer));
    let event = &store.audit_events(&tenant.account, 1).await.unwrap()[0];
    assert_eq!(event.subject, "mate@example.com");
    let events = tenant.events(&*store).await;

    assert_eq!(
        offer("early", at(59)).await,
        OfferResetOutcome::TooManyMails
    );
    assert!(!exists("early", at(59)).await);
    assert!(exists("first", at(59)).await);
    assert_eq!(tenant.events(&*store).await, events);

    let next = offer("next", at(60)).await;
    assert!(matches!(next, OfferResetOutcome::Offered(_)), "{next:?}");
    assert!(!exists("first", at(60)).await, "it was replaced");
    assert!(exists("next", at(60)).await);

    let event = |_: &Teammate| tenant.event(Action::MemberDeactivated, "mate", at(61));
    let deactivation = MemberChange::Deactivate;
    let changed = store.change_member(&tenant.account, &colleague.id, deactivation, at(61), &event);
    assert_eq!(changed.await.unwrap(), ChangeMemberOutcome::Changed);
    let late = offer("late", at(200)).await;
    assert_eq!(late, OfferResetOutcome::Deactivated);
    assert!(!exists("late", at(200)).await);
}

case!(concurrent_mails_do_not_exceed_their_bound);
async fn concurrent_mails_do_not_exceed_their_bound(store: Shared) {
    let (tenant, other) = Tenant::pair(&*store).await;
    let mail = |to: &str, at: Timestamp| CountedMail {
        subjects: [
            (format!("to {to}"), vec![0, 0, 3_600]),
            ("of the account".to_owned(), vec![0, 0, 0, 60]),
        ],
        at,
        forget_before: at.plus_seconds(-86_400),
    };
    let counted = race(10, |_| {
        let (store, tenant, mail) = (store.clone(), tenant.clone(), mail("one", at(0)));
        async move { store.count_mail(&tenant.account, &mail).await.unwrap() }
    });
    let counted = counted.await;
    assert_eq!(counted.iter().filter(|counted| **counted).count(), 3);
    let count = async |tenant: &Tenant, mail: &CountedMail| {
        store.count_mail(&tenant.account, mail).await.unwrap()
    };
    // The rejected mails were not counted, so the account may send one more before it has to wait.
    assert!(count(&tenant, &mail("two", at(1))).await);
    assert!(!count(&tenant, &mail("two", at(60))).await);
    assert!(!count(&other, &mail("one", at(3_599))).await);
    assert!(count(&tenant, &mail("one", at(3_600))).await);
}
