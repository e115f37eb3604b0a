//! The second step: the file as it was parsed, and the choices for it.

use super::columns::columns;
use super::head;
use crate::components::{FormOwner, Help, HelpLink, cards_with_help, fact};
use crate::refused::problem;
use app::components::{Column, Icon, Row, Table, optional_text};
use app::prelude::*;
use domain::{CurrencyChoice, Failure, ImportFile};

const ITEMS: &[Column] = &[
    Column::Text("ID"),
    Column::Text("Name"),
    Column::Text("Price"),
];

const HELP: Help = Help {
    title: "What happens",
    advice: &[
        "Nothing is stored yet. The next step shows every change, and the rows that have errors.",
        "Choose “Leave out” for columns that you don't need.",
        "If you choose “Name” for several columns, such as make and model, their values are joined.",
        "If you replace the inventory, you confirm the number of removed items first.",
        "The account remembers these options for the next file with the same columns.",
    ],
    link: Some(HelpLink::Page(
        "/docs#feeds-in-xml-and-csv",
        "Fields and formats",
    )),
};

#[component]
pub fn Describe(file: ImportFile) -> impl IntoView {
    let ImportFile {
        path,
        file_name,
        facts,
        first,
        table,
        currency,
        mode,
        errors,
        is_kept,
    } = file;
    let facts = facts
        .into_iter()
        .map(|(name, value)| fact(name, erase(value)));
    let facts = facts.collect_view();
    let summary = summary(&errors);
    let decimals = table.as_ref().map(|table| decimals(table.decimal_comma));
    let currency = currency.map(|choice| currency_field(&choice, &errors));
    let kept = is_kept.then(|| problem(Failure::SignedOut).notice(""));
    let columns = table.map(|table| columns(table, &errors));
    let cards = view! {
        <section class="box" aria-labelledby="about">
            <h2 id="about">{file_name}</h2>
            <dl class="facts">{facts}</dl>
            {first_items(first)}
        </section>
        <form class="cards" method="post" action=path novalidate>
            <FormOwner/>
            {columns}
            <section class="box" aria-labelledby="options">
                <h2 id="options">"Options"</h2>
                {decimals} {currency}
                {choice(
                    "mode",
                    "Effect on the inventory",
                    &[
                        ("merge", "Add and change items: each item in the file replaces the stored one"),
                        ("update", "Change fields only: fields that are not in the file are kept, and no item is added"),
                        ("replace", "Replace the inventory: items that are not in the file are removed"),
                    ],
                    mode,
                )}
                <div class="actions">
                    <a class="button" href="/inventory/import">
                        "Choose another file"
                    </a>
                    <button type="submit" class="button primary">
                        "Check the file"
                    </button>
                </div>
            </section>
        </form>
    };
    view! {
        {head(2)}
        {kept}
        {summary}
        {cards_with_help(HELP, cards)}
    }
}

/// Renders the first items of a file without columns.
fn first_items(items: Vec<[String; 3]>) -> Option<AnyView> {
    if items.is_empty() {
        return None;
    }
    let rows = items.into_iter().map(|[id, name, price]| {
        let value = |text: String| optional_text(Some(text).filter(|text| !text.is_empty()));
        let cells = vec![value(name), value(price)];
        view! { <Row columns=ITEMS name=id under=Vec::new() cells=cells/> }
    });
    let rows = rows.collect_view().into_any();
    Some(view! { <Table caption="First items" columns=ITEMS rows=rows/> })
}

/// Renders the errors of the form, each with a link to its control.
fn summary(errors: &[(String, String)]) -> Option<AnyView> {
    if errors.is_empty() {
        return None;
    }
    let links = errors.iter().map(|(control, message)| {
        view! {
            <li>
                <a href=format!("#{control}")>{message.clone()}</a>
            </li>
        }
    });
    let links = links.collect_view();
    Some(view! {
        <div class="notice" data-tone="error" role="alert" tabindex="-1" autofocus>
            <Icon name="#i-alert"/>
            <div>
                <strong>"Correct these options"</strong>
                <ul>{links}</ul>
            </div>
        </div>
    })
}

/// Renders the choice of the notation of prices.
fn decimals(is_comma: bool) -> AnyView {
    choice(
        "decimals",
        "Price format",
        &[
            ("point", "1,234.50: a point before the decimals"),
            ("comma", "1.234,50: a comma before the decimals"),
        ],
        if is_comma { "comma" } else { "point" },
    )
}

/// Renders the choice of the currency of prices without one.
fn currency_field(currency: &CurrencyChoice, errors: &[(String, String)]) -> AnyView {
    let error = errors.iter().find(|(control, _)| control == "currency");
    let error = error.map(|(_, message)| message.clone());
    let is_invalid = error.is_some().then_some("true");
    let currencies = currency.groups.iter().map(|(group, options)| {
        let options = options.iter().map(|(value, label)| {
            view! {
                <option value=value.clone() selected=*value == currency.chosen>
                    {label.clone()}
                </option>
            }
        });
        view! { <optgroup label=*group>{options.collect_view()}</optgroup> }
    });
    let currencies = currencies.collect_view();
    let is_empty = currency.chosen.is_empty();
    let empty = match currency.account_currency.clone() {
        Some(account) => view! {
            <optgroup label="Default of the account">
                <option value="" selected=is_empty>
                    {account}
                </option>
            </optgroup>
        },
        None => view! {
            <option value="" selected=is_empty>
                "Select a currency"
            </option>
        },
    };
    view! {
        <div class="field">
            <label for="currency">"Currency for prices without one"</label>
            <select id="currency" name="currency" aria-invalid=is_invalid aria-describedby="currency-error">
                {empty} {currencies}
            </select>
            <div class="error" id="currency-error">
                {error}
            </div>
        </div>
    }
}

/// Renders a choice between several options, each a value and its label.
fn choice(
    name: &'static str,
    label: &'static str,
    options: &[(&'static str, &'static str)],
    chosen: &str,
) -> AnyView {
    let options = options.iter().map(|&(value, label)| {
        view! {
            <option value=value selected=value == chosen>
                {label}
            </option>
        }
    });
    let options = options.collect_view();
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select id=name name=name>
                {options}
            </select>
        </div>
    }
}
