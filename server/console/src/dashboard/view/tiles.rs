//! The most important figures.

use app::components::Icon;
use app::prelude::*;
use domain::{Tile, TileTone};

#[component]
pub fn Tiles(tiles: Vec<Tile>) -> impl IntoView {
    let tiles = tiles.into_iter().map(|tile| {
        let warns = tile.tone == TileTone::Warning;
        let icon = warns.then(|| view! { <Icon name="#i-alert"/> });
        let content = view! {
            <span class="label">{tile.label}</span>
            <strong>{icon} {tile.value}</strong>
            <span class="note">{tile.note}</span>
        };
        let content = match tile.href {
            Some(href) => view! { <a href=href>{content}</a> },
            None => view! { <div>{content}</div> },
        };
        view! { <li data-warns=warns.then_some("")>{content}</li> }
    });
    view! {
        <ul class="tiles" aria-label="Key figures">
            {tiles.collect_view()}
        </ul>
    }
}
