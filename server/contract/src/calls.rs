//! Counts of calls by quarters of an hour.

use crate::fixtures::{Shared, at, race};
use crate::tenant::Tenant;
use domain::seconds::{DAY, HOUR};
use domain::{AccountId, KeyId, Outcome, RefusalCode, Timestamp};
use service::store::{CallCount, CallSum, CountedCalls, DailyCalls, Store, UseRecord};

/// The quarter of an hour in which the cases begin, which is also the beginning of an hour.
const START: Timestamp = Timestamp::from_millis(1_789_999_200_000);
const QUARTER: i64 = 900;
const LIMITED: Outcome = Outcome::Refused(RefusalCode::RateLimited);

fn count(tenant: &Tenant, key: &KeyId, seconds: i64, outcome: Outcome, calls: u64) -> CallCount {
    CallCount {
        account_id: tenant.account.clone(),
        key_id: key.clone(),
        at: START.plus_seconds(seconds),
        outcome,
        calls,
    }
}

fn counted_calls(seconds: i64, outcome: Outcome, calls: u64) -> CountedCalls {
    CountedCalls {
        since: START.plus_seconds(seconds),
        outcome,
        calls,
    }
}

async fn record(store: &dyn Store, calls: &[CallCount]) {
    store.record_uses(&[], calls).await.unwrap();
}

/// Returns the calls of the first quarters of an hour.
async fn calls_of_account(store: &dyn Store, tenant: &Tenant) -> Vec<CountedCalls> {
    let quarters = (0..8).map(|number| START.plus_seconds(number * QUARTER));
    let quarters: Vec<_> = quarters.collect();
    store.calls(&tenant.account, &quarters).await.unwrap()
}

async fn calls_of_key(store: &dyn Store, tenant: &Tenant, key: &KeyId) -> Vec<CountedCalls> {
    store.key_calls(&tenant.account, key, START).await.unwrap()
}

case!(call_counts_of_two_months_are_stored_in_one_write);
async fn call_counts_of_two_months_are_stored_in_one_write(store: Shared) {
    // The quarters of two months during which the database accepted no writes.
    const QUARTERS: i64 = 6_000;
    let tenant = Tenant::create(&*store, "a").await;
    let key = tenant.issue_key(&*store, "one").await;
    let counts = (0..QUARTERS).map(|at| count(&tenant, &key, at * QUARTER, Outcome::Accepted, 1));
    record(&*store, &counts.collect::<Vec<_>>()).await;
    let quarters = calls_of_key(&*store, &tenant, &key).await;
    assert_eq!(i64::try_from(quarters.len()), Ok(QUARTERS));
    assert_eq!(
        store.calls(&tenant.account, &[START]).await.unwrap(),
        [counted_calls(0, Outcome::Accepted, 6_000)]
    );
}

case!(calls_of_accounts_and_keys_are_summed_by_quarter_hour);
async fn calls_of_accounts_and_keys_are_summed_by_quarter_hour(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let (one, two) = (
        tenant.issue_key(&*store, "one").await,
        tenant.issue_key(&*store, "two").await,
    );
    let events = tenant.events(&*store).await;
    record(
        &*store,
        &[
            count(&tenant, &one, 0, Outcome::Accepted, 3),
            count(&tenant, &two, 899, Outcome::Accepted, 4),
            count(&tenant, &one, 900, LIMITED, 1),
        ],
    )
    .await;
    record(
        &*store,
        &[
            count(&tenant, &one, 899, Outcome::Accepted, 10),
            count(&tenant, &one, HOUR, Outcome::Accepted, 1),
        ],
    )
    .await;
    let account = [
        counted_calls(0, Outcome::Accepted, 17),
        counted_calls(QUARTER, LIMITED, 1),
        counted_calls(HOUR, Outcome::Accepted, 1),
    ];
    assert_eq!(calls_of_account(&*store, &tenant).await, account);
    let key = [
        counted_calls(0, Outcome::Accepted, 13),
        counted_calls(QUARTER, LIMITED, 1),
        counted_calls(HOUR, Outcome::Accepted, 1),
    ];
    assert_eq!(calls_of_key(&*store, &tenant, &one).await, key);
    assert_eq!(
        calls_of_key(&*store, &tenant, &two).await,
        [counted_calls(0, Outcome::Accepted, 4)]
    );
    let later = START.plus_seconds(1);
    let intervals = [later, START.plus_seconds(HOUR)];
    assert_eq!(
        store.calls(&tenant.account, &intervals).await.unwrap(),
        [
            counted_calls(1, LIMITED, 1),
            counted_calls(HOUR, Outcome::Accepted, 1)
        ]
    );
    let open = [
        counted_calls(0, Outcome::Accepted, 18),
        counted_calls(0, LIMITED, 1),
    ];
    assert_eq!(
        store.calls(&tenant.account, &[START]).await.unwrap(),
        open,
        "the last interval has not ended"
    );
    assert_eq!(store.calls(&tenant.account, &[]).await.unwrap(), []);
    assert_eq!(
        store.key_calls(&tenant.account, &one, later).await.unwrap(),
        key[1..]
    );
    assert_eq!(tenant.events(&*store).await, events, "a call is no change");
}

case!(calls_of_several_keys_are_summed_by_day);
async fn calls_of_several_keys_are_summed_by_day(store: Shared) {
    let (tenant, stranger) = Tenant::pair(&*store).await;
    let (one, two, idle) = (
        tenant.issue_key(&*store, "one").await,
        tenant.issue_key(&*store, "two").await,
        tenant.issue_key(&*store, "idle").await,
    );
    let foreign = stranger.issue_key(&*store, "one").await;
    let forbidden = Outcome::Refused(RefusalCode::MissingScope);
    record(
        &*store,
        &[
            count(&tenant, &one, -QUARTER, Outcome::Accepted, 100),
            count(&tenant, &one, 0, Outcome::Accepted, 3),
            count(&tenant, &one, DAY - 1, Outcome::Accepted, 4),
            count(&tenant, &one, DAY - 1, LIMITED, 1),
            count(&tenant, &one, QUARTER, forbidden, 2),
            count(&tenant, &one, 2 * DAY, forbidden, 9),
            count(&tenant, &two, 3 * DAY, Outcome::Accepted, 5),
            count(&stranger, &foreign, 0, Outcome::Accepted, 7),
        ],
    )
    .await;
    // The second day has an hour less, as when clocks are changed, and the third has not ended.
    let days = [0, DAY, 2 * DAY - HOUR].map(|seconds| START.plus_seconds(seconds));
    let daily = async |account: &AccountId, keys: &[KeyId], days: &[Timestamp]| {
        store.daily_calls(account, keys, days).await.unwrap()
    };
    let keys = [one.clone(), two.clone(), idle.clone(), foreign];
    let calls = |key: &KeyId, day: Timestamp, accepted, refused| DailyCalls {
        key_id: key.clone(),
        day,
        accepted,
        refused,
    };
    let mut expected = vec![
        calls(&one, days[0], 7, 3),
        calls(&one, days[2], 0, 9),
        calls(&two, days[2], 5, 0),
    ];
    expected.sort_by(|a, b| (&a.key_id.as_str(), a.day).cmp(&(&b.key_id.as_str(), b.day)));
    assert_eq!(daily(&tenant.account, &keys, &days).await, expected);
    let mut since = vec![calls(&one, days[0], 7, 12), calls(&two, days[0], 5, 0)];
    since.sort_by(|a, b| a.key_id.as_str().cmp(b.key_id.as_str()));
    let day = &days[..1];
    assert_eq!(
        daily(&tenant.account, &keys, day).await,
        since,
        "one long day"
    );
    // The keys that were used last come first, and every time zone has its own edge.
    let uses = [(&idle, 5), (&one, 7)].map(|(key, seconds)| {
        let used = UseRecord {
            at: at(seconds),
            ip: [192, 0, 2, 7].into(),
            user_agent: None,
        };
        (key.clone(), used)
    });
    store.record_uses(&uses, &[]).await.unwrap();
    for since in days {
        let latest = store.calls_of_latest_keys(&tenant.account, since, 2);
        let latest = latest.await.unwrap();
        let names: Vec<_> = latest.iter().map(|key| key.name.as_str()).collect();
        assert_eq!(names, ["Key one", "Key idle"]);
        let mut sum = CallSum::default();
        for calls in daily(&tenant.account, &keys[..1], &[since]).await {
            (sum.accepted, sum.refused) = (calls.accepted, calls.refused);
        }
        assert_eq!((&latest[0].id, latest[0].calls), (&one, sum));
        assert_eq!(
            (&latest[1].id, latest[1].calls),
            (&idle, CallSum::default())
        );
    }
    assert_eq!(daily(&tenant.account, &[], &days).await, []);
    assert_eq!(daily(&tenant.account, &keys, &[]).await, []);
}

/// Sums the counts of each key by days, one count after the other.
fn sum_by_day(counts: &[(KeyId, Vec<CountedCalls>)], days: &[Timestamp]) -> Vec<DailyCalls> {
    let mut sums = Vec::new();
    for (key, counts) in counts {
        for (index, day) in days.iter().enumerate() {
            let next = days.get(index + 1);
            let mut sum = CallSum::default();
            for count in counts {
                if *day <= count.since && next.is_none_or(|next| count.since < *next) {
                    sum.add(count.outcome, count.calls);
                }
            }
            if sum.total() > 0 {
                sums.push(DailyCalls {
                    key_id: key.clone(),
                    day: *day,
                    accepted: sum.accepted,
                    refused: sum.refused,
                });
            }
        }
    }
    sums
}

case!(daily_calls_equal_the_counts_in_every_time_zone_whatever_is_written_and_swept);
async fn daily_calls_equal_the_counts_in_every_time_zone_whatever_is_written_and_swept(
    store: Shared,
) {
    const DAYS: i64 = 9;
    let tenant = Tenant::create(&*store, "a").await;
    let mut keys = Vec::new();
    for name in ["one", "two", "three", "idle"] {
        keys.push(tenant.issue_key(&*store, name).await);
    }
    keys.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    let used = &keys[..3];
    // Each writer adds to quarters and outcomes that others also write, and to some that only it
    // writes.
    race(8, |writer| {
        let (store, tenant, mut used) = (store.clone(), tenant.clone(), used.to_vec());
        async move {
            let writer = i64::from(writer);
            if writer % 2 == 0 {
                used.reverse();
            }
            for day in 0..DAYS {
                let mut calls = Vec::new();
                for (number, key) in (1..).zip(&used) {
                    for hour in (0..24).filter(|hour| (hour + writer + day) % 5 < 3) {
                        let seconds = day * DAY + hour * HOUR + writer % 4 * QUARTER;
                        let many = u64::try_from(hour).unwrap() + number;
                        calls.push(count(&tenant, key, seconds, Outcome::Accepted, many));
                        if hour % 3 == 0 {
                            calls.push(count(&tenant, key, seconds, LIMITED, number));
                        }
                    }
                }
                record(&*store, &calls).await;
            }
        }
    })
    .await;
    let assert_equal = async || {
        let mut counts = Vec::new();
        for key in &keys {
            let first = START.plus_seconds(-2 * DAY);
            let calls = store.key_calls(&tenant.account, key, first).await;
            counts.push((key.clone(), calls.unwrap()));
        }
        // From 14 hours east to 12 hours west of UTC. The third day lacks an hour, and the sixth
        // has an hour more.
        for quarter in (-4 * 14..=4 * 12).step_by(5).chain([-4, -8, 0]) {
            let days = (0..DAYS).map(|day| {
                let shift = if (3..6).contains(&day) { -HOUR } else { 0 };
                let midnight = START.millis() / 1_000 / DAY * DAY + day * DAY;
                Timestamp::from_millis((midnight + quarter * QUARTER + shift) * 1_000)
            });
            let days: Vec<_> = days.collect();
            for days in [&days[..], &days[2..3]] {
                let daily = store.daily_calls(&tenant.account, &keys, days).await;
                let expected = sum_by_day(&counts, days);
                assert_ne!(expected, []);
                assert_eq!(daily.unwrap(), expected, "{quarter} quarters from UTC");
            }
        }
    };
    assert_equal().await;
    // The limit ends a sweep within a quarter, and `before` is within a day.
    let before = START.plus_seconds(2 * DAY + 5 * HOUR);
    assert_eq!(store.sweep_calls(before, 7).await.unwrap(), 7 + 7);
    assert_equal().await;
    while store.sweep_calls(before, 100).await.unwrap() > 0 {}
    assert_equal().await;
}

case!(no_call_is_lost_when_thirty_counts_are_stored_concurrently);
async fn no_call_is_lost_when_thirty_counts_are_stored_concurrently(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let key = tenant.issue_key(&*store, "one").await;
    race(30, |number| {
        let store = store.clone();
        let calls = count(&tenant, &key, 0, Outcome::Accepted, u64::from(number) + 1);
        async move { record(&*store, &[calls]).await }
    })
    .await;
    assert_eq!(
        calls_of_account(&*store, &tenant).await,
        [counted_calls(0, Outcome::Accepted, 465)]
    );
}

case!(calls_of_foreign_or_unknown_keys_are_ignored);
async fn calls_of_foreign_or_unknown_keys_are_ignored(store: Shared) {
    let (tenant, stranger) = Tenant::pair(&*store).await;
    let (own_key, stranger_key) = (
        tenant.issue_key(&*store, "one").await,
        stranger.issue_key(&*store, "one").await,
    );
    let unknown = tenant.key("unknown", at(0)).id;
    record(
        &*store,
        &[
            count(&tenant, &stranger_key, 0, Outcome::Accepted, 1),
            count(&tenant, &unknown, 0, Outcome::Accepted, 1),
            count(&stranger, &stranger_key, 0, Outcome::Accepted, 5),
        ],
    )
    .await;
    assert_eq!(calls_of_account(&*store, &tenant).await, []);
    assert_eq!(calls_of_key(&*store, &tenant, &own_key).await, []);
    assert_eq!(calls_of_key(&*store, &tenant, &stranger_key).await, []);
    assert_eq!(store.first_call(&tenant.account).await.unwrap(), None);
    let own = [counted_calls(0, Outcome::Accepted, 5)];
    assert_eq!(calls_of_account(&*store, &stranger).await, own);
    assert_eq!(calls_of_key(&*store, &stranger, &stranger_key).await, own);
}

case!(first_accepted_call_is_remembered_after_its_count_is_swept);
async fn first_accepted_call_is_remembered_after_its_count_is_swept(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let key = tenant.issue_key(&*store, "one").await;
    let first = async || store.first_call(&tenant.account).await.unwrap();
    record(&*store, &[count(&tenant, &key, 0, LIMITED, 1)]).await;
    assert_eq!(first().await, None);
    record(&*store, &[count(&tenant, &key, 7, Outcome::Accepted, 1)]).await;
    record(&*store, &[count(&tenant, &key, 8, Outcome::Accepted, 1)]).await;
    assert_eq!(first().await, Some(START.plus_seconds(7)));
    store
        .sweep_calls(START.plus_seconds(HOUR), 100)
        .await
        .unwrap();
    assert_eq!(first().await, Some(START.plus_seconds(7)));
}

case!(old_call_counts_are_swept_in_batches);
async fn old_call_counts_are_swept_in_batches(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let key = tenant.issue_key(&*store, "one").await;
    let calls: Vec<_> = (0..8)
        .map(|number| count(&tenant, &key, number * QUARTER, Outcome::Accepted, 1))
        .collect();
    record(&*store, &calls).await;
    let last = START.plus_seconds(7 * QUARTER);
    // Seven quarters began before the last one.
    for swept in [5 + 5, 2 + 2, 0] {
        assert_eq!(store.sweep_calls(last, 5).await.unwrap(), swept);
    }
    let left = [counted_calls(7 * QUARTER, Outcome::Accepted, 1)];
    assert_eq!(calls_of_account(&*store, &tenant).await, left);
    assert_eq!(calls_of_key(&*store, &tenant, &key).await, left);
}
