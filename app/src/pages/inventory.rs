//! Inventory: what integrations sent.

use super::load::{Head, load};
use crate::components::{Clock, Column, List, Listing, NothingSent, PageHead, Row, Time, given};
use crate::lean::plain;
use crate::request::PageData;
use domain::{InventoryPage as Data, ItemRow};
use leptos::prelude::*;

const HEAD: Head = Head {
    title: "Inventory",
    purpose: "What your chatbot can offer, as your systems last sent it.",
};

const LIST: List = List {
    path: "/inventory",
    words: ("item", "items"),
    caption: "Items of this account",
    class: "items",
    columns: &[
        Column::Text("Name"),
        Column::Text("Category"),
        Column::Number("Price"),
        Column::Text("Available"),
        Column::Text("Updated"),
    ],
};

#[component]
pub fn InventoryPage() -> impl IntoView {
    load(HEAD, PageData::inventory, |page| {
        plain((
            view! { <PageHead title=HEAD.title purpose=HEAD.purpose/> },
            inventory(page),
        ))
    })
}

fn inventory(page: Data) -> AnyView {
    if page.items.is_empty() && page.first {
        return nothing_sent(&page.public_url);
    }
    let clock = Clock::start(page.now.at);
    let rows = page.items.into_iter().map(|item| row(item, clock));
    plain(view! {
        <Listing list=LIST rows=rows.collect() total=page.total first=page.first next=page.next_cursor/>
    })
}

fn row(item: ItemRow, clock: Clock) -> AnyView {
    let available = if item.available { "Yes" } else { "No" };
    let cells = vec![
        given(item.category),
        given(item.price),
        given(Some(available.to_owned())),
        plain(view! { <Time moment=item.updated clock=clock/> }),
    ];
    plain(view! { <Row columns=LIST.columns name=item.name under=vec![item.id] cells=cells/> })
}

fn nothing_sent(url: &str) -> AnyView {
    let call = format!(
        "curl -X POST {url}/api/inventory \\\n  -H \"X-API-Key: vx_abc123...\" \\\n  -H \"Content-Type: application/json\" \\\n  \
         -d '{{\"items\": [{{\"id\": \"SKU001\", \"name\": \"Honda Accord 2024\", \"category\": \"Sedan\", \"price\": 32500}}]}}'"
    );
    plain(view! {
        <NothingSent
            title="No items yet"
            text="Items arrive through the API. Create a key that may write your inventory, then send a first item with it:"
            call=call
        />
    })
}
