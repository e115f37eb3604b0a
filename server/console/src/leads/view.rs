//! Leads: the people who asked to be contacted, and the status of each.

use crate::ListAddress;
use crate::list_parameters::corrected_notice;
use app::components::{
    Clock, CollapsibleText, Column, List, Listing, NothingSent, PageHead, Row, Time, exports,
    optional_text,
};
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use domain::{Failure, LeadRow, LeadsPage as Data, number};

const HEAD: Head = Head {
    title: "Leads",
    purpose: "People who asked to be contacted, with updates from your CRM. Most recently updated first.",
};

const LIST: List = List {
    name: "leads",
    caption: "Leads of this account",
    class: "leads",
    columns: &[
        Column::Text("Name"),
        Column::Text("Source"),
        Column::Text("Status"),
        Column::Text("Item"),
        Column::Text("Updated"),
    ],
};

pub fn leads_page(data: Result<Data, Failure>) -> AnyView {
    page_or_error(HEAD, data, |page| {
        erase((
            view! { <PageHead title=HEAD.title purpose=HEAD.purpose/> },
            corrected_notice(),
            leads(page),
        ))
    })
}

fn leads(page: Data) -> AnyView {
    if page.leads.is_empty() && page.first {
        return nothing_sent(&page.public_url);
    }
    let clock = Clock::start(page.now.at);
    let rows = page.leads.into_iter().map(|lead| row(lead, clock));
    let count = match page.total {
        1 => "1 lead".to_owned(),
        many => format!("{} leads", number(many)),
    };
    let next = page
        .next_cursor
        .map(|cursor| ListAddress::new("/leads", [("cursor", cursor.as_str())]).to_string());
    view! {
        <Listing
            list=LIST
            rows=rows.collect()
            count=count
            exports=exports("/leads/export", "")
            first=(!page.first).then(|| "/leads".to_owned())
            next=next
        />
    }
}

fn row(lead: LeadRow, clock: Clock) -> AnyView {
    let name = lead.name.unwrap_or_else(|| "Unnamed lead".to_owned());
    let reached = [lead.email, lead.phone].into_iter().flatten().collect();
    let status = lead.status.label().to_owned();
    let cells = vec![
        optional_text(lead.source),
        erase(status),
        item(lead.item_id, lead.message, lead.note),
        view! { <Time moment=lead.updated clock=clock/> },
    ];
    view! { <Row columns=LIST.columns name=name under=reached cells=cells/> }
}

/// Renders the item as a link to the inventory, and below it the message and the note, which
/// open on demand.
fn item(id: Option<String>, message: Option<String>, note: Option<String>) -> AnyView {
    let texts = [("Message", message), ("Note", note)];
    let texts = texts.into_iter().filter_map(|(label, text)| {
        text.map(|text| view! { <CollapsibleText label=label text=text/> })
    });
    let texts: Vec<_> = texts.collect();
    let id = match id {
        Some(id) => {
            let found = ListAddress::new("/inventory", [("q", id.as_str())]).to_string();
            view! { <a href=found>{id}</a> }
        }
        None => optional_text(None),
    };
    erase((id, texts))
}

/// Shown while there are no leads.
fn nothing_sent(url: &str) -> AnyView {
    let call = format!(
        "curl -X POST {url}/api/leads \\\n  -H \"X-API-Key: vx_abc123...\" \\\n  -H \"Content-Type: application/json\" \\\n  \
         -d '{{\"name\": \"Grace Hopper\", \"email\": \"grace@example.com\", \"message\": \"Is it still for sale?\", \
         \"source\": \"website\", \"item_id\": \"SKU001\"}}'"
    );
    view! {
        <NothingSent
            title="No leads yet"
            text="Leads arrive through the API, and your CRM reads them there and reports progress. Create a key with leads:write, then send your first lead:"
            call=call
        />
    }
}
