//! Pages of items.

use crate::fixtures::{Shared, any_item, at, item};
use crate::tenant::Tenant;
use service::inventory::Item;
use service::store::{PAGE_BYTES, Store};

async fn page(store: &dyn Store, tenant: &Tenant, after: Option<&str>, limit: u32) -> Vec<String> {
    let page = store
        .list_items(&tenant.account, &any_item(), after, None, limit)
        .await
        .unwrap();
    page.entries
        .into_iter()
        .map(|stored| stored.item.id.as_str().to_owned())
        .collect()
}

case!(items_are_listed_in_byte_order_of_their_ids);
async fn items_are_listed_in_byte_order_of_their_ids(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let mut ids = [
        "10", "9", "a", "A", "B", "b", "é", "e\u{301}", "ß", "Z", "~", " ", "車", "🚗", "\u{FFFD}",
    ];
    let items: Vec<_> = ids.iter().map(|id| item(id)).collect();
    tenant.push(&*store, &items, at(1)).await;
    // Rust orders strings by their bytes.
    ids.sort_unstable();
    assert_eq!(page(&*store, &tenant, None, 100).await, ids);
    for (index, id) in ids.iter().enumerate() {
        assert_eq!(
            page(&*store, &tenant, Some(id), 100).await,
            ids[index + 1..]
        );
    }
    // The cursor need not be an item's id.
    assert_eq!(page(&*store, &tenant, Some("AA"), 1).await, ["B"]);
    assert_eq!(page(&*store, &tenant, None, 0).await.len(), 0);
}

case!(paging_returns_each_lasting_item_once_while_others_are_added_and_removed);
async fn paging_returns_each_lasting_item_once_while_others_are_added_and_removed(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let permanent: Vec<_> = (0..20)
        .map(|number| format!("{number:02}-lasting"))
        .collect();
    let temporary: Vec<_> = (0..20)
        .map(|number| format!("{number:02}-passing"))
        .collect();
    let items: Vec<_> = permanent
        .iter()
        .chain(&temporary)
        .map(|id| item(id))
        .collect();
    tenant.push(&*store, &items, at(1)).await;

    let mut collected = Vec::new();
    let mut after: Option<String> = None;
    for round in 0.. {
        let ids = page(&*store, &tenant, after.as_deref(), 3).await;
        let Some(last) = ids.last().cloned() else {
            break;
        };
        collected.extend(ids);
        // Between two pages, one of the passing items is removed wherever it is in the order (even
        // the item at the cursor), a new one is added behind the cursor, and a lasting one changes.
        tenant.remove(&*store, &temporary[(round * 7) % 20]).await;
        if last.ends_with("passing") {
            tenant.remove(&*store, &last).await;
        }
        let mut changed = item(&permanent[round % 20]);
        changed.name = format!("Changed {round}");
        tenant
            .push(
                &*store,
                &[item(&format!("00-behind-{round}")), changed],
                at(2),
            )
            .await;
        after = Some(last);
    }
    collected.retain(|id| id.ends_with("lasting"));
    assert_eq!(collected, permanent);
}

case!(page_of_items_stays_below_its_byte_limit_unless_one_item_exceeds_it);
async fn page_of_items_stays_below_its_byte_limit_unless_one_item_exceeds_it(store: Shared) {
    let of_size = |id: &str, bytes: u32| Item {
        description: Some("é".repeat(bytes as usize / 2)),
        ..item(id)
    };
    let tenant = Tenant::create(&*store, "a").await;
    let items = [
        item("a"),
        of_size("b", PAGE_BYTES / 3),
        of_size("c", PAGE_BYTES / 3),
        of_size("d", PAGE_BYTES / 3),
        of_size("e", PAGE_BYTES * 2),
        of_size("f", PAGE_BYTES / 2),
        item("g"),
    ];
    tenant.push(&*store, &items, at(1)).await;
    let list = async |after: Option<&str>, limit: u32| {
        let page = store
            .list_items(&tenant.account, &any_item(), after, None, limit)
            .await
            .unwrap();
        let ids = page.entries.into_iter();
        let ids: Vec<_> = ids
            .map(|stored| stored.item.id.as_str().to_owned())
            .collect();
        (ids.concat(), page.more)
    };
    for (after, limit, ids, more) in [
        (None, 100, "abc", true),
        (None, 2, "ab", true),
        // An item that is too large for any page is the only one on its page.
        (Some("c"), 100, "d", true),
        (Some("d"), 100, "e", true),
        (Some("e"), 100, "fg", false),
        (Some("e"), 1, "f", true),
        (Some("g"), 100, "", false),
    ] {
        let expected = (ids.to_owned(), more);
        assert_eq!(list(after, limit).await, expected, "{after:?}, {limit}");
    }
}

case!(item_range_ends_after_the_given_number_of_rows);
async fn item_range_ends_after_the_given_number_of_rows(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let other = Tenant::create(&*store, "b").await;
    let items = ["a", "b", "c", "d", "\u{10FFFF}\u{10FFFF}"].map(item);
    tenant.push(&*store, &items, at(1)).await;
    other.push(&*store, &[item("e"), item("f")], at(1)).await;
    let account = &tenant.account;
    for (after, rows, expected) in [
        (None, 1, Some("a")),
        (None, 4, Some("d")),
        // No item follows these ranges.
        (None, 5, None),
        (None, 6, None),
        (Some("a"), 2, Some("c")),
        (Some("d"), 1, None),
    ] {
        let end = store.items_end(account, after, rows).await.unwrap();
        assert_eq!(end.as_deref(), expected, "{after:?}, {rows}");
    }
    let list = async |after, until| {
        let page = store
            .list_items(account, &any_item(), after, until, 3)
            .await;
        let page = page.unwrap();
        let ids = page.entries.iter().map(|stored| stored.item.id.as_str());
        (ids.collect::<Vec<_>>().concat(), page.more)
    };
    assert_eq!(list(None, Some("b")).await, ("ab".into(), false));
    assert_eq!(list(Some("a"), Some("c")).await, ("bc".into(), false));
    assert_eq!(list(None, Some("d")).await, ("abc".into(), true));
    assert_eq!(
        list(Some("d"), None).await,
        ("\u{10FFFF}\u{10FFFF}".into(), false)
    );
    for (after, until, count) in [
        (None, Some("b"), 2),
        (None, Some("bb"), 2),
        (Some("a"), Some("c"), 2),
        (Some("d"), None, 1),
        (None, None, 5),
    ] {
        let counted = store.count_items(account, &any_item(), after, until).await;
        assert_eq!(counted.unwrap(), count, "{after:?}, {until:?}");
    }
}
