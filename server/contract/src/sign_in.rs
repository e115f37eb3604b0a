//! Sign-ins for which something else changes after the password was verified.

use crate::factors::{factor, session};
use crate::fixtures::{Shared, at, link, token};
use crate::tenant::Tenant;
use service::store::{Action, Candidate, Proof, Store};

/// Tries to open a session for the candidate, and returns whether it was opened.
async fn try_open(store: &dyn Store, tenant: &Tenant, candidate: &Candidate, name: &str) -> bool {
    let event = tenant.event(Action::SessionOpened, "owner", at(1));
    let (session, hash) = (session(tenant, name, at(1)), &candidate.password_hash);
    let result = store.open_session(session, hash, &[], event).await;
    result.unwrap()
}

async fn try_begin(store: &dyn Store, candidate: &Candidate, name: &str) -> bool {
    let step = token(name);
    let result = store.begin_sign_in(&step, candidate, at(1), at(100));
    result.await.unwrap()
}

async fn change_password(store: &dyn Store, tenant: &Tenant, hash: &str) {
    let event = tenant.event(Action::PasswordChanged, "owner", at(2));
    let none = token("no session");
    let result = store.change_password(&tenant.owner, &none, hash, event);
    result.await.unwrap();
}

async fn open_sessions(store: &dyn Store, tenant: &Tenant) -> usize {
    let sessions = store.list_sessions(&tenant.owner, at(10), at(-1)).await;
    sessions.unwrap().len()
}

case!(sign_in_is_refused_if_the_password_was_changed_after_it_was_verified);
async fn sign_in_is_refused_if_the_password_was_changed_after_it_was_verified(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let verified = tenant.candidate(&*store).await;
    change_password(&*store, &tenant, "new hash").await;
    let events = tenant.events(&*store).await;
    assert!(!try_open(&*store, &tenant, &verified, "session").await);
    assert!(!try_begin(&*store, &verified, "step").await);
    let step = store.find_sign_in(&token("step"), at(2)).await.unwrap();
    assert_eq!(step, None);
    assert_eq!(open_sessions(&*store, &tenant).await, 0);
    assert_eq!(tenant.events(&*store).await, events);

    let verified = tenant.candidate(&*store).await;
    assert!(try_open(&*store, &tenant, &verified, "session").await);
    assert!(try_begin(&*store, &verified, "step").await);
}

case!(no_concurrent_sign_in_outlives_a_password_change);
async fn no_concurrent_sign_in_outlives_a_password_change(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    for round in 0..20 {
        let verified = tenant.candidate(&*store).await;
        let (session, step, hash) = (
            format!("session {round}"),
            format!("step {round}"),
            format!("hash {round}"),
        );
        tokio::join!(
            try_open(&*store, &tenant, &verified, &session),
            try_begin(&*store, &verified, &step),
            change_password(&*store, &tenant, &hash),
        );
        let step = store.find_sign_in(&token(&step), at(2)).await.unwrap();
        assert_eq!(step, None, "round {round}");
        assert_eq!(open_sessions(&*store, &tenant).await, 0, "round {round}");
    }
}

case!(no_concurrent_sign_in_outlives_a_password_reset);
async fn no_concurrent_sign_in_outlives_a_password_reset(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    for round in 0..20 {
        let verified = tenant.candidate(&*store).await;
        let (session, step, hash) = (
            format!("session {round}"),
            format!("step {round}"),
            format!("hash {round}"),
        );
        let link = link(&*store, &format!("reset {round}"), tenant.reset(), at(0)).await;
        let event = tenant.event(Action::PasswordReset, "owner", at(2));
        let (_, _, reset) = tokio::join!(
            try_open(&*store, &tenant, &verified, &session),
            try_begin(&*store, &verified, &step),
            store.reset_password(&link, at(2), &hash, &[], event),
        );
        assert!(reset.unwrap());
        let step = store.find_sign_in(&token(&step), at(2)).await.unwrap();
        assert_eq!(step, None, "round {round}");
        assert_eq!(open_sessions(&*store, &tenant).await, 0, "round {round}");
    }
}

case!(password_alone_opens_no_session_once_a_second_factor_is_enabled);
async fn password_alone_opens_no_session_once_a_second_factor_is_enabled(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let verified = tenant.candidate(&*store).await;
    let current = tenant.sign_in(&*store, at(0)).await;
    assert!(try_open(&*store, &tenant, &verified, "before").await);
    assert!(try_begin(&*store, &verified, "begun").await);
    let event = tenant.event(Action::FactorEnabled, "owner", at(1));
    let enabled = store.enable_second_factor(&tenant.owner, &current, factor(), at(1), event);
    assert!(enabled.await.unwrap());
    assert!(!try_open(&*store, &tenant, &verified, "after").await);
    let sign_in = store.find_sign_in(&token("begun"), at(2)).await.unwrap();
    assert_eq!(sign_in, None);
    let sessions = store.list_sessions(&tenant.owner, at(10), at(-1)).await;
    let sessions = sessions.unwrap().into_iter().map(|session| session.digest);
    assert_eq!(sessions.collect::<Vec<_>>(), [current]);
    assert!(try_begin(&*store, &verified, "step").await, "for the code");
}

/// Finishes a sign-in without a code, and returns whether a session was opened.
async fn try_finish(store: &dyn Store, tenant: &Tenant, step: &str) -> bool {
    let event = tenant.event(Action::SessionOpened, "owner", at(1));
    let session = session(tenant, &format!("by {step}"), at(1));
    let step = token(step);
    let result = store.finish_sign_in(&step, None, session, &[], event);
    result.await.unwrap()
}

case!(no_concurrent_password_only_sign_in_outlives_enabling_a_second_factor);
async fn no_concurrent_password_only_sign_in_outlives_enabling_a_second_factor(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let verified = tenant.candidate(&*store).await;
    let none = token("no session");
    for round in 0..20 {
        let (session, early, late) = (
            format!("session {round}"),
            format!("early {round}"),
            format!("late {round}"),
        );
        assert!(try_begin(&*store, &verified, &early).await);
        let event = tenant.event(Action::FactorEnabled, "owner", at(1));
        let (_, _, _, enabled) = tokio::join!(
            try_open(&*store, &tenant, &verified, &session),
            try_begin(&*store, &verified, &late),
            try_finish(&*store, &tenant, &early),
            store.enable_second_factor(&tenant.owner, &none, factor(), at(1), event),
        );
        assert!(enabled.unwrap());
        for step in [&early, &late] {
            assert!(!try_finish(&*store, &tenant, step).await, "round {round}");
        }
        assert_eq!(open_sessions(&*store, &tenant).await, 0, "round {round}");
        let event = tenant.event(Action::FactorDisabled, "owner", at(1));
        let proof = Proof::Step(101);
        let disabled = store.disable_second_factor(&tenant.owner, proof, event);
        assert!(disabled.await.unwrap());
    }
}
