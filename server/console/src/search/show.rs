//! `GET /search`

use super::page::{Query, page};
use super::view::search_page;
use crate::Visit;
use app::Content;
use axum::response::Response;
use domain::{Failure, SearchPage};

pub async fn search(visit: Visit) -> Response {
    let data = load(&visit).await;
    visit.show(Content::loaded(data, search_page)).await
}

/// Returns the keys, pages and actions that match the text in the address.
async fn load(visit: &Visit) -> Result<SearchPage, Failure> {
    let role = visit.backend.member()?.view().role;
    let query = Query::parse(&visit.asked("q").unwrap_or_default());
    let keys = match query.key_search() {
        Some(search) => {
            let page = visit.backend.list_keys_without_calls(&search).await?;
            // Without a filter, the list has all keys.
            let is_refused = page.context.refused.is_some();
            if is_refused { Vec::new() } else { page.keys }
        }
        None => Vec::new(),
    };
    Ok(page(query, &keys, role))
}
