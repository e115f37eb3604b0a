//! Failed sign-ins, counted by hour, network and member.

use crate::fixtures::{Shared, at};
use crate::tenant::Tenant;
use domain::Timestamp;
use domain::seconds::HOUR;
use service::store::{Action, Actor, AuditEvent, FailedAttempts, MAX_COUNTED_NETWORKS, Store};
use std::net::IpAddr;

/// A count whose hour is over can be closed.
fn attempts(tenant: &Tenant, last: u8, hour: Timestamp, attempts: u64) -> FailedAttempts {
    let ip = IpAddr::from([198, 51, 100, last]);
    FailedAttempts {
        member_id: tenant.owner.clone(),
        action: Action::SessionRefused,
        hour,
        network: ip.to_string(),
        ip: Some(ip),
        attempts,
    }
}

/// Returns the events of failed sign-ins, oldest first.
async fn events(store: &dyn Store, tenant: &Tenant) -> Vec<AuditEvent> {
    let events = store.audit_events(&tenant.account, 1_000).await.unwrap();
    let failed = events
        .into_iter()
        .filter(|event| event.actor == Actor::Unknown);
    let mut failed: Vec<_> = failed.collect();
    failed.reverse();
    failed
}

async fn close(store: &dyn Store, before: Timestamp) -> u64 {
    let mut closed = 0;
    loop {
        match store.close_attempts(before, at(9_000), 2).await.unwrap() {
            0 => return closed,
            some => closed += some,
        }
    }
}

case!(failed_sign_ins_are_recorded_at_the_first_one_and_after_their_hour);
async fn failed_sign_ins_are_recorded_at_the_first_one_and_after_their_hour(store: Shared) {
    let (a, b) = Tenant::pair(&*store).await;
    for (tenant, last, count) in [(&a, 1, 2), (&a, 1, 5), (&a, 2, 1), (&b, 1, 1), (&b, 1, 1)] {
        let failed = [attempts(tenant, last, at(0), count)];
        let account = &tenant.account;
        store
            .record_attempts(account, &failed, at(10))
            .await
            .unwrap();
    }
    let first = events(&*store, &a).await;
    assert_eq!(first.len(), 2);
    assert_eq!(
        first[0],
        attempts(&a, 1, at(0), 2).event(&a.account, at(10))
    );
    assert_eq!(events(&*store, &b).await.len(), 1);

    assert_eq!(close(&*store, at(0)).await, 0, "the hour is not over");
    assert_eq!(close(&*store, at(HOUR)).await, 3);
    assert_eq!(close(&*store, at(HOUR)).await, 0, "each is closed once");
    let all = events(&*store, &a).await;
    assert_eq!(all.len(), 3, "a count that did not grow has one event");
    let last = attempts(&a, 1, at(0), 7).event(&a.account, at(9_000));
    assert_eq!(all[2], last);
    assert_eq!(events(&*store, &b).await.len(), 2);

    // The next hour begins a new count.
    let failed = [attempts(&a, 1, at(HOUR), 1)];
    store
        .record_attempts(&a.account, &failed, at(HOUR))
        .await
        .unwrap();
    assert_eq!(events(&*store, &a).await.len(), 4);
}

case!(failed_sign_ins_from_many_networks_share_one_count_and_its_events);
async fn failed_sign_ins_from_many_networks_share_one_count_and_its_events(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let failed: Vec<_> = (0..100)
        .map(|last| attempts(&tenant, last, at(0), 2))
        .collect();
    for some in failed.chunks(30) {
        let account = &tenant.account;
        store.record_attempts(account, some, at(10)).await.unwrap();
    }
    let apart = usize::try_from(MAX_COUNTED_NETWORKS).unwrap();
    assert_eq!(events(&*store, &tenant).await.len(), apart + 1);
    close(&*store, at(HOUR)).await;
    let all = events(&*store, &tenant).await;
    assert_eq!(all.len(), apart + 2);
    let (first, last) = (&all[apart], &all[apart + 1]);
    assert_eq!((first.ip, last.ip), (None, None));
    assert_eq!(last.detail["attempts"], 2 * (100 - MAX_COUNTED_NETWORKS));
    assert_eq!(last.detail["from"], "other addresses");
}
