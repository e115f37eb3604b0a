//! Data of the Inventory page and of the page of an item.

use super::words::{attributes, matching_attributes, price};
use crate::ListAddress;
use domain::{InventoryPage, ItemPage, ItemRow, Resource, Timestamp};
use service::inventory::{InventoryList, ItemFilter, StoredItem};
use service::{Member, Zone};
use web::cursor;
use web::http::Segment;
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
    let items = page.items.into_iter().map(|item| row(item, &q, zone));
    let items = items.collect();
    InventoryPage {
        count: match matches {
            Some(matches) => matches.words(total),
            None => Resource::Items.amount(total),
        },
        items,
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
        refused: None,
        now: display_time(now, zone),
        public_url: public_url.to_owned(),
    }
}

/// Returns the page of one item.
pub fn item(stored: StoredItem, member: &Member, now: Timestamp) -> ItemPage {
    let zone = member.time_zone();
    let StoredItem {
        item,
        updated_at,
        revision,
    } = stored;
    ItemPage {
        price: price(&item),
        id: item.id.as_str().to_owned(),
        name: item.name,
        category: item.category,
        available: item.available,
        description: item.description,
        url: item.url,
        image_url: item.image_url,
        attributes: item.attributes.into_iter().collect(),
        updated: display_time(updated_at, zone),
        was_changed: revision > 1,
        now: display_time(now, zone),
    }
}

/// Returns the address of the page of an item. Its id can have any characters.
fn item_path(id: &str) -> String {
    format!("/inventory/items/{}", Segment::encode(id))
}

/// Returns a row of the list of items that were found by `q`.
fn row(stored: StoredItem, q: &str, zone: &Zone) -> ItemRow {
    let item = stored.item;
    let shown = matching_attributes(&item.attributes, q);
    ItemRow {
        attributes: attributes(&shown, shown.len()),
        path: item_path(item.id.as_str()),
        price: price(&item),
        id: item.id.as_str().to_owned(),
        name: item.name,
        category: item.category,
        available: item.available,
        updated: display_time(stored.updated_at, zone),
    }
}
