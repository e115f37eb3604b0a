//! Expiry notices: keys that are about to end, and the members who are notified.

use crate::fixtures::{Shared, at, race};
use crate::key_changes::{change, edit};
use crate::rotations::{rotate, rotate_by, rotation};
use crate::tenant::Tenant;
use domain::seconds::DAY;
use domain::{KeyId, KeyName, Timestamp};
use service::Zone;
use service::store::{DueNotice, NoticeRecord, OldKeyExpiry, RotateKeyOutcome, Store, UseRecord};

async fn find_due(store: &dyn Store, days: u32, now: Timestamp) -> Vec<DueNotice> {
    let until = now.plus_seconds(i64::from(days) * DAY);
    store
        .due_notices(days, now, until, now, &[], 100)
        .await
        .unwrap()
}

/// Issues a key that ends at `end`, in seconds after the cases begin.
async fn issue_expiring_key(store: &dyn Store, tenant: &Tenant, name: &str, end: i64) -> KeyId {
    tenant
        .issue_key_with(store, name, |key| key.expires_at = Some(at(end)))
        .await
}

/// Rotates a key on the 60th day, a week before it ends. The new key ends at `end`, in seconds
/// after the cases begin.
async fn replace(store: &dyn Store, tenant: &Tenant, old: &KeyId, new: &str, end: i64) {
    let old_end = OldKeyExpiry::At(at(67 * DAY));
    let mut rotation = rotation(tenant, new, at(60 * DAY), old_end);
    rotation.expires_at = Some(at(end));
    let outcome = rotate_by(store, tenant, old, rotation).await;
    assert!(matches!(outcome, RotateKeyOutcome::Rotated { .. }));
}

case!(expiring_keys_are_found_in_the_order_of_their_expiry);
async fn expiring_keys_are_found_in_the_order_of_their_expiry(store: Shared) {
    let (a, b) = Tenant::pair(&*store).await;
    for (tenant, name, end) in [
        (&a, "late", Some(500)),
        (&a, "over", Some(10)),
        (&a, "soon", Some(11)),
        (&a, "last", Some(100)),
        (&a, "after", Some(101)),
        (&a, "endless", None),
        (&a, "revoked", Some(50)),
        (&b, "other", Some(50)),
    ] {
        let mut key = tenant.key(name, at(0));
        key.expires_at = end.map(at);
        tenant.issue(&*store, key).await;
    }
    let revoked = a.key("revoked", at(0)).id;
    a.revoke(&*store, &revoked, at(5)).await;
    let found = async |limit| {
        let keys = store
            .expiring_keys(&a.account, at(10), at(100), limit)
            .await;
        let names = keys.unwrap().into_iter().map(|key| key.name.to_string());
        names.collect::<Vec<_>>()
    };
    assert_eq!(found(10).await, ["Key soon", "Key last"]);
    assert_eq!(found(1).await, ["Key soon"]);

    // A replaced key is no longer reported, unless it is still used.
    let soon = a.key("soon", at(0)).id;
    let grace = OldKeyExpiry::At(at(11));
    rotate(&*store, &a, &soon, "new", at(6), grace).await;
    assert_eq!(found(10).await, ["Key last"]);
    let used = UseRecord {
        at: at(7),
        ip: [192, 0, 2, 7].into(),
        user_agent: None,
    };
    store.record_uses(&[(soon, used)], &[]).await.unwrap();
    assert_eq!(found(10).await, ["Key soon", "Key last"]);
}

case!(owners_are_notified_only_of_expiring_keys_of_their_own_account);
async fn owners_are_notified_only_of_expiring_keys_of_their_own_account(store: Shared) {
    let (a, b) = Tenant::pair(&*store).await;
    let key_of_a = issue_expiring_key(&*store, &a, "mine", 8 * DAY).await;
    let key_of_b = issue_expiring_key(&*store, &b, "theirs", 9 * DAY).await;
    // The other keys get no notice: one was created less than 7 days before its end, by a member
    // who is therefore aware of it; the others have no end, have expired, or are revoked.
    issue_expiring_key(&*store, &a, "short", 7 * DAY).await;
    a.issue_key(&*store, "endless").await;
    issue_expiring_key(&*store, &a, "over", 2 * DAY).await;
    let revoked = issue_expiring_key(&*store, &a, "revoked", 8 * DAY).await;
    a.revoke(&*store, &revoked, at(1)).await;
    assert_eq!(find_due(&*store, 7, at(DAY - 1)).await, [], "not yet");
    let found = find_due(&*store, 7, at(2 * DAY)).await;
    let expected_notice = |tenant: &Tenant, id: &KeyId, name: &str, end: i64| DueNotice {
        notice: NoticeRecord {
            account_id: tenant.account.clone(),
            key_id: id.clone(),
            member_id: tenant.owner.clone(),
            days: 7,
            end: at(end),
        },
        to: tenant.email.clone(),
        name: KeyName::parse(name).unwrap(),
        preview: "vx_abc123…".to_owned(),
        zone: Zone::parse("UTC").unwrap(),
    };
    assert_eq!(
        found,
        [
            expected_notice(&a, &key_of_a, "Key mine", 8 * DAY),
            expected_notice(&b, &key_of_b, "Key theirs", 9 * DAY)
        ]
    );
    let first = store
        .due_notices(7, at(2 * DAY), at(9 * DAY), at(2 * DAY), &[], 1)
        .await;
    assert_eq!(first.unwrap().len(), 1);
    let between = store
        .due_notices(7, at(8 * DAY), at(9 * DAY), at(2 * DAY), &[], 9)
        .await;
    assert_eq!(between.unwrap(), found[1..], "after `from` and by `until`");
    let (from, until, now) = (at(2 * DAY), at(9 * DAY), at(2 * DAY));
    for (resting, expected) in [
        (vec![a.account.clone()], &found[1..]),
        (vec![b.account.clone()], &found[..1]),
        (vec![a.account.clone(), b.account.clone()], &[]),
    ] {
        let notices = store.due_notices(7, from, until, now, &resting, 9).await;
        assert_eq!(notices.unwrap(), expected, "without {resting:?}");
    }
}

case!(rotated_key_gets_no_expiry_notice_before_its_last_day);
async fn rotated_key_gets_no_expiry_notice_before_its_last_day(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let id = issue_expiring_key(&*store, &tenant, "old", 90 * DAY).await;
    replace(&*store, &tenant, &id, "new", 400 * DAY).await;
    assert_eq!(find_due(&*store, 30, at(60 * DAY)).await, []);
    assert_eq!(find_due(&*store, 7, at(60 * DAY)).await, []);
    assert_eq!(find_due(&*store, 1, at(66 * DAY)).await.len(), 1);
}

case!(rotated_key_gets_its_expiry_notice_once_its_replacement_has_ended);
async fn rotated_key_gets_its_expiry_notice_once_its_replacement_has_ended(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    for (name, end) in [("revoked", 400), ("expired", 63), ("live", 400)] {
        let id = issue_expiring_key(&*store, &tenant, name, 90 * DAY).await;
        replace(&*store, &tenant, &id, &format!("new-{name}"), end * DAY).await;
    }
    let find_names = async |now| {
        let due = find_due(&*store, 7, now).await;
        let mut names: Vec<_> = due.iter().map(|due| due.name.to_string()).collect();
        names.sort_unstable();
        names
    };
    assert_eq!(find_names(at(61 * DAY)).await, [""; 0]);
    let revoked = tenant.key("new-revoked", at(0)).id;
    tenant.revoke(&*store, &revoked, at(62 * DAY)).await;
    assert_eq!(find_names(at(62 * DAY)).await, ["Key revoked"]);
    let both = ["Key expired", "Key revoked"];
    assert_eq!(find_names(at(63 * DAY)).await, both);
    // Lists note that a key has expired.
    let noted = store.note_expired(&tenant.account, at(63 * DAY)).await;
    noted.unwrap();
    assert_eq!(find_names(at(63 * DAY)).await, both);
}

case!(expiry_notice_is_claimed_once_until_it_is_released);
async fn expiry_notice_is_claimed_once_until_it_is_released(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let id = issue_expiring_key(&*store, &tenant, "one", 20 * DAY).await;
    let now = at(13 * DAY);
    let notice = find_due(&*store, 7, now).await.remove(0).notice;
    assert!(store.claim_notice(&notice, now).await.unwrap());
    assert!(!store.claim_notice(&notice, now).await.unwrap());
    assert_eq!(find_due(&*store, 7, now).await, []);
    // Each number of days is a separate notice.
    assert_eq!(
        find_due(&*store, 30, now).await.len(),
        0,
        "made within 30 days"
    );
    assert_eq!(find_due(&*store, 1, at(19 * DAY)).await.len(), 1);

    let again = at(13 * DAY + 60);
    store.release_notice(&notice, again).await.unwrap();
    assert!(
        !store
            .claim_notice(&notice, at(13 * DAY + 59))
            .await
            .unwrap()
    );
    assert_eq!(find_due(&*store, 7, at(13 * DAY + 59)).await, []);
    assert_eq!(find_due(&*store, 7, again).await.len(), 1);
    assert!(store.claim_notice(&notice, again).await.unwrap());
    assert!(!store.claim_notice(&notice, again).await.unwrap());

    // Another end leads to another notice.
    let mut other = tenant.find(&*store, &id).await.settings();
    let before = other.clone();
    other.expires_at = Some(at(40 * DAY));
    change(&*store, &tenant, &id, &edit(before, other), again).await;
    assert_eq!(find_due(&*store, 7, at(33 * DAY)).await.len(), 1);
}

case!(only_one_of_ten_concurrent_claims_of_a_notice_succeeds);
async fn only_one_of_ten_concurrent_claims_of_a_notice_succeeds(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    issue_expiring_key(&*store, &tenant, "one", 20 * DAY).await;
    let notice = find_due(&*store, 7, at(13 * DAY)).await.remove(0).notice;
    let won = race(10, |_| {
        let (store, notice) = (store.clone(), notice.clone());
        async move { store.claim_notice(&notice, at(13 * DAY)).await.unwrap() }
    })
    .await;
    assert_eq!(won.iter().filter(|won| **won).count(), 1);
}
