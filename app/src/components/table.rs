//! A table that becomes a list of cards if its columns do not fit.

use crate::prelude::*;

/// The head of a column.
#[derive(Clone, Copy)]
pub enum Column {
    Text(&'static str),
    /// Aligned on the last digit.
    Number(&'static str),
    /// A head that is only for screen readers, since the cells explain themselves.
    Unseen(&'static str),
    /// A head that is a link, which sorts the list by this column.
    Sorted(&'static str),
    /// The boxes that select rows. A script selects all of them.
    Boxes,
}

impl Column {
    const fn name(self) -> &'static str {
        match self {
            Self::Text(name) | Self::Number(name) | Self::Unseen(name) | Self::Sorted(name) => name,
            Self::Boxes => "Select",
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
    /// For each sorted column: the address of the list in that column's order, and `aria-sort`.
    #[prop(optional)]
    sorts: Vec<(String, String)>,
    rows: AnyView,
) -> impl IntoView {
    let mut sorts = sorts.into_iter();
    let heads = columns
        .iter()
        .map(|column| {
            let sort = match column {
                Column::Sorted(_) => sorts.next(),
                _ => None,
            };
            let (name, sorted) = match (column, sort) {
                (Column::Boxes, _) => (choose_all(), None),
                (_, Some((href, sorted))) => (
                    view! { <a class="sort" href=href>{column.name()}</a> },
                    (!sorted.is_empty()).then_some(sorted),
                ),
                (_, None) => {
                    let unseen = matches!(column, Column::Unseen(_)).then_some("visually-hidden");
                    let name = view! { <span class=unseen>{column.name()}</span> };
                    (name, None)
                }
            };
            view! {
                <th role="columnheader" scope="col" class=column.class() aria-sort=sorted>
                    {name}
                </th>
            }
        })
        .collect_view();
    view! {
        <div class="table-card">
            <table class=class role="table">
                <caption class="visually-hidden">{caption}</caption>
                <thead role="rowgroup">
                    <tr role="row">{heads}</tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
}

fn choose_all() -> AnyView {
    view! {
        <input
            type="checkbox"
            class="scripted"
            id="choose-all"
            aria-label="Select all on this page"
        />
        <span class="visually-hidden">"Select"</span>
    }
}

/// A read-only row: its name, smaller lines below it, and a cell for each further column.
///
/// ARIA roles are repeated, since the `display` of the cards removes the native ones.
#[component]
pub fn Row(
    columns: &'static [Column],
    name: String,
    /// Address of the page about the row.
    #[prop(optional, into)]
    href: Option<String>,
    /// Secondary lines below the name. Each is isolated, since the letters of a text from outside
    /// may be written from right to left.
    under: Vec<String>,
    cells: Vec<AnyView>,
) -> impl IntoView {
    let under = under
        .into_iter()
        .map(|line| view! { <small><bdi>{line}</bdi></small> })
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
    let name = match href {
        Some(href) => {
            view! {
                <a class="name" href=href>
                    {name}
                </a>
            }
        }
        None => view! { <span class="name">{name}</span> },
    };
    view! {
        <tr role="row">
            <th role="rowheader" scope="row">
                {name}
                {under}
            </th>
            {cells}
        </tr>
    }
}
