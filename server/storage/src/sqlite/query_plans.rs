//! Tests of query plans, which do not depend on the machine's speed.

use crate::SqlStore;
use crate::ports::call::daily;
use crate::ports::key_search::filter::Filter;
use crate::ports::key_search::{IndexRange, count, end, page, probe, probe_all};
use crate::ports::{audit, call, idempotency, inventory};
use crate::query::QueryBuilder;
use domain::{AccountId, KeyId, KeyOrder, KeySort, KeyStatus, MemberId, Scope, Timestamp};
use service::store::{Action, AttentionFilter, CursorValue, KeyCursor, UnplannedExpiry};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const EXPIRY: UnplannedExpiry = UnplannedExpiry { by: NOW, now: NOW };

fn all_filters(creator: &MemberId) -> Vec<Filter<'_>> {
    vec![
        Filter::Status(KeyStatus::Active),
        Filter::Status(KeyStatus::Revoked),
        Filter::Creator(creator),
        Filter::IdleSince(NOW),
        Filter::NeverUsed,
        Filter::ExpiresBy(NOW),
        Filter::ExpiresUnplanned(EXPIRY),
        Filter::DeadKeyCallAfter(NOW),
        Filter::NewNetworkAfter(NOW),
        Filter::Attention(AttentionFilter {
            idle_since: NOW,
            unplanned_expiry: EXPIRY,
            dead_key_call_after: NOW,
            new_network_after: NOW,
        }),
        Filter::Scope(Scope::LeadsRead),
        Filter::Word("crm"),
        Filter::Preview("vx_a"),
        Filter::WordOrPreview("crm", "vx_crm"),
    ]
}

fn cursor(order: KeyOrder) -> KeyCursor {
    KeyCursor {
        value: match order.sort {
            KeySort::Name | KeySort::Preview => CursorValue::Text("m".to_owned()),
            _ => CursorValue::Number(1),
        },
        created_at: NOW,
        id: KeyId::parse("k").unwrap(),
    }
}

fn range(order: KeyOrder, after: Option<&KeyCursor>) -> IndexRange<'_> {
    IndexRange {
        order,
        after,
        until: None,
    }
}

/// Returns the steps of the plan.
async fn plan(store: &SqlStore, query: QueryBuilder<'_>) -> Vec<String> {
    let text = format!("EXPLAIN QUERY PLAN {}", query.text().as_str());
    let explain = QueryBuilder::from_text(text).build();
    let rows = explain.fetch_all(store.readers("explaining"));
    let rows: Vec<(i64, i64, i64, String)> = rows.await.unwrap();
    rows.into_iter().map(|(.., step)| step).collect()
}

#[tokio::test]
async fn every_key_order_uses_its_own_index_with_any_filters() {
    let (_directory, store, _engine) = super::open::tests::open_temporary().await;
    let account = AccountId::parse("a").unwrap();
    let creator = MemberId::parse("m").unwrap();
    let mut filter_sets: Vec<Vec<Filter>> = all_filters(&creator)
        .into_iter()
        .map(|filter| vec![filter])
        .collect();
    filter_sets.push(Vec::new());
    filter_sets.push(all_filters(&creator));
    for (_, sort, reversed, label) in KeyOrder::ALL {
        let order = KeyOrder { sort, reversed };
        for filters in &filter_sets {
            let cursor = cursor(order);
            let cursors = [None, Some(&cursor)];
            for (after, until) in cursors
                .into_iter()
                .flat_map(|after| cursors.map(|until| (after, until)))
            {
                let range = IndexRange {
                    order,
                    after,
                    until,
                };
                for query in [
                    page(&account, filters, None, range, 51),
                    end(&account, filters, range),
                ] {
                    let steps = plan(&store, query).await;
                    let all = steps.join("; ");
                    let message = format!("{label}, {filters:?}, {range:?}: {all}");
                    assert!(
                        !all.contains("TEMP B-TREE") && !all.contains("SCAN"),
                        "{message}"
                    );
                    let keys = steps.iter().find(|step| step.starts_with("SEARCH k "));
                    let keys = keys.unwrap();
                    assert!(keys.contains("(account_id=?"), "{message}");
                    // The scan of the index starts and stops at the cursors.
                    let bounds = keys.matches("created_at,id)").count();
                    let cursors = [after, until].into_iter().flatten().count();
                    assert_eq!(bounds, cursors, "{message}");
                }
            }
        }
    }
    store.close().await;
}

#[tokio::test]
async fn leading_filter_reads_only_its_matches_by_its_own_index() {
    let (_directory, store, _engine) = super::open::tests::open_temporary().await;
    let account = AccountId::parse("a").unwrap();
    let creator = MemberId::parse("m").unwrap();
    let filters = all_filters(&creator);
    for lead in 0..filters.len() {
        for (_, sort, reversed, label) in KeyOrder::ALL {
            let order = KeyOrder { sort, reversed };
            let cursor = cursor(order);
            let query = page(
                &account,
                &filters,
                Some(lead),
                range(order, Some(&cursor)),
                51,
            );
            let steps = plan(&store, query).await;
            let all = steps.join("; ");
            let keys = steps
                .iter()
                .find(|step| step.starts_with("SEARCH k "))
                .unwrap();
            assert!(
                keys.ends_with("(id=?)"),
                "{label}, {:?}: {all}",
                filters[lead]
            );
        }
        let steps = plan(
            &store,
            count(
                &account,
                &filters,
                Some(lead),
                range(KeyOrder::default(), None),
                9,
            ),
        )
        .await;
        let keys = steps.iter().find(|step| step.starts_with("SEARCH k "));
        assert!(keys.unwrap().ends_with("(id=?)"), "{steps:?}");

        let steps = plan(&store, probe(&account, &filters[lead], 9)).await;
        let plan_ends = match filters[lead] {
            Filter::Status(_) => vec!["api_keys_by_standing (account_id=? AND standing=?)"],
            Filter::Creator(_) => vec!["api_keys_by_creator (account_id=? AND created_by=?)"],
            Filter::IdleSince(_) => {
                vec!["api_keys_by_stirring (account_id=? AND live=? AND stirred_at<?)"]
            }
            Filter::NeverUsed => vec!["api_keys_by_use (account_id=? AND used=?)"],
            Filter::ExpiresBy(_) | Filter::ExpiresUnplanned(_) => {
                vec!["api_keys_by_end (account_id=? AND live=? AND expires_at<?)"]
            }
            Filter::DeadKeyCallAfter(_) => {
                vec!["api_keys_by_knock (account_id=? AND live=? AND knocked_at>?)"]
            }
            Filter::NewNetworkAfter(_) => {
                vec!["api_keys_by_new_network (account_id=? AND live=? AND new_network_at>?)"]
            }
            Filter::Attention(_) => vec![
                "api_keys_by_stirring (account_id=? AND live=? AND stirred_at<?)",
                "api_keys_by_end (account_id=? AND live=? AND expires_at<?)",
                "api_keys_by_knock (account_id=? AND live=? AND knocked_at>?)",
                "api_keys_by_new_network (account_id=? AND live=? AND new_network_at>?)",
            ],
            Filter::Scope(_) => vec!["(account_id=? AND term=?)"],
            Filter::Word(_) => vec!["(account_id=? AND term>? AND term<?)"],
            Filter::Preview(_) => {
                vec!["api_keys_by_preview (account_id=? AND preview>? AND preview<?)"]
            }
            Filter::WordOrPreview(..) => vec![
                "(account_id=? AND term>? AND term<?)",
                "(account_id=? AND preview>? AND preview<?)",
            ],
            Filter::Impossible => unreachable!("not asked"),
        };
        for plan_ends in plan_ends {
            assert!(
                steps.iter().any(|step| step.ends_with(plan_ends)),
                "{:?}: {steps:?}",
                filters[lead]
            );
        }
    }
    store.close().await;
}

#[tokio::test]
async fn counts_of_the_saved_views_read_no_more_than_their_matches() {
    let (_directory, store, _engine) = super::open::tests::open_temporary().await;
    let account = AccountId::parse("a").unwrap();
    let filters = [
        (None, 9),
        (Some(Filter::Status(KeyStatus::Active)), 9),
        (Some(Filter::ExpiresBy(NOW)), 9),
    ];
    let steps = plan(&store, probe_all(&account, &filters)).await;
    let keys = steps.iter().filter(|step| step.starts_with("SEARCH k "));
    let keys: Vec<_> = keys.collect();
    assert_eq!(keys.len(), filters.len(), "{steps:?}");
    for (step, index) in keys.iter().zip(["expiration", "standing", "end"]) {
        let index = format!("INDEX api_keys_by_{index} (account_id=?");
        assert!(step.contains(&index), "{steps:?}");
    }
    store.close().await;
}

#[tokio::test]
async fn idempotency_records_are_found_by_index_for_erasure_and_eviction() {
    let (_directory, store, _engine) = super::open::tests::open_temporary().await;
    for (statement, index) in [
        (
            idempotency::FORGET_LEAD,
            "idempotent_requests_by_lead (account_id=? AND lead_id=?)",
        ),
        (
            idempotency::EVICT,
            "idempotent_requests_by_number (account_id=? AND number<?)",
        ),
    ] {
        let steps = plan(&store, QueryBuilder::new(statement)).await;
        let all = steps.join("; ");
        assert!(all.contains(index) && !all.contains("SCAN"), "{all}");
    }
    store.close().await;
}

#[tokio::test]
async fn item_search_reads_one_range_of_its_index() {
    let (_directory, store, _engine) = super::open::tests::open_temporary().await;
    for (statement, range) in [
        (inventory::PAGE, "(account_id=? AND id>? AND id<?)"),
        (inventory::COUNT, "(account_id=? AND id>? AND id<?)"),
        (inventory::END, "(account_id=? AND id>?)"),
    ] {
        let steps = plan(&store, QueryBuilder::new(statement)).await;
        let searches = steps
            .iter()
            .filter(|step| step.contains("sqlite_autoindex_items"));
        // In addition, the items of the page are read by their ids.
        let walks: Vec<_> = searches.filter(|step| !step.ends_with("id=?)")).collect();
        let [walk] = &*walks else {
            panic!("{steps:?}");
        };
        assert!(walk.ends_with(range), "{steps:?}");
    }
    store.close().await;
}

#[tokio::test]
async fn newest_event_of_each_action_is_the_end_of_a_range_of_an_index() {
    let (_directory, store, _engine) = super::open::tests::open_temporary().await;
    let account = AccountId::parse("a").unwrap();
    let actions = [Action::LeadCreated, Action::LeadErased];
    let steps = plan(&store, audit::newest_of_each(&account, &actions)).await;
    let walk = "SEARCH audit_events USING INDEX audit_events_by_action (account_id=? AND action=?)";
    let walks = steps.iter().filter(|step| *step == walk).count();
    assert_eq!(walks, actions.len(), "{steps:?}");
    assert!(
        !steps.iter().any(|step| step.contains("TEMP B-TREE")),
        "{steps:?}"
    );
    store.close().await;
}

#[tokio::test]
async fn audit_log_search_reads_one_range_of_an_index() {
    let (_directory, store, _engine) = super::open::tests::open_temporary().await;
    let logs = &audit::INDEXED_LOG_STATEMENTS;
    for (log, end, index) in [
        (logs.account, audit::END, "account (account_id=?"),
        (
            logs.actor,
            audit::END_OF_ACTOR,
            "actor (account_id=? AND actor_id=?",
        ),
        (
            logs.action,
            audit::END_OF_ACTION,
            "action (account_id=? AND action=?",
        ),
        (
            logs.subject,
            audit::END_OF_SUBJECT,
            "subject (account_id=? AND subject=?",
        ),
    ] {
        let steps = plan(&store, QueryBuilder::new(log)).await;
        let walk = format!("SEARCH e USING INDEX audit_events_by_{index} AND seq>? AND seq<?)");
        assert!(steps.contains(&walk), "{steps:?}");
        let steps = plan(&store, QueryBuilder::new(end)).await;
        let walk =
            format!("SEARCH audit_events USING COVERING INDEX audit_events_by_{index} AND seq<?)");
        assert_eq!(steps, [walk]);
    }
    store.close().await;
}

#[tokio::test]
async fn daily_calls_are_read_from_sums_and_the_edges_of_days_without_sorting_them() {
    let (_directory, store, _engine) = super::open::tests::open_temporary().await;
    let account = AccountId::parse("a").unwrap();
    let keys = ["k", "l"].map(|id| KeyId::parse(id).unwrap());
    let sums =
        "SEARCH daily_key_calls USING PRIMARY KEY (account_id=? AND key_id=? AND day>?)".to_owned();
    let edge =
        "SEARCH key_calls USING PRIMARY KEY (account_id=? AND key_id=? AND hour>? AND hour<?)"
            .to_owned();
    let midnight = Timestamp::from_millis(1_790_035_200_000);
    for (first, expected) in [
        (midnight, vec![&sums]),
        (midnight.plus_seconds(-3_600), vec![&sums, &edge, &edge]),
    ] {
        let days = [first, first.plus_seconds(86_400)];
        let steps = plan(&store, daily::of_keys(&account, &keys, &days)).await;
        let searches: Vec<_> = steps
            .iter()
            .filter(|step| step.contains("key_calls"))
            .collect();
        assert_eq!(searches, expected, "{steps:?}");
        assert!(!steps.concat().contains("TEMP B-TREE"), "{steps:?}");
    }
    let latest = daily::of_latest_keys(&account, midnight, 101);
    let steps = plan(&store, latest).await;
    let walk = "SEARCH k USING INDEX api_keys_by_use (account_id=?)".to_owned();
    assert!(steps.contains(&walk), "{steps:?}");
    assert!(steps.contains(&sums), "{steps:?}");
    assert!(!steps.concat().contains("TEMP B-TREE"), "{steps:?}");
    store.close().await;
}

#[tokio::test]
async fn calls_of_an_account_are_read_from_one_range_for_each_interval() {
    let (_directory, store, _engine) = super::open::tests::open_temporary().await;
    let account = AccountId::parse("a").unwrap();
    let starts = [NOW.plus_seconds(-86_400), NOW];
    let steps = plan(&store, call::of_account(&account, &starts)).await;
    let range = "SEARCH account_calls USING PRIMARY KEY (account_id=? AND quarter>? AND quarter<?)";
    let searches: Vec<_> = steps
        .iter()
        .filter(|step| step.contains("account_calls"))
        .collect();
    assert_eq!(searches, [range, range], "{steps:?}");
    store.close().await;
}
