//! Which verdicts are in memory, and when they may be used.

use super::epochs::LEASE;
use super::{CAPACITY, Verdict, Verdicts};
use crate::key::{KeyDigest, KeyState};
use crate::origin::CalledKey;
use crate::store::AffectedKeys;
use crate::usage::KeyUsage;
use domain::{AccountId, AccountName, KeyId, KeyName, RateLimit, ScopeSet, Timestamp};
use std::sync::Arc;

const NOW: u64 = 5 * LEASE;
const A: KeyDigest = KeyDigest::from_bytes([1; 32]);
const B: KeyDigest = KeyDigest::from_bytes([2; 32]);

pub(super) fn verdict(revoked: bool) -> Verdict {
    of_account("a", revoked)
}

pub(super) fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

fn of_account(id: &str, revoked: bool) -> Verdict {
    let at = Timestamp::from_millis(0);
    Verdict {
        usage: Arc::new(KeyUsage::new(
            CalledKey::new(account(id), KeyId::parse("k").unwrap()),
            Arc::default(),
        )),
        account_name: AccountName::parse("Acme").unwrap(),
        name: KeyName::parse("CRM Sync").unwrap(),
        preview: "vx_abc123…".to_owned(),
        created_at: at,
        scopes: ScopeSet::from(vec![]),
        limit: RateLimit::DEFAULT,
        allow_list: None,
        expires_at: None,
        state: if revoked {
            KeyState::Revoked { at }
        } else {
            KeyState::Active
        },
        replaced_at: None,
    }
}

/// With a lease that began at `NOW`.
fn verdicts() -> Verdicts {
    let verdicts = Verdicts::default();
    verdicts.extend(NOW);
    verdicts
}

fn keep(verdicts: &Verdicts, digest: &KeyDigest, of: &str) {
    let epoch = verdicts.epoch();
    verdicts.keep(digest, Arc::new(of_account(of, false)), epoch);
}

#[test]
fn cached_verdict_is_used_only_under_a_valid_lease() {
    let verdicts = verdicts();
    keep(&verdicts, &A, "a");
    assert!(verdicts.find(&A, NOW).is_some());
    assert!(verdicts.find(&B, NOW).is_none(), "another key");
    assert!(verdicts.find(&A, NOW + LEASE - 1).is_some());
    assert!(
        verdicts.find(&A, NOW + LEASE).is_none(),
        "the lease is over"
    );
    verdicts.extend(NOW + LEASE);
    assert!(verdicts.find(&A, NOW + LEASE).is_some());
    verdicts.withdraw();
    assert!(verdicts.find(&A, NOW + LEASE).is_none(), "it was withdrawn");
}

#[test]
fn verdict_read_before_a_change_and_cached_after_it_is_never_used() {
    let verdicts = verdicts();
    let epoch = verdicts.epoch();
    let read = Arc::new(verdict(false));
    verdicts.note(&AffectedKeys::Key(A));
    verdicts.keep(&A, read, epoch);
    assert!(verdicts.find(&A, NOW).is_none());
    keep(&verdicts, &A, "a");
    assert!(verdicts.find(&A, NOW).is_some(), "it was read anew");
}

#[test]
fn change_invalidates_its_key_or_every_key_of_its_account() {
    let verdicts = verdicts();
    keep(&verdicts, &A, "a");
    keep(&verdicts, &B, "b");
    verdicts.note(&AffectedKeys::Key(B));
    assert!(verdicts.find(&A, NOW).is_some() && verdicts.find(&B, NOW).is_none());
    keep(&verdicts, &B, "b");
    verdicts.note(&AffectedKeys::Account(account("a")));
    assert!(verdicts.find(&A, NOW).is_none() && verdicts.find(&B, NOW).is_some());
    keep(&verdicts, &A, "a");
    assert!(verdicts.find(&A, NOW).is_some());
    verdicts.invalidate_all();
    assert!(verdicts.find(&A, NOW).is_none() && verdicts.find(&B, NOW).is_none());
}

#[test]
fn cache_is_bounded_and_keeps_the_key_in_use() {
    let verdicts = verdicts();
    keep(&verdicts, &A, "a");
    let other = Arc::new(verdict(false));
    for number in 0..CAPACITY as u64 + CAPACITY as u64 / 5 {
        // Spread evenly, as real digests are.
        let mut digest = [9; 32];
        let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        digest[..8].copy_from_slice(&spread.to_ne_bytes());
        let digest = KeyDigest::from_bytes(digest);
        verdicts.keep(&digest, other.clone(), verdicts.epoch());
        if number % 100 == 0 {
            assert!(verdicts.find(&A, NOW).is_some(), "after {number} others");
        }
    }
    assert!(verdicts.memory.0.len() <= CAPACITY);
}
