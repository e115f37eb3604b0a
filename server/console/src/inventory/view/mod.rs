//! The items of the account: their list, and the page of one item.

mod around;
mod item;

pub use item::item_page;

use crate::list_parameters::corrected_notice;
use app::components::{
    Clock, Column, List, Listing, NEXT_PAGE, Notice, PageHead, Row, SEARCH_FURTHER, SendByApi,
    Time, Tone, optional_text,
};
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use domain::{Failure, InventoryPage as Data, ItemRow};

const HEAD: Head = Head {
    title: "Inventory",
    purpose: "The items that your systems send, or that you import from a file.",
};

const LIST: List = List {
    name: "inventory",
    caption: "Items of this account",
    class: "items",
    columns: &[
        Column::Text("Name"),
        Column::Text("ID"),
        Column::Text("Category"),
        Column::Number("Price"),
        Column::Text("Available"),
        Column::Text("Updated"),
    ],
};

pub fn inventory_page(data: Result<Data, Failure>) -> AnyView {
    page_or_error(HEAD, data, |page| {
        view! { <Inventory page=page/> }
    })
}

#[component]
fn Inventory(page: Data) -> impl IntoView {
    let empty = page.total == 0;
    let may_look = (!page.may_manage && empty).then(
        || view! { <Notice tone=Tone::Info text="You have read-only access to the inventory."/> },
    );
    let head = if page.may_manage {
        let import = view! {
            <a class="button primary" href="/inventory/import">
                "Import a file"
            </a>
        };
        view! { <PageHead title=HEAD.title purpose=HEAD.purpose action=import/> }
    } else {
        view! { <PageHead title=HEAD.title purpose=HEAD.purpose/> }
    };
    let sending = view! {
        <SendByApi url=page.public_url.clone() account_id=page.account_id.clone()/>
    };
    let sending = if empty {
        view! {
            <section class="empty">
                <h2>"Send items by API"</h2>
                {sending}
            </section>
        }
    } else {
        view! {
            <details class="panel">
                <summary>"Send items by API"</summary>
                {sending}
            </details>
        }
    };
    let list = if empty {
        view! {
            <section class="empty">
                <h2>"No items yet"</h2>
                <p>
                    "Import a file, or connect a system that sends items automatically."
                </p>
            </section>
        }
    } else {
        view! { <Items page=page/> }
    };
    view! {
        {head}
        {corrected_notice()}
        {may_look}
        {list}
        {sending}
    }
}

/// The list of items and the search field.
#[component]
fn Items(page: Data) -> impl IntoView {
    let clock = Clock::start(page.now.at);
    let search = around::search(&page.q);
    let full_key = page.refused.map(around::full_key);
    let exports = around::exports(&page.q);
    let first = (!page.first).then(|| around::first_page(&page.q));
    let next_label = if page.stopped {
        SEARCH_FURTHER
    } else {
        NEXT_PAGE
    };
    let found = if page.items.is_empty() {
        let (title, text) = if page.stopped {
            let text = "One page searches a part of the inventory, so that it loads quickly.";
            (page.count, text.to_owned())
        } else if page.first {
            let text = format!(
                "No items have “{}” in their name, ID or attributes.",
                page.q
            );
            ("No matching items".to_owned(), text)
        } else {
            let text = "There are no more items to show.";
            ("End of the inventory".to_owned(), text.to_owned())
        };
        view! {
            <section class="empty">
                <h2>{title}</h2>
                <p>{text} " " <a href="/inventory">"Show all items"</a></p>
                {page
                    .next
                    .map(|next| {
                        view! {
                            <a class="button" href=next>
                                {next_label}
                            </a>
                        }
                    })}
            </section>
        }
    } else {
        let rows = page.items.into_iter().map(|item| row(item, clock));
        view! {
            <Listing
                list=LIST
                rows=rows.collect()
                count=page.count
                exports=exports
                first=first
                next=page.next
                next_label=next_label
            />
        }
    };
    view! {
        {search}
        {full_key}
        {found}
    }
}

fn row(item: ItemRow, clock: Clock) -> AnyView {
    // Narrow screens show this value only for an item that is not available.
    let available = if item.available {
        view! { <span class="second">"Yes"</span> }
    } else {
        erase("No")
    };
    let cells = vec![
        view! { <code>{item.id}</code> },
        optional_text(item.category),
        optional_text(item.price),
        available,
        view! { <Time moment=item.updated clock=clock/> },
    ];
    let attributes = Some(item.attributes).filter(|text| !text.is_empty());
    let under = attributes.into_iter().collect();
    view! { <Row columns=LIST.columns name=item.name href=item.path under=under cells=cells/> }
}
