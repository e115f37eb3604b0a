//! A list in columns, which becomes one of cards where columns do not fit.

use crate::lean::plain;
use leptos::prelude::*;

/// The head of a column.
#[derive(Clone, Copy)]
pub enum Column {
    Text(&'static str),
    /// Aligned by its last digit.
    Number(&'static str),
    /// Its cells say for themselves what they are, so that only those who hear the page need the head.
    Unseen(&'static str),
}

/// Rows restate their roles as the head does: the cards' `display` takes them away.
#[component]
pub fn Table(
    caption: &'static str,
    #[prop(optional)] class: Option<&'static str>,
    columns: &'static [Column],
    rows: AnyView,
) -> impl IntoView {
    let heads = columns
        .iter()
        .map(|column| {
            let (class, inner, name) = match *column {
                Column::Text(name) => (None, None, name),
                Column::Number(name) => (Some("number"), None, name),
                Column::Unseen(name) => (None, Some("visually-hidden"), name),
            };
            view! {
                <th role="columnheader" scope="col" class=class>
                    <span class=inner>{name}</span>
                </th>
            }
        })
        .collect_view();
    plain(view! {
        <div class="table-card">
            <table class=class role="table">
                <caption class="visually-hidden">{caption}</caption>
                <thead role="rowgroup">
                    <tr role="row">{heads}</tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    })
}
