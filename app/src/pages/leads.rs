//! Leads: who asked to be contacted, and how far the seller got.

use super::load::{Head, load};
use crate::components::{
    Clock, Code, Column, Given, More, PageHead, Pager, Table, Time, TimesSwitch,
};
use crate::lean::plain;
use crate::request::PageData;
use domain::{LeadRow, LeadsPage as Data};
use leptos::prelude::*;

const HEAD: Head = Head {
    title: "Leads",
    purpose: "Who asked to be contacted, and what your CRM wrote back. The newest change comes first.",
};

const COLUMNS: &[Column] = &[
    Column::Text("Name"),
    Column::Text("Source"),
    Column::Text("Status"),
    Column::Text("Item"),
    Column::Text("Updated"),
];

#[component]
pub fn LeadsPage() -> impl IntoView {
    load(HEAD, PageData::leads, |page| {
        plain(view! { <Leads page=page/> })
    })
}

#[component]
fn Leads(page: Data) -> impl IntoView {
    let head = view! { <PageHead title=HEAD.title purpose=HEAD.purpose/> };
    if page.leads.is_empty() && page.first {
        return plain(view! {
            {head}
            <NoLeads url=page.public_url/>
        });
    }
    let clock = Clock::start(page.now.at);
    let rows = page
        .leads
        .into_iter()
        .map(|lead| view! { <Row lead=lead clock=clock/> })
        .collect_view();
    let total = match page.total {
        1 => "1 lead".to_owned(),
        many => format!("{many} leads"),
    };
    plain(view! {
        {head}
        <div class="toolbar">
            <p>{total}</p>
            <TimesSwitch/>
        </div>
        <Table caption="Leads of this account" class="leads" columns=COLUMNS rows=rows.into_any()/>
        <Pager label="Pages of the leads" path="/leads" first=page.first next=page.next_cursor/>
    })
}

#[component]
fn Row(lead: LeadRow, clock: Clock) -> impl IntoView {
    let name = match lead.name {
        Some(name) => plain(view! { <span class="name">{name}</span> }),
        None => plain(view! { <span class="name second">"No name"</span> }),
    };
    let reached = [lead.email, lead.phone]
        .into_iter()
        .flatten()
        .map(|place| view! { <small>{place}</small> })
        .collect_view();
    plain(view! {
        <tr role="row">
            <th role="rowheader" scope="row">
                {name}
                {reached}
            </th>
            <td role="cell" data-label="Source">
                <Given value=lead.source/>
            </td>
            <td role="cell" data-label="Status">
                <span>{lead.status.label()}</span>
                {lead.note.map(|note| view! { <More label="Note" text=note/> })}
            </td>
            <td role="cell" data-label="Item">
                <Given value=lead.item_id/>
                {lead.message.map(|message| view! { <More label="Message" text=message/> })}
            </td>
            <td role="cell" data-label="Updated">
                <Time moment=lead.updated clock=clock/>
            </td>
        </tr>
    })
}

/// Nobody asked yet.
#[component]
fn NoLeads(url: String) -> impl IntoView {
    let call = format!(
        "curl -X POST {url}/api/leads \\\n  -H \"X-API-Key: vx_abc123...\" \\\n  -H \"Content-Type: application/json\" \\\n  \
         -d '{{\"name\": \"Grace Hopper\", \"email\": \"grace@example.com\", \"message\": \"Is it still for sale?\", \
         \"source\": \"website\", \"item_id\": \"SKU001\"}}'"
    );
    plain(view! {
        <section class="empty">
            <h2>"No leads yet"</h2>
            <p>
                "Leads arrive through the API, and a CRM fetches them there and writes back how far it got. Create a key that may add leads, then send a first one with it:"
            </p>
            <Code id="example-call" text=call copy=true/>
            <p>
                <a href="/keys">"Go to API Keys"</a>
            </p>
        </section>
    })
}
