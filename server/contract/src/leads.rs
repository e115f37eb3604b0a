//! Leads, and the numbered feed of their changes.

use crate::fixtures::{Shared, at, lead, race};
use crate::tenant::Tenant;
use domain::{LeadId, LeadStatus};
use serde_json::json;
use service::leads::{Edit, Lead, LeadChange, LeadEdits, LeadState};
use service::store::{Action, PAGE_BYTES, Store};
use std::sync::Arc;

fn note_edit(note: &str) -> LeadEdits {
    LeadEdits {
        note: Edit::Set(Some(note.to_owned())),
        ..LeadEdits::default()
    }
}

/// Returns the ids on a page of the feed, and the number from which to continue.
async fn feed(store: &dyn Store, tenant: &Tenant, after: u64, limit: u32) -> (Vec<String>, u64) {
    let changes = store
        .lead_changes(&tenant.account, after, limit)
        .await
        .unwrap();
    let next = changes.last().map_or(after, |last| last.number);
    let ids = changes
        .iter()
        .map(|change| change.state.id().to_string())
        .collect();
    (ids, next)
}

case!(created_lead_reads_back_unchanged);
async fn created_lead_reads_back_unchanged(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let mut bare = lead("bare", at(2));
    bare.fields = service::leads::LeadFields {
        phone: Some("1".to_owned()),
        ..Default::default()
    };
    let mut odd = lead("odd", at(3));
    let text = "'; DROP TABLE leads; -- \u{202E}\t\n 👩‍👩‍👧 $1 ?1 %s \u{10FFFF} ";
    odd.fields.name = Some(text.to_owned());
    odd.fields.message = Some(text.repeat(200));
    odd.fields.status = LeadStatus::Lost;
    for lead in [&lead("full", at(1)), &bare, &odd] {
        tenant.add_lead(&*store, lead).await;
        let found = store.find_lead(&tenant.account, &lead.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(lead));
    }
    assert_eq!(store.count_leads(&tenant.account).await.unwrap(), 3);
    let newest = &store.audit_events(&tenant.account, 1).await.unwrap()[0];
    assert_eq!(newest.action, Action::LeadCreated);
}

case!(lead_edit_counts_as_a_change_only_if_a_value_differs);
async fn lead_edit_counts_as_a_change_only_if_a_value_differs(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let mut expected = lead("1", at(0));
    tenant.add_lead(&*store, &expected).await;
    let edits = [
        LeadEdits {
            status: Edit::Set(LeadStatus::Contacted),
            ..LeadEdits::default()
        },
        LeadEdits {
            external_id: Edit::Set(None),
            ..LeadEdits::default()
        },
        note_edit("Called"),
        LeadEdits {
            status: Edit::Set(LeadStatus::Won),
            external_id: Edit::Set(Some("crm-8".to_owned())),
            note: Edit::Set(None),
        },
    ];
    for (number, edits) in (1_u32..).zip(edits) {
        let time = at(i64::from(number));
        let changed = edits.apply(&mut expected.fields);
        assert_ne!(changed, [""; 0]);
        expected.updated_at = time;
        let done = tenant.edit(&*store, &expected.id, &edits, time).await;
        assert_eq!(done.as_ref(), Some(&expected), "{number}");
        let event = &store.audit_events(&tenant.account, 1).await.unwrap()[0];
        assert_eq!(event.detail, json!({ "changed": changed }));

        let (events, last) = (tenant.events(&*store).await, u64::from(number) + 1);
        let again = tenant.edit(&*store, &expected.id, &edits, at(99)).await;
        assert_eq!(again.as_ref(), Some(&expected), "{number}");
        assert_eq!(tenant.events(&*store).await, events, "{number}");
        let number_now = store.last_lead_change(&tenant.account).await.unwrap();
        assert_eq!(number_now, last, "{number}");
        let found = store
            .find_lead(&tenant.account, &expected.id)
            .await
            .unwrap();
        assert_eq!(found.as_ref(), Some(&expected), "{number}");
    }
    let missing_id = LeadId::parse("nobody").unwrap();
    assert_eq!(
        tenant
            .edit(&*store, &missing_id, &note_edit("x"), at(9))
            .await,
        None
    );
}

case!(erased_lead_leaves_only_its_id_and_the_time);
async fn erased_lead_leaves_only_its_id_and_the_time(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let (erased_lead, other_lead) = (lead("gone", at(1)), lead("kept", at(1)));
    tenant.add_lead(&*store, &erased_lead).await;
    tenant.add_lead(&*store, &other_lead).await;
    let events = tenant.events(&*store).await;
    assert!(tenant.erase(&*store, &erased_lead.id, at(2)).await);
    assert_eq!(tenant.events(&*store).await, events + 1);

    assert!(!tenant.erase(&*store, &erased_lead.id, at(3)).await);
    assert_eq!(
        tenant
            .edit(&*store, &erased_lead.id, &note_edit("x"), at(3))
            .await,
        None
    );
    assert_eq!(tenant.events(&*store).await, events + 1);
    let account = &tenant.account;
    assert_eq!(
        store.find_lead(account, &erased_lead.id).await.unwrap(),
        None
    );
    assert_eq!(store.count_leads(account).await.unwrap(), 1);
    assert_eq!(store.last_lead_change(account).await.unwrap(), 3);
    let changes = store.lead_changes(account, 0, 10).await.unwrap();
    let erased = LeadState::Erased {
        id: erased_lead.id.clone(),
        at: at(2),
    };
    let expected = [
        LeadChange {
            number: 2,
            state: LeadState::Kept(Box::new(other_lead)),
        },
        LeadChange {
            number: 3,
            state: erased,
        },
    ];
    assert_eq!(changes, expected);
    // The id of an erased lead cannot be used for another one.
    let event = tenant.event(Action::LeadCreated, erased_lead.id.as_str(), at(4));
    assert!(
        store
            .insert_lead(account, &erased_lead, event)
            .await
            .is_err()
    );
}

case!(lead_feed_lists_each_lead_once_at_its_last_change);
async fn lead_feed_lists_each_lead_once_at_its_last_change(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    assert_eq!(feed(&*store, &tenant, 0, 10).await, (vec![], 0));
    assert_eq!(store.last_lead_change(&tenant.account).await.unwrap(), 0);
    let leads = ["a", "b", "c", "d"].map(|name| lead(name, at(1)));
    for lead in &leads {
        tenant.add_lead(&*store, lead).await;
    }
    let id = |index: usize| leads[index].id.to_string();
    let all = vec![id(0), id(1), id(2), id(3)];
    assert_eq!(feed(&*store, &tenant, 0, 10).await, (all, 4));
    tenant
        .edit(&*store, &leads[0].id, &note_edit("x"), at(2))
        .await;
    tenant.erase(&*store, &leads[2].id, at(2)).await;
    let order = vec![id(1), id(3), id(0), id(2)];
    assert_eq!(feed(&*store, &tenant, 0, 10).await, (order, 6));
    assert_eq!(feed(&*store, &tenant, 0, 2).await, (vec![id(1), id(3)], 4));
    assert_eq!(feed(&*store, &tenant, 4, 2).await, (vec![id(0), id(2)], 6));
    assert_eq!(feed(&*store, &tenant, 6, 2).await, (vec![], 6));
    assert_eq!(feed(&*store, &tenant, u64::MAX, 2).await.0, [""; 0]);
    assert_eq!(feed(&*store, &tenant, 0, 0).await.0, [""; 0]);
}

case!(leads_are_listed_by_newest_change_without_erased_ones);
async fn leads_are_listed_by_newest_change_without_erased_ones(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let leads = ["a", "b", "c", "d"].map(|name| lead(name, at(1)));
    for lead in &leads {
        tenant.add_lead(&*store, lead).await;
    }
    tenant
        .edit(&*store, &leads[0].id, &note_edit("x"), at(2))
        .await;
    tenant.erase(&*store, &leads[2].id, at(2)).await;
    let list = async |before: Option<u64>, limit: u32| -> Vec<(u64, LeadId)> {
        let leads = store
            .newest_leads(&tenant.account, before, limit)
            .await
            .unwrap();
        let leads = leads.entries.into_iter();
        leads.map(|(n, lead)| (n, lead.id)).collect()
    };
    let [a, b, _, d] = leads.map(|lead| lead.id);
    assert_eq!(
        list(None, 10).await,
        [(5, a.clone()), (4, d.clone()), (2, b.clone())]
    );
    assert_eq!(list(None, 2).await, [(5, a), (4, d)]);
    assert_eq!(list(Some(4), 2).await, [(2, b)]);
    assert_eq!(list(Some(2), 2).await, []);
}

case!(page_of_leads_stays_below_its_byte_limit_unless_one_lead_exceeds_it);
async fn page_of_leads_stays_below_its_byte_limit_unless_one_lead_exceeds_it(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let third = "é".repeat(PAGE_BYTES as usize / 6);
    for name in ["a", "b", "c", "d"] {
        let mut lead = lead(name, at(1));
        match name {
            "a" => lead.fields.note = Some(third.repeat(6)),
            _ => lead.fields.message = Some(third.clone()),
        }
        tenant.add_lead(&*store, &lead).await;
    }
    let small = lead("e", at(1));
    tenant.add_lead(&*store, &small).await;
    tenant.erase(&*store, &small.id, at(2)).await;
    // A lead that is too large for any page is the only one on its page.
    for (after, ids, next) in [(0, 1, 1), (1, 2, 3), (3, 2, 6), (6, 0, 6)] {
        let (found, after_it) = feed(&*store, &tenant, after, 100).await;
        assert_eq!((found.len(), after_it), (ids, next), "after {after}");
    }
    for (before, limit, numbers, more) in [
        (None, 100, vec![4, 3], true),
        (None, 1, vec![4], true),
        (Some(3), 100, vec![2], true),
        (Some(2), 100, vec![1], false),
    ] {
        let leads = store.newest_leads(&tenant.account, before, limit).await;
        let leads = leads.unwrap();
        let found: Vec<u64> = leads.entries.iter().map(|(number, _)| *number).collect();
        assert_eq!((found, leads.more), (numbers, more), "before {before:?}");
    }
}

case!(lead_feed_reader_sees_the_last_change_of_every_lead_during_concurrent_writes);
/// A client that continues after the last number that it saw misses no lead, however many changes
/// are made concurrently.
async fn lead_feed_reader_sees_the_last_change_of_every_lead_during_concurrent_writes(
    store: Shared,
) {
    const WRITERS: u32 = 8;
    const ROUNDS: u32 = 12;
    let tenant = Arc::new(Tenant::create(&*store, "a").await);
    let writing = {
        let (store, tenant) = (store.clone(), tenant.clone());
        tokio::spawn(async move {
            race(WRITERS, |writer| {
                let (store, tenant) = (store.clone(), tenant.clone());
                async move {
                    for round in 0..ROUNDS {
                        let lead = lead(&format!("{writer}-{round}"), at(1));
                        tenant.add_lead(&*store, &lead).await;
                        let edits = note_edit("later");
                        tenant.edit(&*store, &lead.id, &edits, at(2)).await;
                        if round % 3 == 0 {
                            tenant.erase(&*store, &lead.id, at(3)).await;
                        }
                    }
                }
            })
            .await
        })
    };
    let mut collected = std::collections::BTreeMap::new();
    let mut after = 0;
    loop {
        let is_over = writing.is_finished();
        let changes = store.lead_changes(&tenant.account, after, 5).await.unwrap();
        for change in &changes {
            assert!(change.number > after, "a number came twice or out of order");
            after = change.number;
            collected.insert(change.state.id().clone(), change.clone());
        }
        if is_over && changes.is_empty() {
            break;
        }
    }
    writing.await.unwrap();
    let truth = store
        .lead_changes(&tenant.account, 0, 10_000)
        .await
        .unwrap();
    let mut collected: Vec<_> = collected.into_values().collect();
    collected.sort_unstable_by_key(|change| change.number);
    assert_eq!(collected, truth);
    assert_eq!(u32::try_from(truth.len()).unwrap(), WRITERS * ROUNDS);
    let erased = WRITERS * ROUNDS.div_ceil(3);
    let last = u64::from(WRITERS * ROUNDS * 2 + erased);
    assert_eq!(after, last, "numbers have gaps");
    let is_kept =
        |change: &LeadChange| matches!(&change.state, LeadState::Kept(lead) if is_later(lead));
    let count = truth.iter().filter(|change| is_kept(change)).count();
    assert_eq!(u32::try_from(count).unwrap(), WRITERS * ROUNDS - erased);
}

fn is_later(lead: &Lead) -> bool {
    lead.fields.note.as_deref() == Some("later")
}
