//! The sessions of a member: on their own account page, and on their page in the team.

use app::components::{Clock, CollapsibleText, Column, Table, Time};
use app::prelude::*;
use domain::SessionRow;
use service::Zone;
use service::store::SessionRecord;
use web::words::browser::browser_name;
use web::words::time::display_time;

const COLUMNS: &[Column] = &[
    Column::Text("Browser"),
    Column::Text("IP address"),
    Column::Text("Signed in"),
    Column::Text("Last seen"),
    Column::Unseen("Actions"),
];

/// Length above which a browser's name is collapsed, in bytes.
const LONG: usize = 40;

/// Returns a session as pages show it.
pub fn session_row(record: SessionRecord, is_current: bool, zone: &Zone) -> SessionRow {
    SessionRow {
        id: record.id(),
        opened: display_time(record.created_at, zone),
        last_seen: display_time(record.last_seen_at, zone),
        ip: record.ip.map(|ip| ip.to_string()),
        browser: record
            .user_agent
            .map(|text| browser_name(&text).unwrap_or(text)),
        is_current,
    }
}

/// The form that ends sessions. Its field `end` is the id of one session, or the value for all.
#[derive(Clone)]
pub struct EndSessions {
    /// Address of the form.
    pub path: String,
    /// Button of one session.
    pub one: &'static str,
    /// Value and button for all of them, shown if there are several.
    pub all: (&'static str, &'static str),
}

/// Renders the sessions with the buttons that end them.
pub fn sessions_table(sessions: Vec<SessionRow>, form: &EndSessions, clock: Clock) -> AnyView {
    let (value, button) = form.all;
    let all = (sessions.len() > 1).then(|| {
        view! {
            <form class="actions" method="post" action=form.path.clone()>
                <button type="submit" class="button" name="end" value=value>
                    {button}
                </button>
            </form>
        }
    });
    let rows = sessions.into_iter().map(|one| row(one, form, clock));
    let rows = rows.collect_view().into_any();
    view! {
        <Table caption="Active sessions" class="team" columns=COLUMNS rows=rows/>
        {all}
    }
}

fn row(one: SessionRow, form: &EndSessions, clock: Clock) -> AnyView {
    let address = one.ip.unwrap_or_else(|| "Unknown".to_owned());
    let last_seen = if one.is_current {
        erase("Now")
    } else {
        view! { <Time moment=one.last_seen clock=clock/> }
    };
    let action = if one.is_current {
        view! { <span class="second">"This session"</span> }
    } else {
        view! {
            <form method="post" action=form.path.clone()>
                <button type="submit" class="button small" name="end" value=one.id>
                    {form.one}
                    <span class="visually-hidden">" at " {address.clone()}</span>
                </button>
            </form>
        }
    };
    let browser = match one.browser {
        Some(name) if name.len() > LONG => {
            view! { <CollapsibleText label="Browser" text=name/> }
        }
        Some(name) => erase(name),
        None => erase("Unknown browser"),
    };
    view! {
        <tr role="row">
            <th role="rowheader" scope="row">
                {browser}
            </th>
            <td role="cell" data-label="IP address">
                {address}
            </td>
            <td role="cell" data-label="Signed in">
                <Time moment=one.opened clock=clock/>
            </td>
            <td role="cell" data-label="Last seen">
                {last_seen}
            </td>
            <td role="cell" class="row-actions">
                {action}
            </td>
        </tr>
    }
}
