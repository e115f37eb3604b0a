//! Second factors, and the second step of signing in.

use crate::fixtures::{Shared, at, link, race, token};
use crate::team::Colleague;
use crate::tenant::Tenant;
use domain::seconds::{DAY, HOUR};
use domain::{Role, Timestamp};
use service::PepperId;
use service::store::{
    Action, CodeWarning, MemberChange, NewFactor, NewRecoveryCodes, NewSession, Proof,
    RecoveryDigest, Store, Teammate, TokenDigest,
};

pub(crate) fn recovery(number: u8) -> RecoveryDigest {
    RecoveryDigest([number; 32])
}

pub(crate) fn factor() -> NewFactor {
    NewFactor {
        sealed: vec![1, 2, 3],
        pepper_id: PepperId::parse("0123456789abcdef").unwrap(),
        step: 100,
        recovery_codes: vec![recovery(1), recovery(2)],
    }
}

pub(crate) fn new_codes() -> NewRecoveryCodes {
    NewRecoveryCodes {
        pepper_id: factor().pepper_id,
        digests: vec![recovery(3), recovery(4), recovery(5)],
    }
}

async fn enable(store: &dyn Store, tenant: &Tenant) -> bool {
    let event = tenant.event(Action::FactorEnabled, "owner", at(0));
    let none = token("no session");
    let enabled = store.enable_second_factor(&tenant.owner, &none, factor(), at(0), event);
    enabled.await.unwrap()
}

/// Begins a sign-in, which expires after a minute.
async fn begin(store: &dyn Store, tenant: &Tenant, name: &str, now: Timestamp) -> TokenDigest {
    let step = token(name);
    let expires_at = now.plus_seconds(60);
    let candidate = tenant.candidate(store).await;
    let result = store
        .begin_sign_in(&step, &candidate, now, expires_at)
        .await;
    assert!(result.unwrap());
    step
}

pub(crate) fn session(tenant: &Tenant, name: &str, now: Timestamp) -> NewSession {
    NewSession {
        digest: token(name),
        member_id: tenant.owner.clone(),
        created_at: now,
        expires_at: now.plus_seconds(HOUR),
        ip: [192, 0, 2, 7].into(),
        user_agent: None,
    }
}

async fn finish(
    store: &dyn Store,
    tenant: &Tenant,
    step: &TokenDigest,
    proof: Proof,
    now: Timestamp,
) -> bool {
    let name = format!("{proof:?} {}", now.millis());
    let event = tenant.event(Action::SessionOpened, "owner", now);
    let finished = store.finish_sign_in(step, Some(proof), session(tenant, &name, now), &[], event);
    finished.await.unwrap()
}

case!(second_factor_stays_enabled_until_it_is_disabled);
async fn second_factor_stays_enabled_until_it_is_disabled(store: Shared) {
    let (a, b) = Tenant::pair(&*store).await;
    assert_eq!(store.second_factor(&a.owner).await.unwrap(), None);
    assert!(enable(&*store, &a).await);
    assert!(!enable(&*store, &a).await, "it is on already");
    let found = store.second_factor(&a.owner).await.unwrap().unwrap();
    assert_eq!((found.sealed, found.recovery_codes), (vec![1, 2, 3], 2));
    assert_eq!(store.second_factor(&b.owner).await.unwrap(), None);
    let listed = store.list_members(&a.account, None, 100).await.unwrap();
    assert!(listed[0].second_factor);
    let events = a.events(&*store).await;
    for (proof, off) in [
        (Proof::Step(100), false),
        (Proof::Recovery([recovery(9); 2]), false),
        (Proof::Step(101), true),
        (Proof::Step(102), false),
    ] {
        let event = a.event(Action::FactorDisabled, "owner", at(1));
        let disabled = store.disable_second_factor(&a.owner, proof, event);
        assert_eq!(disabled.await.unwrap(), off, "{proof:?}");
    }
    assert_eq!(a.events(&*store).await, events + 1);
    assert_eq!(store.second_factor(&a.owner).await.unwrap(), None);
}

case!(renewed_recovery_codes_replace_the_earlier_ones_only_with_a_fresh_proof);
async fn renewed_recovery_codes_replace_the_earlier_ones_only_with_a_fresh_proof(store: Shared) {
    let (a, b) = Tenant::pair(&*store).await;
    assert!(enable(&*store, &a).await && enable(&*store, &b).await);
    let codes_left = async |tenant: &Tenant| {
        let factor = store.second_factor(&tenant.owner).await.unwrap();
        factor.unwrap().recovery_codes
    };
    let renew = async |proof| {
        let event = a.event(Action::FactorRecoveryRenewed, "owner", at(1));
        let renewed = store.renew_recovery_codes(&a.owner, proof, new_codes(), event);
        renewed.await.unwrap()
    };
    let events = a.events(&*store).await;
    for used_or_wrong in [Proof::Step(100), Proof::Recovery([recovery(9); 2])] {
        assert!(!renew(used_or_wrong).await, "{used_or_wrong:?}");
        assert_eq!(codes_left(&a).await, 2);
    }
    assert_eq!(a.events(&*store).await, events);
    assert!(renew(Proof::Recovery([recovery(1); 2])).await);
    assert_eq!((codes_left(&a).await, codes_left(&b).await), (3, 2));
    assert_eq!(a.events(&*store).await, events + 1);
    for (old, works) in [(2, false), (3, true)] {
        let step = begin(&*store, &a, &format!("with {old}"), at(2)).await;
        let proof = Proof::Recovery([recovery(old); 2]);
        assert_eq!(finish(&*store, &a, &step, proof, at(3)).await, works);
    }
    // Of two requests with one proof, one renews.
    assert!(renew(Proof::Step(101)).await);
    assert!(!renew(Proof::Step(101)).await);
    // Without a second factor, there is nothing to renew.
    let event = a.event(Action::FactorDisabled, "owner", at(4));
    let disabled = store.disable_second_factor(&a.owner, Proof::Step(102), event);
    assert!(disabled.await.unwrap());
    assert!(!renew(Proof::Step(103)).await);
}

case!(first_step_and_code_open_only_one_session);
async fn first_step_and_code_open_only_one_session(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    assert!(enable(&*store, &tenant).await);
    let step = begin(&*store, &tenant, "first", at(1)).await;
    let found = store.find_sign_in(&step, at(2)).await.unwrap().unwrap();
    assert_eq!(found.id, tenant.owner);
    assert!(
        !finish(&*store, &tenant, &step, Proof::Step(100), at(2)).await,
        "used"
    );
    assert!(!finish(&*store, &tenant, &token("none"), Proof::Step(101), at(2)).await);
    // Of ten concurrent sign-ins with the same code, one succeeds.
    let opened = race(10, |number| {
        let (store, tenant) = (store.clone(), tenant.clone());
        let now = at(3).plus_seconds(i64::from(number));
        async move { finish(&*store, &tenant, &step, Proof::Step(101), now).await }
    });
    let opened = opened.await.into_iter().filter(|opened| *opened).count();
    assert_eq!(opened, 1);
    assert_eq!(store.find_sign_in(&step, at(20)).await.unwrap(), None);
    let step = begin(&*store, &tenant, "second", at(20)).await;
    assert!(
        !finish(&*store, &tenant, &step, Proof::Step(101), at(21)).await,
        "used"
    );
    for good in [true, false] {
        let proof = Proof::Recovery([recovery(1); 2]);
        let step = begin(&*store, &tenant, &format!("third {good}"), at(22)).await;
        assert_eq!(finish(&*store, &tenant, &step, proof, at(23)).await, good);
    }
    let left = store.second_factor(&tenant.owner).await.unwrap().unwrap();
    assert_eq!(left.recovery_codes, 1);
    // The sign-in expires exactly at its end, to the millisecond.
    let step = begin(&*store, &tenant, "late", at(30)).await;
    assert!(!finish(&*store, &tenant, &step, Proof::Step(200), at(90)).await);
    assert_eq!(store.find_sign_in(&step, at(90)).await.unwrap(), None);
}

case!(first_step_ends_with_a_new_password_ended_sessions_or_a_deactivation);
async fn first_step_ends_with_a_new_password_ended_sessions_or_a_deactivation(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let colleague = Colleague::join(&*store, &tenant, "mate", Role::Viewer).await;
    let own = colleague.as_tenant(&tenant);
    assert!(enable(&*store, &own).await);
    let assert_ended = async |step: &TokenDigest, now| {
        assert_eq!(store.find_sign_in(step, now).await.unwrap(), None);
        assert!(!finish(&*store, &own, step, Proof::Step(500), now).await);
    };
    // A sign-in that has begun ends when the member's password is changed.
    let step = begin(&*store, &own, "one", at(1)).await;
    let event = own.event(Action::PasswordChanged, "mate", at(2));
    store
        .change_password(&own.owner, &token("none"), "new hash", event)
        .await
        .unwrap();
    assert_ended(&step, at(3)).await;
    // It ends when the member ends all other sessions.
    let step = begin(&*store, &own, "others", at(3)).await;
    let event = own.event(Action::SessionOthersEnded, "mate", at(3));
    let none = token("none");
    let ended = store.end_other_sessions(&own.owner, &none, event).await;
    assert!(ended.unwrap(), "a sign-in that has begun counts");
    assert_ended(&step, at(3)).await;
    // It ends when the member is deactivated, even if they are reactivated later.
    let step = begin(&*store, &own, "two", at(4)).await;
    for (change, now) in [(MemberChange::Deactivate, 5), (MemberChange::Reactivate, 6)] {
        let event = |_: &Teammate| tenant.event(Action::MemberDeactivated, "mate", at(now));
        store
            .change_member(&tenant.account, &own.owner, change, at(now), &event)
            .await
            .unwrap();
    }
    assert_ended(&step, at(7)).await;
    // It ends when a reset link turns the second factor off.
    let step = begin(&*store, &own, "three", at(8)).await;
    let reset = link(&*store, "reset", own.reset(), at(8)).await;
    let event = own.event(Action::PasswordReset, "mate", at(9));
    let done = store.reset_password(&reset, at(9), "newer hash", &[], event);
    assert!(done.await.unwrap());
    assert_eq!(store.second_factor(&own.owner).await.unwrap(), None);
    assert_ended(&step, at(10)).await;
}

case!(second_factor_counts_as_a_use_of_the_pepper);
async fn second_factor_counts_as_a_use_of_the_pepper(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    assert!(!store.has_keys().await.unwrap());
    assert!(enable(&*store, &tenant).await);
    assert!(store.has_keys().await.unwrap());
}

case!(wrong_code_warning_sends_one_mail_a_day_and_ends_with_a_password_change);
async fn wrong_code_warning_sends_one_mail_a_day_and_ends_with_a_password_change(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let member = &tenant.owner;
    let warn = async |now: Timestamp| {
        let ip = [198, 51, 100, 7].into();
        let event = tenant.event(Action::FactorBlocked, member.as_str(), now);
        let warning = CodeWarning { at: now, ip };
        let warned = store.warn_of_codes(member, warning, now.plus_seconds(-DAY), event);
        warned.await.unwrap();
        warning
    };
    let due = async |now: Timestamp| {
        let due = store.due_warnings(now, now.plus_seconds(-DAY), 10);
        due.await
            .unwrap()
            .into_iter()
            .map(|due| (due.to, due.warning))
            .collect::<Vec<_>>()
    };
    assert_eq!(store.code_warning(member).await.unwrap(), None);
    let step = begin(&*store, &tenant, "step", at(0)).await;
    let first = warn(at(0)).await;
    assert_eq!(store.find_sign_in(&step, at(1)).await.unwrap(), None);
    assert_eq!(store.code_warning(member).await.unwrap(), Some(first));
    assert_eq!(due(at(0)).await, [(tenant.email.clone(), first)]);
    let won = race(10, |_| {
        let (store, member) = (store.clone(), member.clone());
        async move { store.claim_warning(&member, at(1)).await.unwrap() }
    })
    .await;
    assert_eq!(won.iter().filter(|won| **won).count(), 1);
    assert_eq!(due(at(1)).await, []);
    store.release_warning(member, at(100)).await.unwrap();
    assert_eq!(due(at(99)).await, []);
    assert_eq!(due(at(100)).await.len(), 1);
    assert!(store.claim_warning(member, at(100)).await.unwrap());

    let second = warn(at(900)).await;
    assert_eq!(store.code_warning(member).await.unwrap(), Some(second));
    assert_eq!(due(at(900)).await, [], "one mail a day");
    warn(at(900 + DAY)).await;
    assert_eq!(due(at(900 + DAY)).await.len(), 1);

    let event = tenant.event(Action::PasswordChanged, member.as_str(), at(2 * DAY));
    let current = token("session");
    let changed = store.change_password(member, &current, "hash", event);
    changed.await.unwrap();
    assert_eq!(store.code_warning(member).await.unwrap(), None);
}

case!(first_step_alone_opens_a_session_only_without_a_second_factor);
async fn first_step_alone_opens_a_session_only_without_a_second_factor(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let open = async |name: &str| {
        let step = begin(&*store, &tenant, name, at(0)).await;
        let event = tenant.event(Action::SessionOpened, "owner", at(1));
        let session = session(&tenant, &format!("session of {name}"), at(1));
        let opened = store.finish_sign_in(&step, None, session, &[], event);
        opened.await.unwrap()
    };
    assert!(open("before").await);
    assert!(enable(&*store, &tenant).await);
    assert!(!open("after").await);
}
