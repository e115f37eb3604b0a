//! The items of an inventory.

use crate::fixtures::{Shared, any_item, at, item};
use crate::tenant::Tenant;
use serde_json::json;
use service::inventory::{Condition, Currency, Item, Price, StoredItem};
use service::store::{Action, UpsertCounts};

const fn counts(created: u64, updated: u64, unchanged: u64) -> UpsertCounts {
    UpsertCounts {
        created,
        updated,
        unchanged,
        removed: 0,
    }
}

case!(upsert_counts_created_updated_and_unchanged_items);
async fn upsert_counts_created_updated_and_unchanged_items(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    assert_eq!(
        tenant.push(&*store, &[item("1"), item("2")], at(1)).await,
        counts(2, 0, 0)
    );
    let mut changed = item("2");
    changed.name = "Another".into();
    let push = [item("1"), changed.clone(), item("3")];
    assert_eq!(tenant.push(&*store, &push, at(2)).await, counts(1, 1, 1));
    assert_eq!(
        store
            .count_items(&tenant.account, &any_item(), None, None)
            .await
            .unwrap(),
        3
    );
    let found = store.find_item(&tenant.account, "2").await.unwrap();
    assert_eq!(
        found,
        Some(StoredItem {
            item: changed,
            updated_at: at(2),
            revision: 2,
        })
    );
    let newest = &store.audit_events(&tenant.account, 1).await.unwrap()[0];
    assert_eq!(newest.action, Action::InventoryUpdated);
    assert_eq!(newest.detail, json!({ "created": 1, "updated": 1 }));
}

case!(change_of_any_item_field_counts_as_an_update);
async fn change_of_any_item_field_counts_as_an_update(store: Shared) {
    let text = |text: &str| Some(text.to_owned());
    let changes: [fn(&mut Item); 14] = [
        |item| item.name.push(' '),
        |item| item.category = None,
        |item| item.category = Some(String::new()),
        |item| item.price = Some(Price::from_cents(0)),
        |item| item.price = Some(Price::from_stored(1_234, Some(123_450))),
        |item| item.price = Some(Price::from_stored(1_234, Some(123_451))),
        |item| item.price = None,
        |item| item.currency = Currency::parse("JPY").unwrap(),
        |item| item.description = Some("New".to_owned()),
        |item| item.url = None,
        |item| item.image_url = Some("https://example.com/image".to_owned()),
        |item| item.available = false,
        |item| item.attributes.clear(),
        |item| item.attributes = [("color".to_owned(), "blue".to_owned())].into(),
    ];
    let tenant = Tenant::create(&*store, "a").await;
    let mut entry = item("1");
    entry.description = text("Old");
    tenant
        .push(&*store, std::slice::from_ref(&entry), at(0))
        .await;
    for (number, change) in (1..).zip(changes) {
        change(&mut entry);
        let counts_now = tenant
            .push(&*store, std::slice::from_ref(&entry), at(number))
            .await;
        assert_eq!(
            counts_now,
            counts(0, 1, 0),
            "change {number} went unnoticed"
        );
        let stored = store.find_item(&tenant.account, "1").await.unwrap();
        let expected = StoredItem {
            item: entry.clone(),
            updated_at: at(number),
            revision: 1 + number.unsigned_abs(),
        };
        assert_eq!(stored, Some(expected), "change {number}");
    }
}

case!(unchanged_item_keeps_its_update_time);
async fn unchanged_item_keeps_its_update_time(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let mut bare = item("2");
    bare.category = None;
    bare.price = None;
    bare.url = None;
    bare.attributes.clear();
    let items = [item("1"), bare];
    tenant.push(&*store, &items, at(1)).await;
    assert_eq!(tenant.push(&*store, &items, at(9)).await, counts(0, 0, 2));
    let page = store
        .list_items(&tenant.account, &any_item(), None, None, 10)
        .await;
    for stored in page.unwrap().entries {
        assert_eq!(stored.updated_at, at(1), "{:?}", stored.item);
    }
}

case!(push_that_changes_nothing_records_no_event);
async fn push_that_changes_nothing_records_no_event(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    tenant.push(&*store, &[item("1")], at(1)).await;
    let events = tenant.events(&*store).await;
    assert_eq!(
        tenant.push(&*store, &[item("1")], at(2)).await,
        counts(0, 0, 1)
    );
    assert_eq!(tenant.push(&*store, &[], at(2)).await, counts(0, 0, 0));
    assert_eq!(tenant.events(&*store).await, events);
}

case!(deleted_item_is_gone_and_can_be_created_again);
async fn deleted_item_is_gone_and_can_be_created_again(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    tenant.push(&*store, &[item("1"), item("2")], at(1)).await;
    let events = tenant.events(&*store).await;
    assert!(tenant.remove(&*store, "1").await);
    assert!(!tenant.remove(&*store, "1").await);
    assert_eq!(tenant.events(&*store).await, events + 1);
    assert_eq!(store.find_item(&tenant.account, "1").await.unwrap(), None);
    assert_eq!(
        store
            .count_items(&tenant.account, &any_item(), None, None)
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        tenant.push(&*store, &[item("1")], at(2)).await,
        counts(1, 0, 0)
    );
}

case!(five_thousand_items_are_stored_in_one_push);
async fn five_thousand_items_are_stored_in_one_push(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let items: Vec<_> = (0..5_000)
        .map(|number| item(&format!("CAR-{number:04}")))
        .collect();
    let events = tenant.events(&*store).await;
    assert_eq!(
        tenant.push(&*store, &items, at(1)).await,
        counts(5_000, 0, 0)
    );
    assert_eq!(
        tenant.push(&*store, &items, at(2)).await,
        counts(0, 0, 5_000)
    );
    assert_eq!(
        store
            .count_items(&tenant.account, &any_item(), None, None)
            .await
            .unwrap(),
        5_000
    );
    assert_eq!(tenant.events(&*store).await, events + 1);
}

case!(stored_text_reads_back_byte_for_byte);
/// Text is stored as it is: nothing in it is executed, trimmed, folded or cut.
async fn stored_text_reads_back_byte_for_byte(store: Shared) {
    let corpus = [
        "'; DROP TABLE items; --".to_owned(),
        "\" OR \"\"=\" $1 ?1 :a @b %s {} \\ \\x00 %00".to_owned(),
        "<script>alert(1)</script>".to_owned(),
        "abc \u{202E}fed\u{202C} مرحبا שלום".to_owned(),
        "zero\u{200B}width\u{FEFF}".to_owned(),
        "👨‍👩‍👧‍👦 🇩🇪 e\u{301} é \u{10FFFF}".to_owned(),
        "tab\tline\nend ".to_owned(),
        " leading and trailing ".to_owned(),
        "null".to_owned(),
        "1e400".to_owned(),
        String::new(),
        "車".repeat(10 * 1024 / 3),
    ];
    let tenant = Tenant::create(&*store, "a").await;
    for (number, text) in corpus.into_iter().enumerate() {
        let mut entry = item(&format!("{number} {text}"));
        entry.name.clone_from(&text);
        entry.category = Some(text.clone());
        entry.description = Some(text.clone());
        entry.url = Some(text.clone());
        entry.image_url = Some(text.clone());
        entry.attributes = [(text.clone(), text.clone())].into();
        tenant
            .push(&*store, std::slice::from_ref(&entry), at(1))
            .await;
        let stored = store
            .find_item(&tenant.account, entry.id.as_str())
            .await
            .unwrap();
        assert_eq!(
            stored.map(|stored| stored.item),
            Some(entry.clone()),
            "{text:?}"
        );
        let again = tenant
            .push(&*store, std::slice::from_ref(&entry), at(2))
            .await;
        assert_eq!(again, counts(0, 0, 1), "{text:?} was not equal to itself");

        let mut event = tenant.event(Action::ItemDeleted, &text, at(3));
        event.user_agent = Some(text.clone());
        event.detail = json!({ text.clone(): [text.clone(), 1, null, { "nested": text }] });
        store
            .delete_item(
                &tenant.account,
                entry.id.as_str(),
                &Condition::Always,
                event.clone(),
            )
            .await
            .unwrap();
        assert_eq!(
            store.audit_events(&tenant.account, 1).await.unwrap(),
            [event]
        );
    }
}
