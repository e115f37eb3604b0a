//! The figures of an account's overview: leads by their status, and the latest event of a kind.

use crate::fixtures::{Shared, at, lead};
use crate::tenant::Tenant;
use domain::LeadStatus;
use service::store::Action;

case!(leads_are_counted_by_status_without_erased_ones);
async fn leads_are_counted_by_status_without_erased_ones(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let count = async || {
        let mut counts = store.count_leads_by_status(&tenant.account).await.unwrap();
        counts.sort_by_key(|(status, _)| status.as_str());
        counts
    };
    assert_eq!(count().await, []);
    for (name, status) in [
        ("a", LeadStatus::New),
        ("b", LeadStatus::New),
        ("c", LeadStatus::Won),
        ("d", LeadStatus::Lost),
    ] {
        let mut lead = lead(name, at(1));
        lead.fields.status = status;
        tenant.add_lead(&*store, &lead).await;
    }
    let lost = lead("d", at(1)).id;
    tenant.erase(&*store, &lost, at(2)).await;
    assert_eq!(count().await, [(LeadStatus::New, 2), (LeadStatus::Won, 1)]);
}

case!(newest_event_of_an_action_is_found_behind_other_events);
async fn newest_event_of_an_action_is_found_behind_other_events(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let last = async |action| store.last_event(&tenant.account, action).await.unwrap();
    assert_eq!(last(Action::KeyCreated).await, None);
    tenant.issue_key(&*store, "one").await;
    let two = tenant.issue_key(&*store, "two").await;
    tenant.revoke(&*store, &two, at(1)).await;
    let created = last(Action::KeyCreated).await.unwrap();
    assert_eq!(
        created,
        tenant.event(Action::KeyCreated, two.as_str(), at(0))
    );
    let kinds = [Action::KeyRevoked, Action::KeyCreated, Action::LeadCreated];
    let newest = store.newest_events(&tenant.account, &kinds).await.unwrap();
    let mut subjects: Vec<_> = newest
        .iter()
        .map(|event| (event.action.as_str(), event.subject.as_str()))
        .collect();
    subjects.sort_unstable();
    assert_eq!(
        subjects,
        [("key.created", two.as_str()), ("key.revoked", two.as_str())]
    );
    let none = store.newest_events(&tenant.account, &[]).await.unwrap();
    assert_eq!(none, []);
}
