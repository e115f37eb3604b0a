//! The effects of an import: new, changed and removed items.

use super::details;
use app::components::{Column, Row, Table, optional_text};
use app::prelude::*;
use domain::{ChangedItem, NewItem};

const NEW: &[Column] = &[
    Column::Text("ID"),
    Column::Text("Name"),
    Column::Number("Price"),
    Column::Text("Available"),
];
const CHANGED: &[Column] = &[Column::Text("Item"), Column::Text("Changes")];
const REMOVED: &[Column] = &[Column::Text("ID"), Column::Text("Name")];

/// Maximum number of new items whose list is open at first.
const OPEN: u64 = 20;

/// Renders the new items. `items` may hold only the first of all `number`.
pub fn created(number: u64, items: Vec<NewItem>) -> Option<AnyView> {
    let shown = items.len() as u64;
    let rows = items.into_iter().map(|item| {
        let price = optional_text(Some(item.price).filter(|price| !price.is_empty()));
        let available = if item.available { "Yes" } else { "No" };
        let attributes = (!item.attributes.is_empty())
            .then(|| view! { <small><bdi>{item.attributes}</bdi></small> });
        let name = view! { {item.name} {attributes} };
        let cells = vec![name, price, erase(available)];
        view! { <Row columns=NEW name=item.id under=Vec::new() cells=cells/> }
    });
    let rows = rows.collect_view().into_any();
    let table = view! { <Table caption="New items" columns=NEW rows=rows/> };
    let is_open = shown <= OPEN;
    details("new", "New items", number, shown, is_open, table)
}

/// Renders the removed items, each with its id and its name.
pub fn removed(number: u64, items: Vec<(String, String)>) -> Option<AnyView> {
    let shown = items.len() as u64;
    let rows = items.into_iter().map(|(id, name)| {
        view! { <Row columns=REMOVED name=id under=Vec::new() cells=vec![erase(name)]/> }
    });
    let rows = rows.collect_view().into_any();
    let table = view! { <Table caption="Items to be removed" columns=REMOVED rows=rows/> };
    details("gone", "Items to be removed", number, shown, true, table)
}

/// Renders the changed items, with each field before and after.
pub fn changes(number: u64, items: Vec<ChangedItem>) -> Option<AnyView> {
    let shown = items.len() as u64;
    let rows = items.into_iter().map(change).collect_view().into_any();
    let table =
        view! { <Table caption="Changed items, before and after" columns=CHANGED rows=rows/> };
    details("changes", "Changed items", number, shown, true, table)
}

fn change(item: ChangedItem) -> AnyView {
    let value = |text: Option<String>| match text {
        Some(text) => erase(text),
        None => view! { <span class="second">"none"</span> },
    };
    let fields = item
        .fields
        .into_iter()
        .map(|(name, before, after)| {
            view! {
                <li>
                    <code>{name}</code>
                    ": "
                    <del>{value(before)}</del>
                    " → "
                    <ins>{value(after)}</ins>
                </li>
            }
        })
        .collect_view();
    let fields = view! { <ul>{fields}</ul> };
    view! { <Row columns=CHANGED name=item.id under=Vec::new() cells=vec![fields]/> }
}
