//! Reads for the preview of a feed: which items it would change or leave out.

use super::tenant::Tenant;
use super::world::{Shared, at, item};
use crate::inventory::Item;
use std::collections::HashSet;

pub(super) async fn a_preview_reads_the_items_of_a_feed_and_those_it_leaves_out(store: Shared) {
    let tenant = Tenant::settle(&*store, "a").await;
    let other = Tenant::settle(&*store, "b").await;
    other.push(&*store, &[item("1"), item("9")], at(1)).await;
    let mut long = item("3");
    long.description = Some("Grüße".to_owned());
    long.attributes
        .insert("Farbe".to_owned(), "\"weiß\"".to_owned());
    let mut bare = item("4");
    bare.category = None;
    bare.url = None;
    bare.attributes.clear();
    let stored = [item("1"), item("2"), long.clone(), bare.clone()];
    tenant.push(&*store, &stored, at(1)).await;

    let account = &tenant.account;
    let mut found: Vec<Item> = store
        .find_items(account, &["3", "1", "9", "unknown"])
        .await
        .unwrap()
        .into_iter()
        .map(|stored| stored.item)
        .collect();
    found.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!(found, [item("1"), long.clone()]);

    let kept = HashSet::from(["1", "9"]);
    let left_out = store.items_left_out(account, &kept).await.unwrap();
    assert_eq!(left_out.ids, ["2", "3", "4"]);
    let bytes = [item("2"), long, bare].iter().map(Item::bytes).sum::<u64>();
    assert_eq!(left_out.bytes, bytes);
    let used = store.usage(account, at(1)).await.unwrap();
    let all = stored.iter().map(Item::bytes).sum::<u64>();
    assert_eq!(used.item_bytes, all, "as quotas count them");
}
