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

impl Column {
    const fn name(self) -> &'static str {
        match self {
            Self::Text(name) | Self::Number(name) | Self::Unseen(name) => name,
        }
    }

    fn class(self) -> Option<&'static str> {
        matches!(self, Self::Number(_)).then_some("number")
    }
}

#[component]
pub fn Table(
    caption: &'static str,
    #[prop(optional)] class: Option<&'static str>,
    columns: &'static [Column],
    /// Of the first columns: the address of the list in that order, and `aria-sort`.
    #[prop(optional)]
    sorts: Vec<(String, String)>,
    rows: AnyView,
) -> impl IntoView {
    let mut sorts = sorts.into_iter();
    let heads = columns
        .iter()
        .map(|column| {
            let unseen = matches!(column, Column::Unseen(_)).then_some("visually-hidden");
            let name = plain(view! { <span class=unseen>{column.name()}</span> });
            let (name, sorted) = match sorts.next() {
                Some((href, sorted)) => (
                    plain(view! { <a class="sort" href=href>{name}</a> }),
                    (!sorted.is_empty()).then_some(sorted),
                ),
                None => (name, None),
            };
            view! {
                <th role="columnheader" scope="col" class=column.class() aria-sort=sorted>
                    {name}
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

/// A row for reading: what it is about, smaller lines under that, and a cell for each further column. Roles are
/// restated, since the cards' `display` takes them away.
#[component]
pub fn Row(
    columns: &'static [Column],
    name: String,
    /// What is known by the name's side.
    under: Vec<String>,
    cells: Vec<AnyView>,
) -> impl IntoView {
    let under = under
        .into_iter()
        .map(|line| view! { <small>{line}</small> })
        .collect_view();
    let cells = columns
        .iter()
        .skip(1)
        .zip(cells)
        .map(|(column, cell)| {
            view! {
                <td role="cell" data-label=column.name() class=column.class()>
                    {cell}
                </td>
            }
        })
        .collect_view();
    plain(view! {
        <tr role="row">
            <th role="rowheader" scope="row">
                <span class="name">{name}</span>
                {under}
            </th>
            {cells}
        </tr>
    })
}
