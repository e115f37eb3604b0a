//! Lists of items.

use super::tenant::Tenant;
use super::world::{Shared, all, at, item};
use crate::inventory::Item;
use crate::store::{PAGE_BYTES, Store};

async fn page(store: &dyn Store, tenant: &Tenant, after: Option<&str>, limit: u32) -> Vec<String> {
    let page = store
        .list_items(&tenant.account, &all(), after, limit)
        .await
        .unwrap();
    page.entries
        .into_iter()
        .map(|stored| stored.item.id.as_str().to_owned())
        .collect()
}

pub(super) async fn items_are_listed_in_the_byte_order_of_their_ids(store: Shared) {
    let tenant = Tenant::settle(&*store, "a").await;
    let mut ids = [
        "10", "9", "a", "A", "B", "b", "é", "e\u{301}", "ß", "Z", "~", " ", "車", "🚗", "\u{FFFD}",
    ];
    let items: Vec<_> = ids.iter().map(|id| item(id)).collect();
    tenant.push(&*store, &items, at(1)).await;
    // Rust orders strings by their bytes.
    ids.sort_unstable();
    assert_eq!(page(&*store, &tenant, None, 100).await, ids);
    for (place, id) in ids.iter().enumerate() {
        assert_eq!(
            page(&*store, &tenant, Some(id), 100).await,
            ids[place + 1..]
        );
    }
    // The cursor need not be an item's id.
    assert_eq!(page(&*store, &tenant, Some("AA"), 1).await, ["B"]);
    assert_eq!(page(&*store, &tenant, None, 0).await.len(), 0);
}

pub(super) async fn paging_meets_every_lasting_item_once_while_others_come_and_go(store: Shared) {
    let tenant = Tenant::settle(&*store, "a").await;
    let lasting: Vec<_> = (0..20)
        .map(|number| format!("{number:02}-lasting"))
        .collect();
    let passing: Vec<_> = (0..20)
        .map(|number| format!("{number:02}-passing"))
        .collect();
    let items: Vec<_> = lasting.iter().chain(&passing).map(|id| item(id)).collect();
    tenant.push(&*store, &items, at(1)).await;

    let mut met = Vec::new();
    let mut after: Option<String> = None;
    for round in 0.. {
        let ids = page(&*store, &tenant, after.as_deref(), 3).await;
        let Some(last) = ids.last().cloned() else {
            break;
        };
        met.extend(ids);
        // Between two pages: one of the passing goes, wherever it stands (the cursor's own item too), a new one
        // comes in behind the cursor, and a lasting one changes.
        tenant.remove(&*store, &passing[(round * 7) % 20]).await;
        if last.ends_with("passing") {
            tenant.remove(&*store, &last).await;
        }
        let mut changed = item(&lasting[round % 20]);
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
    met.retain(|id| id.ends_with("lasting"));
    assert_eq!(met, lasting);
}

pub(super) async fn a_page_of_items_ends_before_it_holds_too_many_bytes(store: Shared) {
    let of_size = |id: &str, bytes: u32| Item {
        description: Some("é".repeat(bytes as usize / 2)),
        ..item(id)
    };
    let tenant = Tenant::settle(&*store, "a").await;
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
            .list_items(&tenant.account, &all(), after, limit)
            .await
            .unwrap();
        let ids = page.entries.into_iter();
        let ids: Vec<_> = ids.map(|one| one.item.id.as_str().to_owned()).collect();
        (ids.concat(), page.more)
    };
    for (after, limit, ids, more) in [
        (None, 100, "abc", true),
        (None, 2, "ab", true),
        // An item that is too large for any page is one by itself.
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
