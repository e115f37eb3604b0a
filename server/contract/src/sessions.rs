//! Sessions, and the delays after failed sign-ins.

use crate::fixtures::{Shared, at, just_before, member_by_email, race, token};
use crate::tenant::Tenant;
use domain::Timestamp;
use service::store::{Action, Store, TokenDigest};

const DELAYS: [u32; 4] = [0, 1, 5, 30];

/// Uses the session at `now`, and returns whether it is live and was seen after `idle_since`.
async fn is_usable(
    store: &dyn Store,
    session: &TokenDigest,
    now: Timestamp,
    idle_since: Timestamp,
) -> bool {
    store
        .use_session(session, now, idle_since)
        .await
        .unwrap()
        .is_some()
}

fn subjects(names: &[&str]) -> Vec<String> {
    names.iter().copied().map(str::to_owned).collect()
}

case!(session_identifies_its_member);
async fn session_identifies_its_member(store: Shared) {
    let (a, b) = Tenant::pair(&*store).await;
    for tenant in [&a, &b] {
        let session = tenant.sign_in(&*store, at(0)).await;
        let found = store.use_session(&session, at(1), at(-1)).await.unwrap();
        let member = found.map(|session| session.member);
        assert_eq!(member, member_by_email(&*store, &tenant.email).await);
        assert_eq!(
            member.map(|member| member.account_id),
            Some(tenant.account.clone())
        );
        assert_eq!(tenant.events(&*store).await, 2);
    }
    assert!(!is_usable(&*store, &token("no session"), at(1), at(-1)).await);
}

case!(session_ends_at_its_absolute_expiry);
async fn session_ends_at_its_absolute_expiry(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let session = tenant.sign_in(&*store, at(0)).await;
    let end = at(36_000);
    assert!(is_usable(&*store, &session, just_before(end), at(-1)).await);
    assert!(!is_usable(&*store, &session, end, at(-1)).await);
}

case!(session_ends_when_it_has_been_idle_too_long);
async fn session_ends_when_it_has_been_idle_too_long(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let session = tenant.sign_in(&*store, at(0)).await;
    assert!(
        !is_usable(&*store, &session, at(500), at(0)).await,
        "last seen then is not after"
    );
    assert!(is_usable(&*store, &session, at(500), just_before(at(0))).await);
}

case!(last_use_of_a_session_is_updated_at_most_once_a_minute);
async fn last_use_of_a_session_is_updated_at_most_once_a_minute(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let session = tenant.sign_in(&*store, at(0)).await;
    assert!(is_usable(&*store, &session, at(60), at(-1)).await);
    assert!(
        !is_usable(&*store, &session, at(60), at(0)).await,
        "a minute is not more than one"
    );
    assert!(is_usable(&*store, &session, at(61), at(-1)).await);
    assert!(
        is_usable(&*store, &session, at(61), at(60)).await,
        "the use at 61 s was not noted"
    );
    assert!(
        is_usable(&*store, &session, at(30), at(60)).await,
        "a clock that went back ends nothing"
    );
    assert!(
        is_usable(&*store, &session, at(62), at(60)).await,
        "last seen went backwards"
    );
}

case!(looking_up_a_session_does_not_count_as_using_it);
async fn looking_up_a_session_does_not_count_as_using_it(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let session = tenant.sign_in(&*store, at(0)).await;
    let find = async |now, idle_since| {
        let found = store.find_session(&session, now, idle_since).await;
        found.unwrap()
    };
    let member = find(at(500), at(-1)).await.map(|session| session.member);
    assert_eq!(member, member_by_email(&*store, &tenant.email).await);
    assert_eq!(find(at(501), at(0)).await, None, "the look was noted");
    assert!(is_usable(&*store, &session, at(502), at(-1)).await);
    assert!(find(at(503), at(501)).await.is_some());
    assert_eq!(find(at(36_000), at(-1)).await, None, "past its end");
    let unknown = token("no session");
    let member = store.find_session(&unknown, at(1), at(-1)).await;
    assert_eq!(member.unwrap(), None);
}

case!(newest_of_concurrent_session_uses_is_kept);
async fn newest_of_concurrent_session_uses_is_kept(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let session = tenant.sign_in(&*store, at(0)).await;
    // Several rounds, since an adapter may first have to open the connections on which uses can
    // race.
    for round in 1..=10 {
        // The uses are more than a minute apart, and the newest comes first, so that there is
        // something to overwrite.
        let newest = at(round * 1_000);
        let uses = race(10, |number| {
            let store = store.clone();
            let now = newest.plus_seconds(-61 * i64::from(number));
            async move { is_usable(&*store, &session, now, at(-1)).await }
        });
        assert_eq!(uses.await, [true; 10]);
        assert!(
            is_usable(&*store, &session, newest, just_before(newest)).await,
            "round {round}"
        );
    }
}

case!(ended_session_no_longer_works_and_its_end_is_recorded_once);
async fn ended_session_no_longer_works_and_its_end_is_recorded_once(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let (ended, other) = (
        tenant.sign_in(&*store, at(0)).await,
        tenant.sign_in(&*store, at(1)).await,
    );
    let events = tenant.events(&*store).await;
    for _ in 0..2 {
        let event = tenant.event(Action::SessionEnded, tenant.owner.as_str(), at(2));
        store.end_session(&ended, event).await.unwrap();
    }
    assert!(!is_usable(&*store, &ended, at(3), at(-1)).await);
    assert!(is_usable(&*store, &other, at(3), at(-1)).await);
    assert_eq!(tenant.events(&*store).await, events + 1);
}

case!(sign_in_failures_are_counted_for_each_subject);
async fn sign_in_failures_are_counted_for_each_subject(store: Shared) {
    let (one, both) = (subjects(&["one"]), subjects(&["one", "two"]));
    assert_eq!(store.blocked_until(&both, at(0)).await.unwrap(), None);
    // The first failure of each subject causes no delay.
    assert_eq!(
        store
            .count_failure(&one, at(0), &DELAYS, at(-9))
            .await
            .unwrap(),
        at(0)
    );
    assert_eq!(store.blocked_until(&both, at(0)).await.unwrap(), None);
    // The second failure of "one" causes a delay of a second, and the first of "two" none.
    assert_eq!(
        store
            .count_failure(&both, at(10), &DELAYS, at(-9))
            .await
            .unwrap(),
        at(11)
    );
    assert_eq!(
        store.blocked_until(&both, at(10)).await.unwrap(),
        Some(at(11))
    );
    assert_eq!(store.blocked_until(&both[1..], at(10)).await.unwrap(), None);
    assert_eq!(
        store
            .blocked_until(&both, just_before(at(11)))
            .await
            .unwrap(),
        Some(at(11))
    );
    assert_eq!(store.blocked_until(&both, at(11)).await.unwrap(), None);
}

case!(longest_sign_in_delay_repeats_after_further_failures);
async fn longest_sign_in_delay_repeats_after_further_failures(store: Shared) {
    let subject = subjects(&["one"]);
    for (number, delay) in [0, 1, 5, 30, 30, 30].into_iter().enumerate() {
        let until = store
            .count_failure(&subject, at(20), &DELAYS, at(-9))
            .await
            .unwrap();
        assert_eq!(until, at(20 + delay), "failure {number}");
    }
    assert_eq!(
        store.blocked_until(&subject, at(20)).await.unwrap(),
        Some(at(50))
    );
}

case!(old_sign_in_failures_are_forgotten);
async fn old_sign_in_failures_are_forgotten(store: Shared) {
    let subject = subjects(&["one"]);
    for _ in 0..3 {
        store
            .count_failure(&subject, at(0), &DELAYS, at(-100))
            .await
            .unwrap();
    }
    // A count that is exactly as old as the limit is continued; an older one starts again.
    assert_eq!(
        store
            .count_failure(&subject, at(100), &DELAYS, at(0))
            .await
            .unwrap(),
        at(130)
    );
    assert_eq!(
        store
            .count_failure(&subject, at(300), &DELAYS, at(101))
            .await
            .unwrap(),
        at(300)
    );
    assert_eq!(
        store
            .count_failure(&subject, at(300), &DELAYS, at(101))
            .await
            .unwrap(),
        at(301)
    );
}

case!(sign_in_delay_lasts_until_its_end_when_old_failures_are_forgotten);
async fn sign_in_delay_lasts_until_its_end_when_old_failures_are_forgotten(store: Shared) {
    let (long, other) = (subjects(&["long"]), subjects(&["other"]));
    let count = async |subjects: &[String], now, delays: &[u32], forget| {
        let counted = store.count_failure(subjects, now, delays, forget).await;
        counted.unwrap()
    };
    assert_eq!(count(&long, at(0), &[1_000], at(-9)).await, at(1_000));
    count(&other, at(500), &DELAYS, at(400)).await;
    let until = async |now| store.blocked_until(&long, now).await.unwrap();
    assert_eq!(until(at(501)).await, Some(at(1_000)));
    assert_eq!(until(at(1_000)).await, None);
}

case!(sign_in_clears_only_the_failures_of_its_own_address);
async fn sign_in_clears_only_the_failures_of_its_own_address(store: Shared) {
    let (a, b) = Tenant::pair(&*store).await;
    let subjects = [a.email, b.email.clone()].map(|email| format!("email:{email}"));
    for _ in 0..4 {
        store
            .count_failure(&subjects, at(0), &DELAYS, at(-9))
            .await
            .unwrap();
    }
    b.sign_in(&*store, at(1)).await;
    assert_eq!(
        store.blocked_until(&subjects[1..], at(1)).await.unwrap(),
        None
    );
    assert_eq!(
        store.blocked_until(&subjects, at(1)).await.unwrap(),
        Some(at(30))
    );
    let until = store
        .count_failure(&subjects[1..], at(2), &DELAYS, at(-9))
        .await
        .unwrap();
    assert_eq!(until, at(2), "the count began again");
}
