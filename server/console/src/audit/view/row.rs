//! One event of the audit log.

use crate::ListAddress;
use crate::audit::words::join_details;
use crate::components::fact;
use app::components::{Clock, Time};
use app::prelude::*;
use domain::{AuditDetail, AuditName, AuditRow};

/// Length at which the description of a change is cut off, in characters.
const MAX_CHANGE: usize = 120;

/// Renders one event as one line. All further details are in an element that opens without script.
/// ARIA roles are repeated, since the `display` of the rows removes the native ones.
pub fn row(line: AuditRow, clock: Clock) -> AnyView {
    let change = short(&line.details);
    let thing = line.thing.as_ref().map(link);
    let ip = line.ip.clone().unwrap_or_else(|| "Server".to_owned());
    let (what, who) = (line.what.clone(), link(&line.who));
    let details = details(&line);
    view! {
        <tr role="row">
            <td role="cell" class="when">
                <Time moment=line.at clock=clock/>
            </td>
            <td role="cell" class="who">
                {who}
            </td>
            <th role="rowheader" scope="row" class="what" title=what.clone()>
                {what.clone()}
            </th>
            <td role="cell" class="thing">
                {thing}
            </td>
            <td role="cell" class="change">
                {change}
            </td>
            <td role="cell" class="address">
                {ip}
            </td>
            <td role="cell" class="event">
                {details}
            </td>
        </tr>
    }
}

/// Renders a name that links to the page of a key, or else to all events of this actor or subject.
fn link(name: &AuditName) -> AnyView {
    let field = match &name.page {
        Some(page) => {
            return view! { <a href=page.clone() title=name.name.clone()>{name.name.clone()}</a> };
        }
        None if name.filter.contains(':') => "who",
        None => "thing",
    };
    view! { <a href=events(field, name) title=name.name.clone()>{name.name.clone()}</a> }
}

/// Returns the address of all events of this actor or subject.
fn events(field: &str, name: &AuditName) -> String {
    ListAddress::new("/audit", [(field, name.filter.as_str())]).to_string()
}

/// Describes the changes in one line, in which the most important words come first.
fn short(details: &[AuditDetail]) -> String {
    let text = join_details(&details[..details.len().min(3)]);
    match text.char_indices().nth(MAX_CHANGE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn details(line: &AuditRow) -> AnyView {
    let changes = line.details.iter().cloned().map(detail).collect_view();
    let changes = (!changes.is_empty()).then(|| fact("Details", view! { <ul>{changes}</ul> }));
    let thing = line.thing.as_ref().map(|thing| {
        // If the resource has a page, the address of that page contains the id.
        let has_id = thing.page.is_none() && thing.name != thing.filter;
        let id = has_id.then(|| view! { <small><code>{thing.filter.clone()}</code></small> });
        let all = events("thing", thing);
        let text =
            view! { {thing.name.clone()} " " <a href=all>"All events of this resource"</a> {id} };
        fact("Resource", text)
    });
    let who = view! { {line.who.name.clone()} " " <a href=events("who", &line.who)>"All events by this actor"</a> };
    let agent = line.user_agent.clone().map(|agent| {
        let raw = match &line.browser {
            Some(browser) => view! { {browser.clone()} <small dir="auto">{agent}</small> },
            None => view! { <span dir="auto">{agent}</span> },
        };
        fact("User agent", raw)
    });
    let ip = line.ip.clone().map(|ip| fact("IP address", erase(ip)));
    let request = line
        .request_id
        .clone()
        .map(|id| fact("Request ID", view! { <code>{id}</code> }));
    view! {
        <details>
            <summary>
                <span class="visually-hidden">"Details"</span>
            </summary>
            <dl>
                {changes}
                {thing}
                {fact("Actor", who)}
                {fact("Time", erase(line.at.exact.clone()))}
                {fact("Action", view! { <code>{line.action.clone()}</code> })}
                {ip}
                {agent}
                {request}
            </dl>
        </details>
    }
}

fn detail(detail: AuditDetail) -> AnyView {
    let before = detail.before.map(|before| {
        view! {
            <del>{before}</del>
            <span aria-hidden="true">" → "</span>
            <span class="visually-hidden">" changed to "</span>
        }
    });
    view! {
        <li>
            <span class="second">{detail.field} ": "</span>
            {before}
            <ins>{detail.after}</ins>
        </li>
    }
}
