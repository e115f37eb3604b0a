//! Inventory: what integrations sent.

use super::load::{Head, load};
use crate::components::{Clock, Code, Column, Given, PageHead, Pager, Table, Time, TimesSwitch};
use crate::lean::plain;
use crate::request::PageData;
use domain::{InventoryPage as Data, ItemRow};
use leptos::prelude::*;

const HEAD: Head = Head {
    title: "Inventory",
    purpose: "What your chatbot can offer, as your systems last sent it.",
};

const COLUMNS: &[Column] = &[
    Column::Text("Name"),
    Column::Text("Category"),
    Column::Number("Price"),
    Column::Text("Available"),
    Column::Text("Updated"),
];

#[component]
pub fn InventoryPage() -> impl IntoView {
    load(HEAD, PageData::inventory, |page| {
        plain(view! { <Inventory page=page/> })
    })
}

#[component]
fn Inventory(page: Data) -> impl IntoView {
    let head = view! { <PageHead title=HEAD.title purpose=HEAD.purpose/> };
    if page.items.is_empty() && page.first {
        return plain(view! {
            {head}
            <NoItems url=page.public_url/>
        });
    }
    let clock = Clock::start(page.now.at);
    let rows = page
        .items
        .into_iter()
        .map(|item| view! { <Row item=item clock=clock/> })
        .collect_view();
    let total = match page.total {
        1 => "1 item".to_owned(),
        many => format!("{many} items"),
    };
    plain(view! {
        {head}
        <div class="toolbar">
            <p>{total}</p>
            <TimesSwitch/>
        </div>
        <Table caption="Items of this account" columns=COLUMNS rows=rows.into_any()/>
        <Pager label="Pages of the inventory" path="/inventory" first=page.first next=page.next_cursor/>
    })
}

#[component]
fn Row(item: ItemRow, clock: Clock) -> impl IntoView {
    plain(view! {
        <tr role="row">
            <th role="rowheader" scope="row">
                <span class="name">{item.name}</span>
                <small class="mono">{item.id}</small>
            </th>
            <td role="cell" data-label="Category">
                <Given value=item.category/>
            </td>
            <td role="cell" data-label="Price" class="number">
                <Given value=item.price/>
            </td>
            <td role="cell" data-label="Available">
                {if item.available { "Yes" } else { "No" }}
            </td>
            <td role="cell" data-label="Updated">
                <Time moment=item.updated clock=clock/>
            </td>
        </tr>
    })
}

/// Nothing was sent yet.
#[component]
fn NoItems(url: String) -> impl IntoView {
    let call = format!(
        "curl -X POST {url}/api/inventory \\\n  -H \"X-API-Key: vx_abc123...\" \\\n  -H \"Content-Type: application/json\" \\\n  \
         -d '{{\"items\": [{{\"id\": \"SKU001\", \"name\": \"Honda Accord 2024\", \"category\": \"Sedan\", \"price\": 32500}}]}}'"
    );
    plain(view! {
        <section class="empty">
            <h2>"No items yet"</h2>
            <p>
                "Items arrive through the API. Create a key that may write your inventory, then send a first item with it:"
            </p>
            <Code id="example-call" text=call copy=true/>
            <p>
                <a href="/keys">"Go to API Keys"</a>
            </p>
        </section>
    })
}
