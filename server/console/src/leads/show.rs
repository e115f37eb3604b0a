//! `GET /leads`

use super::page;
use super::view::leads_page;
use crate::Visit;
use crate::backend::ConsoleBackend;
use app::Content;
use axum::response::Response;
use domain::{Failure, LeadsPage};
use web::cursor::{ChangeList, read_change};

pub async fn leads(visit: Visit) -> Response {
    let data = visit.backend.leads(visit.asked("cursor")).await;
    let content = Content::dated(data, |page| &page.now, leads_page);
    visit.show(content).await
}

impl ConsoleBackend {
    /// `cursor` is taken from [`LeadsPage::next_cursor`].
    async fn leads(&self, cursor: Option<String>) -> Result<LeadsPage, Failure> {
        let member = self.member()?;
        let before = cursor
            .as_deref()
            .map(|text| read_change(ChangeList::Backward, text).ok_or(Failure::NotFound));
        let before = before.transpose()?;
        let list = self.map_failure(self.state.services.leads.page(member, before).await)?;
        let (now, public_url) = (self.now(), self.state.public_url.origin());
        Ok(page::list(list, before.is_none(), member, now, public_url))
    }
}
