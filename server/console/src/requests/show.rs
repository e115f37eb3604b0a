//! `GET /requests`

use super::filter::RefusalQuery;
use super::page::page;
use super::view::requests_page;
use crate::Visit;
use app::Content;
use axum::response::Response;
use domain::{Failure, RefusalPage};

pub async fn requests(visit: Visit) -> Response {
    let data = load(&visit).await;
    let content = Content::dated(data, |page| &page.now, requests_page);
    visit.show(content).await
}

/// Lists refused calls, or explains the one with the request id in the address. The cursor is taken
/// from [`RefusalList::next`](domain::RefusalList::next).
async fn load(visit: &Visit) -> Result<RefusalPage, Failure> {
    let query = RefusalQuery::read(|name| visit.asked(name));
    let (id, cursor) = (visit.asked("id"), visit.asked("cursor"));
    let member = visit.backend.member()?;
    let page = page(
        &visit.state,
        member,
        query,
        id.as_deref(),
        cursor.as_deref(),
    );
    visit.backend.map_failure(page.await)
}
