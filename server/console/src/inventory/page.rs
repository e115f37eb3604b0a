//! Data of the Inventory page.

use super::words::price;
use crate::ListAddress;
use domain::{InventoryPage, ItemRow, Resource, Timestamp};
use service::inventory::{InventoryList, ItemFilter, StoredItem};
use service::{Member, Zone};
use web::cursor;
use web::words::time::display_time;

/// Returns a page of the items that match the filter.
pub fn list(
    list: InventoryList,
    filter: ItemFilter,
    is_first: bool,
    member: &Member,
    now: Timestamp,
    public_url: &str,
) -> InventoryPage {
    let zone = member.time_zone();
    let InventoryList {
        page,
        total,
        matches,
    } = list;
    let q = filter.q.unwrap_or_default();
    InventoryPage {
        count: match matches {
            Some(matches) => matches.words(total),
            None => Resource::Items.amount(total),
        },
        items: page.items.into_iter().map(|item| row(item, zone)).collect(),
        total,
        stopped: page.next_after.is_some() && page.next_after == page.searched_to,
        account_id: member.account_id().to_string(),
        may_manage: member.manages_inventory(),
        first: is_first,
        next: page.next_after.map(|id| {
            let list = ListAddress::new("/inventory", [("q", q.as_str())]);
            list.with("cursor", cursor::write_item(&id)).to_string()
        }),
        q,
        now: display_time(now, zone),
        public_url: public_url.to_owned(),
    }
}

fn row(stored: StoredItem, zone: &Zone) -> ItemRow {
    let item = stored.item;
    ItemRow {
        price: price(&item),
        id: item.id.as_str().to_owned(),
        name: item.name,
        category: item.category,
        available: item.available,
        updated: display_time(stored.updated_at, zone),
    }
}
