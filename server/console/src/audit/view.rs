//! The audit log: who did what, when, and from where.

use app::components::{
    Clock, CollapsibleText, Column, FieldError, NEXT_PAGE, PageHead, Problem, SEARCH_FURTHER,
    Table, Time, TimesSwitch, escaped, exports, takes_focus,
};
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use domain::{
    AuditDetail, AuditForm, AuditName, AuditPage as Data, AuditRow, Failure, Field,
    FieldError as Wrong,
};

const HEAD: Head = Head {
    title: "Audit log",
    purpose: "Who did what, when, and from where. Entries can't be edited or deleted.",
};

const COLUMNS: &[Column] = &[
    Column::Text("Event"),
    Column::Text("Details"),
    Column::Text("Actor"),
    Column::Text("Source"),
    Column::Text("Time"),
];

/// Length above which a browser's name is collapsed, in bytes.
const LONG: usize = 40;

pub fn audit_page(data: Result<Data, Failure>) -> AnyView {
    page_or_error(HEAD, data, |page| {
        erase((
            view! { <PageHead title=HEAD.title purpose=HEAD.purpose/> },
            log(page),
        ))
    })
}

fn log(page: Data) -> AnyView {
    let filters = filters(&page);
    let all = page.query.is_empty();
    let found = if !page.errors.is_empty() {
        None
    } else if page.rows.is_empty() && page.stopped {
        let title = "No match so far";
        let text =
            "One page searches a part of the log, newest first. Search further for older events.";
        Some(erase((
            view! {
                <section class="empty">
                    <h2>{title}</h2>
                    <p>{text}</p>
                </section>
            },
            pager(&page),
        )))
    } else if page.rows.is_empty() && !page.first {
        Some(view! {
            <section class="empty">
                <h2>"No more matches"</h2>
                <p>"You have reached the beginning of the log. " <a href="/audit">"Clear filters"</a></p>
            </section>
        })
    } else if page.rows.is_empty() {
        Some(view! {
            <section class="empty">
                <h2>"No matching events"</h2>
                <p>
                    "Try changing or clearing your filters. " <a href="/audit">"Clear filters"</a>
                </p>
            </section>
        })
    } else {
        Some(list(page))
    };
    view! {
        <details class="panel" open=!all>
            <summary>"Filter"</summary>
            {filters}
        </details>
        {found}
    }
}

/// Renders the filters: a plain form whose results have an address that can be shared.
fn filters(page: &Data) -> AnyView {
    let AuditForm {
        who,
        what,
        thing,
        from,
        to,
    } = page.form.clone();
    let errors = &page.errors;
    let problem = (!errors.is_empty()).then(|| {
        let failure = Failure::Invalid {
            errors: errors.clone(),
        };
        Problem::from(failure).notice("")
    });
    let days = format!(
        "Dates are in the time zone {}.",
        page.zone.replace('_', " ")
    );
    let key = page.thing.clone().map(|name| {
        let at = format!("/keys/{thing}");
        view! {
            <p class="hint">
                "API key: " <a href=at>{name}</a>
            </p>
        }
    });
    let clear = (!page.query.is_empty()).then(|| {
        view! {
            <a class="button" href="/audit">
                "Clear filters"
            </a>
        }
    });
    view! {
        <search>
            <form class="filters" method="get" action="/audit" novalidate>
                {problem}
                {choice("who", "Actor", page.who.clone(), &who, at(errors, Field::Who))}
                {choice("what", "Event", page.what.clone(), &what, at(errors, Field::What))}
                <div class="field">
                    <label for="thing">"Resource"</label>
                    <input
                        id="thing"
                        name="thing"
                        value=thing
                        placeholder="ID of a key, item or lead"
                        autocomplete="off"
                        spellcheck="false"
                    />
                    {key}
                </div>
                {day("from", "Start date", from, at(errors, Field::From))}
                {day("to", "End date", to, at(errors, Field::To))}
                <p class="hint">{days}</p>
                <div class="actions">
                    {clear}
                    <button type="submit" class="button">
                        "Apply"
                    </button>
                </div>
            </form>
        </search>
    }
}

fn at(errors: &[Wrong], field: Field) -> Option<String> {
    let found = errors.iter().find(|error| error.field == field);
    found.map(|error| error.message.clone())
}

fn choice(
    id: &'static str,
    label: &'static str,
    choices: Vec<(String, String)>,
    value: &str,
    error: Option<String>,
) -> AnyView {
    let choices = choices.into_iter().map(|(choice, text)| {
        let selected = choice == value;
        view! {
            <option value=choice selected=selected>
                {text}
            </option>
        }
    });
    let (error_id, wrong) = (format!("{id}-error"), error.is_some());
    let error = Signal::stored(error);
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <select
                id=id
                name=id
                autofocus=takes_focus(error)
                aria-invalid=wrong.then_some("true")
                aria-describedby=error_id.clone()
            >
                {choices.collect_view()}
            </select>
            <FieldError id=error_id error=error/>
        </div>
    }
}

fn day(id: &'static str, label: &'static str, value: String, error: Option<String>) -> AnyView {
    let (error_id, wrong) = (format!("{id}-error"), error.is_some());
    let error = Signal::stored(error);
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input
                id=id
                name=id
                type="date"
                value=value
                autofocus=takes_focus(error)
                aria-invalid=wrong.then_some("true")
                aria-describedby=error_id.clone()
            />
            <FieldError id=error_id error=error/>
        </div>
    }
}

fn list(page: Data) -> AnyView {
    let clock = Clock::start(page.now.at);
    let pager = pager(&page);
    let exports = exports("/audit/log", &page.query);
    let rows = page.rows.into_iter().map(|line| row(line, clock));
    let rows = rows.collect_view().into_any();
    view! {
        <div class="toolbar">
            {exports}
            <TimesSwitch/>
        </div>
        <Table caption="Events in this account" class="audit" columns=COLUMNS rows=rows/>
        {pager}
    }
}

/// Returns the filter as the query string of an address.
fn suffix(page: &Data) -> String {
    if page.query.is_empty() {
        String::new()
    } else {
        format!("?{}", page.query)
    }
}

fn pager(page: &Data) -> AnyView {
    let first = (!page.first).then(|| format!("/audit{}", suffix(page)));
    let next_label = if page.stopped {
        SEARCH_FURTHER
    } else {
        NEXT_PAGE
    };
    let link = |href: String, label: &'static str| {
        view! {
            <a class="button" href=href>
                {label}
            </a>
        }
    };
    view! {
        <nav class="pager" aria-label="Audit log pagination">
            {first.map(|first| link(first, "First page"))}
            {page.next.clone().map(|next| link(next, next_label))}
        </nav>
    }
}

/// Renders one event. ARIA roles are repeated, since the `display` of the cards removes the native
/// ones.
fn row(line: AuditRow, clock: Clock) -> AnyView {
    let details = line.details.into_iter().map(detail).collect_view();
    let details = (!details.is_empty()).then(|| view! { <ul>{details}</ul> });
    let thing = line
        .thing
        .map(|thing| view! { <small>{named("thing", thing)}</small> });
    let from = line.ip.unwrap_or_else(|| "The command line".to_owned());
    let agent = line.user_agent.map(|agent| {
        if agent.len() > LONG {
            view! { <CollapsibleText label="User agent" text=agent/> }
        } else {
            view! { <small>{agent}</small> }
        }
    });
    view! {
        <tr role="row">
            <th role="rowheader" scope="row">
                <span class="name">{line.what}</span>
                {thing}
            </th>
            <td role="cell" data-label="Details">
                {details}
            </td>
            <td role="cell" data-label="Who">
                {named("who", line.who)}
            </td>
            <td role="cell" data-label="From">
                <div>{from} {agent}</div>
            </td>
            <td role="cell" data-label="When">
                <Time moment=line.at clock=clock/>
            </td>
        </tr>
    }
}

/// Renders a name that links to all events about it.
fn named(field: &str, name: AuditName) -> AnyView {
    match name.filter {
        Some(value) => {
            let at = format!("/audit?{field}={}", escaped(&value));
            view! { <a href=at>{name.name}</a> }
        }
        None => erase(name.name),
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
