//! Data that calls add, and data that remains after a flush.

use super::{KeyUsage, MAX_COUNTS, Usages, lock};
use crate::clock::ManualClock;
use crate::limit::Allowance;
use crate::origin::CalledKey;
use crate::origin::RequestOrigin;
use crate::store::{Caller, CallerStats, MAX_CALLERS, UseRecord};
use domain::{AccountId, KeyId, Outcome, RateLimit, RefusalCode, Scope, Timestamp};
use std::net::Ipv4Addr;
use std::sync::Arc;

const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const REVOKED: Outcome = Outcome::Refused(RefusalCode::RevokedKey);

fn of(usages: &Usages, name: &str) -> Arc<KeyUsage> {
    let account = AccountId::parse("a").unwrap();
    usages.of(CalledKey::new(account, KeyId::parse(name).unwrap()), None)
}

fn source(tail: u8, agent: &str) -> RequestOrigin<'_> {
    RequestOrigin::new([203, 0, 113, tail].into(), Some(agent.as_bytes()))
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn used(millis: i64) -> UseRecord {
    UseRecord {
        at: at(millis),
        ip: Ipv4Addr::LOCALHOST.into(),
        user_agent: None,
    }
}

fn queued(usages: &Usages) -> usize {
    usages.unwritten.iter().map(|list| lock(list).len()).sum()
}

fn calls(usage: &KeyUsage) -> Vec<u64> {
    let counts = usage.counts_to_write();
    counts.iter().map(|count| count.calls).collect()
}

#[test]
fn earlier_use_recorded_late_changes_nothing() {
    let usages = Usages::default();
    let key = of(&usages, "k");
    assert_eq!(usages.note_use(&key, at(20), source(1, "curl")), None);
    let before = usages.note_use(&key, at(10), source(1, "curl"));
    assert_eq!(before, Some(at(20)));
    assert_eq!(key.last_use().unwrap().at, at(20));
    let id = &key.key().key_id;
    assert_eq!(usages.latest(id, Some(used(30))).unwrap().at, at(30));
    assert_eq!(usages.latest(id, Some(used(19))).unwrap().at, at(20));
}

#[test]
fn later_use_seen_by_another_node_is_adopted_and_not_written_again() {
    let usages = Usages::default();
    let key = of(&usages, "k");
    usages.note_use(&key, at(20), source(1, "curl"));
    usages.of(key.key().clone(), Some(used(30)));
    assert_eq!(key.last_use(), Some(used(30)));
    assert_eq!(key.use_to_write(), None);
    usages.of(key.key().clone(), Some(used(25)));
    assert_eq!(key.last_use(), Some(used(30)));
}

#[test]
fn calls_with_the_same_outcome_in_the_same_quarter_hour_share_a_count() {
    let usages = Usages::default();
    let key = of(&usages, "k");
    let limited = Outcome::Refused(RefusalCode::RateLimited);
    for (seconds, outcome) in [
        (0, Outcome::Accepted),
        (1, Outcome::Accepted),
        (900, Outcome::Accepted),
        (0, limited),
    ] {
        usages.count(&key, outcome, NOON.plus_seconds(seconds));
    }
    assert_eq!(calls(&key), [2, 1, 1]);
    assert!(key.was_accepted());
}

#[test]
fn uses_recorded_during_a_write_are_kept_and_written_ones_are_removed() {
    let usages = Usages::default();
    let (key, other) = (of(&usages, "k"), of(&usages, "other"));
    let note = |usage: &Arc<KeyUsage>, seconds: i64| {
        let now = NOON.plus_seconds(seconds);
        usages.note_use(usage, now, source(1, "curl"));
        usages.count(usage, Outcome::Accepted, now);
    };
    note(&key, 0);
    assert_eq!((queued(&usages), usages.pending()), (1, 1));
    let writing = usages.take_unwritten();
    let (last_use, counts) = (key.use_to_write().unwrap(), key.counts_to_write());
    note(&key, 1);
    note(&other, 1);
    assert_eq!(queued(&usages), 1, "one that is being written is in none");
    assert_eq!(usages.pending(), 2);
    key.forget_use(&last_use);
    key.forget_counts(&counts);
    key.take_caller_stats();
    assert_eq!(calls(&key), [1]);
    assert_eq!(key.use_to_write().unwrap().at, NOON.plus_seconds(1));
    usages.settle(&writing[0]);
    assert_eq!((queued(&usages), usages.pending()), (2, 2));
    usages.take_unwritten();
    key.forget_use(&key.use_to_write().unwrap());
    key.forget_counts(&key.counts_to_write());
    assert_eq!(key.use_to_write(), None);
    assert_eq!(calls(&key).len(), 0);
    usages.settle(&key);
    assert_eq!((queued(&usages), usages.pending()), (0, 1));
    note(&key, 2);
    assert_eq!(queued(&usages), 1, "the next call puts it into a list");
}

#[test]
fn unwritten_counts_are_bounded_but_existing_ones_still_increase() {
    let usages = Usages::default();
    let key = of(&usages, "k");
    usages.count(&key, Outcome::Accepted, NOON);
    while usages.reserve_count() {}
    assert_eq!(
        usages.counts.load(std::sync::atomic::Ordering::Relaxed),
        MAX_COUNTS
    );
    usages.count(&key, Outcome::Accepted, NOON);
    usages.count(&key, REVOKED, NOON);
    assert_eq!(
        calls(&key),
        [2],
        "no new ones, and those that are there go on"
    );
    let written = key.counts_to_write();
    usages.release_counts(key.forget_counts(&written));
    usages.count(&key, REVOKED, NOON);
    assert_eq!(calls(&key), [1]);
}

fn seen(key: &KeyUsage) -> Vec<Caller> {
    let stats = key.take_caller_stats();
    stats
        .map(|CallerStats { callers, .. }| callers)
        .unwrap_or_default()
}

#[test]
fn calls_with_the_same_address_user_agent_and_outcome_are_one_caller() {
    let usages = Usages::default();
    let key = of(&usages, "k");
    let note = |tail, agent, millis| {
        usages.note_use(&key, at(millis), source(tail, agent));
    };
    note(1, "curl", 20);
    note(1, "curl", 10);
    // The name is kept without invisible characters.
    note(1, "cu\u{200b}rl", 15);
    note(1, "wget", 20);
    note(2, "curl", 20);
    usages.note_refusal(&key, REVOKED, at(20), source(1, "curl"));
    let summary = |caller: &Caller| (caller.first.millis(), caller.last.millis(), caller.calls);
    let summary: Vec<_> = seen(&key).iter().map(summary).collect();
    assert_eq!(
        summary,
        [(10, 20, 3), (20, 20, 1), (20, 20, 1), (20, 20, 1)]
    );
    assert_eq!(seen(&key), []);
}

#[test]
fn invented_user_agents_are_bounded_and_evict_no_caller_of_another_outcome() {
    let usages = Usages::default();
    let key = of(&usages, "k");
    usages.note_use(&key, at(0), source(1, "the feed"));
    for number in 0..10_000 {
        let agent = format!("program {number}");
        usages.note_refusal(&key, REVOKED, at(number), source(7, &agent));
    }
    let callers = seen(&key);
    assert_eq!(callers.len(), MAX_CALLERS + 1);
    assert_eq!(callers[0].user_agent.as_deref(), Some("the feed"));
    let oldest = callers[1..].iter().map(|caller| caller.last.millis()).min();
    assert_eq!(oldest, Some(9_980), "the latest are kept");
}

#[test]
fn callers_are_written_again_if_their_write_failed() {
    let usages = Usages::default();
    let key = of(&usages, "k");
    usages.note_use(&key, at(10), source(1, "curl"));
    usages.note_scope(&key, Scope::LeadsRead, at(10));
    let taken = key.take_caller_stats().unwrap();
    key.put_back(taken.clone());
    assert_eq!(key.take_caller_stats().as_ref(), Some(&taken));
    usages.note_use(&key, at(20), source(2, "curl"));
    key.put_back(taken);
    let both = key.take_caller_stats().unwrap();
    assert_eq!(both.callers.len(), 1);
    assert!(both.scope_uses.last(Scope::LeadsRead).is_some());
}

#[test]
fn each_key_has_its_own_bucket() {
    let (usages, clock) = (Usages::default(), ManualClock::at(NOON));
    let one = RateLimit::new(1, 1).unwrap();
    let spend = |name: &str| of(&usages, name).spend(one, &clock).allowed;
    assert!(spend("a"));
    assert!(!spend("a"));
    assert!(spend("b"));
}

#[test]
fn key_is_forgotten_when_its_bucket_is_full_and_no_count_is_unwritten() {
    let (usages, clock) = (Usages::default(), ManualClock::at(NOON));
    for number in 0..1_000 {
        of(&usages, &number.to_string()).spend(RateLimit::DEFAULT, &clock);
    }
    for _ in 0..30 {
        of(&usages, "much").spend(RateLimit::DEFAULT, &clock);
    }
    usages.count(&of(&usages, "unwritten"), Outcome::Accepted, NOON);
    let held = of(&usages, "held");
    clock.advance_seconds(1);
    usages.forget_idle(&clock);
    let mut left: Vec<_> = usages
        .in_memory
        .iter()
        .map(|usage| usage.key().as_str().to_owned())
        .collect();
    left.sort_unstable();
    assert_eq!(left, ["held", "much", "unwritten"]);
    let Allowance { remaining, .. } = of(&usages, "much").spend(RateLimit::DEFAULT, &clock);
    assert_eq!(remaining, 100 - 30 + 10 - 1);
    drop(held);
    for usage in usages.take_unwritten() {
        usage.forget_counts(&usage.counts_to_write());
        usage.stays_queued();
    }
    clock.advance_seconds(10);
    usages.forget_idle(&clock);
    assert!(usages.in_memory.is_empty());
}

#[test]
fn concurrent_calls_pass_exactly_up_to_the_depth_of_the_bucket() {
    let (usages, clock) = (Usages::default(), ManualClock::at(NOON));
    let key = of(&usages, "k");
    let passed: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let spend = |_: &usize| key.spend(RateLimit::DEFAULT, &clock).allowed;
                    (0..1_000).filter(spend).count()
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).sum()
    });
    assert_eq!(passed, 100);
}

#[test]
fn each_key_is_queued_for_writing_exactly_once() {
    let usages = Usages::default();
    let keys: Vec<_> = (0..200)
        .map(|number| of(&usages, &number.to_string()))
        .collect();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for key in &keys {
                    usages.count(key, Outcome::Accepted, NOON);
                }
            });
        }
    });
    let taken = usages.take_unwritten();
    assert_eq!(taken.len(), 200);
    assert_eq!(taken.iter().flat_map(|key| calls(key)).sum::<u64>(), 800);
    assert!(usages.unwritten.iter().all(|list| lock(list).is_empty()));
}
