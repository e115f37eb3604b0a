//! `GET /inventory` and `GET /inventory/items/{id}`

use super::page;
use super::view::{inventory_page, item_page};
use super::words::FULL_KEY;
use crate::Visit;
use crate::backend::ConsoleBackend;
use app::Content;
use axum::response::Response;
use domain::{Failure, InventoryPage, ItemPage};
use service::inventory::ItemFilter;
use service::key::PlainKey;
use web::cursor;
use web::http::Segment;

pub async fn inventory(visit: Visit) -> Response {
    let (cursor, q) = (visit.asked("cursor"), visit.asked("q"));
    let data = visit.backend.inventory(cursor.as_deref(), q.as_deref());
    let content = Content::dated(data.await, |page| &page.now, inventory_page);
    visit.show(content).await
}

pub async fn item(Segment(id): Segment, visit: Visit) -> Response {
    let data = visit.backend.item(id.as_deref()).await;
    let content = Content::dated(data, |page| &page.now, item_page);
    visit.show(content).await
}

impl ConsoleBackend {
    /// `id` is `None` if the id in the address is not UTF-8.
    async fn item(&self, id: Option<&str>) -> Result<ItemPage, Failure> {
        let member = self.member()?;
        let id = id.ok_or(Failure::NotFound)?;
        let item = self.state.services.inventory.item(member, id).await;
        Ok(page::item(self.map_failure(item)?, member, self.now()))
    }

    /// `cursor` is taken from [`InventoryPage::next`].
    async fn inventory(
        &self,
        cursor: Option<&str>,
        q: Option<&str>,
    ) -> Result<InventoryPage, Failure> {
        let member = self.member()?;
        let after = cursor.map(|text| cursor::read_item(text).ok_or(Failure::NotFound));
        let after = after.transpose()?;
        // The key has been in the address, but it is not shown again.
        let words = q.unwrap_or_default().split_whitespace();
        let has_full_key = { words }.any(|word| PlainKey::parse(word.as_bytes()).is_ok());
        let filter = ItemFilter::search(q.filter(|_| !has_full_key));
        let list = (self.state.services.inventory).page(member, &filter, after.as_deref());
        let (list, is_first) = (self.map_failure(list.await)?, after.is_none());
        let (now, public_url) = (self.now(), self.state.public_url.origin());
        Ok(InventoryPage {
            refused: has_full_key.then(|| FULL_KEY.to_owned()),
            ..page::list(list, filter, is_first, member, now, public_url)
        })
    }
}
