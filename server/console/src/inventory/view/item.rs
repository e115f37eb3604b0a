//! One item: all of its fields, and its attributes.

use crate::components::{DetailHead, fact};
use app::components::{Clock, CollapsibleText, Column, Icon, Row, Table, Time, optional_text};
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use domain::{Failure, ItemPage as Data};

const HEAD: Head = Head {
    title: "Item",
    purpose: "Details and attributes",
};

const ATTRIBUTES: &[Column] = &[Column::Text("Name"), Column::Text("Value")];

pub fn item_page(data: Result<Data, Failure>) -> AnyView {
    page_or_error(HEAD, data, |page| {
        view! { <Item page=page/> }
    })
}

#[component]
fn Item(mut page: Data) -> impl IntoView {
    let (status, icon, label) = if page.available {
        ("active", "#i-active", "Available")
    } else {
        ("unavailable", "#i-stop", "Not available")
    };
    let badge = view! {
        <span class="badge" data-status=status>
            <Icon name=icon/>
            {label}
        </span>
    };
    let id = view! { <p>"ID " <code>{page.id.clone()}</code></p> };
    let attributes = attributes(std::mem::take(&mut page.attributes));
    view! {
        <DetailHead back=("/inventory", "Inventory") title=page.name.clone() badge=badge facts=id/>
        <div class="cards">
            {details(page)}
            {attributes}
        </div>
    }
}

fn details(page: Data) -> AnyView {
    let clock = Clock::start(page.now.at);
    let changed = if page.was_changed {
        "Last updated"
    } else {
        "Added"
    };
    let updated = view! { <Time moment=page.updated clock=clock/> };
    let description = match page.description {
        Some(text) => view! { <CollapsibleText label="Show the description" text=text/> },
        None => optional_text(None),
    };
    view! {
        <section class="box" aria-labelledby="details">
            <h2 id="details">"Details"</h2>
            <dl class="details">
                {fact("Category", optional_text(page.category))}
                {fact("Price", optional_text(page.price))}
                {fact("Web address", address(page.url))}
                {fact("Image address", address(page.image_url))}
                {fact(changed, updated)}
                {fact("Description", description)}
            </dl>
        </section>
    }
}

/// Renders a web address as a link. The check of items accepts no other schemes than these.
fn address(address: Option<String>) -> AnyView {
    match address {
        Some(url)
            if ["https://", "http://"]
                .iter()
                .any(|start| url.starts_with(start)) =>
        {
            view! {
                <a href=url.clone() rel="noopener noreferrer nofollow">
                    {url.clone()}
                </a>
            }
        }
        other => optional_text(other),
    }
}

fn attributes(attributes: Vec<(String, String)>) -> AnyView {
    let content = if attributes.is_empty() {
        view! { <p class="second">"This item has no attributes."</p> }
    } else {
        let rows = attributes.into_iter().map(|(name, value)| {
            let value = view! { <bdi>{value}</bdi> };
            view! { <Row columns=ATTRIBUTES name=name under=Vec::new() cells=vec![value]/> }
        });
        let rows = rows.collect_view().into_any();
        view! { <Table caption="Attributes of the item" columns=ATTRIBUTES rows=rows/> }
    };
    view! {
        <section class="box" aria-labelledby="attributes">
            <h2 id="attributes">"Attributes"</h2>
            {content}
        </section>
    }
}
