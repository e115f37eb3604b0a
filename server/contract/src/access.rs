//! A member's own access: sessions and password.

use crate::factors::session;
use crate::fixtures::{Shared, at, link, token};
use crate::team::Colleague;
use crate::tenant::Tenant;
use domain::{MemberId, Role};
use service::store::{Action, MAX_SESSIONS_PER_MEMBER, Store, TokenDigest};

async fn sessions(store: &dyn Store, member: &MemberId) -> Vec<TokenDigest> {
    let sessions = store.list_sessions(member, at(10), at(-1)).await.unwrap();
    sessions.into_iter().map(|session| session.digest).collect()
}

case!(sessions_of_a_member_are_listed_with_their_origin);
async fn sessions_of_a_member_are_listed_with_their_origin(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let colleague = Colleague::join(&*store, &tenant, "mate", Role::Viewer).await;
    let first = tenant.sign_in(&*store, at(1)).await;
    let second = tenant.sign_in(&*store, at(2)).await;
    let colleague_session = colleague.as_tenant(&tenant).sign_in(&*store, at(3)).await;
    store.use_session(&first, at(100), at(-1)).await.unwrap();
    let listed = store.list_sessions(&tenant.owner, at(100), at(-1)).await;
    let listed = listed.unwrap();
    assert_eq!(
        listed
            .iter()
            .map(|session| (session.digest, session.created_at, session.last_seen_at))
            .collect::<Vec<_>>(),
        [(second, at(2), at(2)), (first, at(1), at(100))]
    );
    assert_eq!(listed[0].ip, Some([192, 0, 2, 7].into()));
    assert_eq!(listed[0].user_agent.as_deref(), Some("contract"));
    assert_eq!(sessions(&*store, &colleague.id).await, [colleague_session]);
    // Idle and expired sessions are not listed.
    let idle = store.list_sessions(&tenant.owner, at(100), at(50)).await;
    assert_eq!(idle.unwrap().len(), 1);
    let expired = store.list_sessions(&tenant.owner, at(40_000), at(-1)).await;
    assert_eq!(expired.unwrap(), []);
}

case!(ending_all_other_sessions_keeps_the_current_one);
async fn ending_all_other_sessions_keeps_the_current_one(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let colleague = Colleague::join(&*store, &tenant, "mate", Role::Viewer).await;
    let colleague_session = colleague.as_tenant(&tenant).sign_in(&*store, at(0)).await;
    tenant.sign_in(&*store, at(1)).await;
    let current = tenant.sign_in(&*store, at(2)).await;
    tenant.sign_in(&*store, at(3)).await;
    let events = tenant.events(&*store).await;
    for ended in [true, false] {
        let event = tenant.event(Action::SessionOthersEnded, "owner", at(4));
        let result = store
            .end_other_sessions(&tenant.owner, &current, event)
            .await;
        assert_eq!(result.unwrap(), ended);
        assert_eq!(sessions(&*store, &tenant.owner).await, [current]);
    }
    assert_eq!(tenant.events(&*store).await, events + 1);
    assert_eq!(sessions(&*store, &colleague.id).await, [colleague_session]);
}

case!(password_change_ends_other_sessions_and_reset_links);
async fn password_change_ends_other_sessions_and_reset_links(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let colleague = Colleague::join(&*store, &tenant, "mate", Role::Viewer).await;
    let colleague_session = colleague.as_tenant(&tenant).sign_in(&*store, at(0)).await;
    tenant.sign_in(&*store, at(1)).await;
    let current = tenant.sign_in(&*store, at(2)).await;
    let reset = link(&*store, "reset", tenant.reset(), at(2)).await;
    let event = tenant.event(Action::PasswordChanged, "owner", at(3));
    store
        .change_password(&tenant.owner, &current, "new hash", event)
        .await
        .unwrap();
    let hash = async |member| store.password_hash(member).await.unwrap().unwrap();
    assert_eq!(hash(&tenant.owner).await, "new hash");
    assert_eq!(hash(&colleague.id).await, "hash of mate");
    assert_eq!(sessions(&*store, &tenant.owner).await, [current]);
    assert_eq!(sessions(&*store, &colleague.id).await, [colleague_session]);
    assert_eq!(store.find_link(&reset, at(3)).await.unwrap(), None);
    assert_ne!(token("reset"), current);
}

case!(session_beyond_the_limit_ends_the_least_recently_used_one);
async fn session_beyond_the_limit_ends_the_least_recently_used_one(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let colleague = Colleague::join(&*store, &tenant, "mate", Role::Viewer).await;
    let colleague_session = colleague.as_tenant(&tenant).sign_in(&*store, at(0)).await;
    let recent = tenant.sign_in(&*store, at(0)).await;
    let idle = tenant.sign_in(&*store, at(1)).await;
    for second in 2..i64::from(MAX_SESSIONS_PER_MEMBER) {
        tenant.sign_in(&*store, at(second)).await;
    }
    let now = at(1_000);
    let member = store.use_session(&recent, now, at(-1)).await.unwrap();
    assert!(member.is_some());
    let before = sessions(&*store, &tenant.owner).await;
    assert_eq!(
        before.len(),
        usize::try_from(MAX_SESSIONS_PER_MEMBER).unwrap()
    );

    let newest = tenant.sign_in(&*store, now).await;
    let after = sessions(&*store, &tenant.owner).await;
    let expected_rest = before.into_iter().filter(|session| *session != idle);
    let expected: Vec<_> = [newest].into_iter().chain(expected_rest).collect();
    assert_eq!(after, expected);
    assert_eq!(sessions(&*store, &colleague.id).await, [colleague_session]);

    // A sign-in in two steps ends the longest unused session as well.
    let step = token("step");
    let candidate = tenant.candidate(&*store).await;
    let result = store.begin_sign_in(&step, &candidate, now, at(2_000)).await;
    assert!(result.unwrap());
    let event = tenant.event(Action::SessionOpened, "owner", now);
    let session = session(&tenant, "by a step", now);
    let finished = store.finish_sign_in(&step, None, session, &[], event).await;
    assert!(finished.unwrap());
    let sessions = sessions(&*store, &tenant.owner).await;
    assert_eq!(sessions.len(), expected.len());
}
