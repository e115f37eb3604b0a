//! `GET /`

use super::page;
use super::view::dashboard_page;
use crate::Visit;
use crate::backend::ConsoleBackend;
use app::Content;
use axum::response::Response;
use domain::{DashboardPage, Failure};

pub async fn dashboard(visit: Visit) -> Response {
    let data = visit.backend.dashboard().await;
    let content = Content::dated(data, |page| &page.now, dashboard_page);
    visit.show(content).await
}

impl ConsoleBackend {
    async fn dashboard(&self) -> Result<DashboardPage, Failure> {
        let member = self.member()?;
        let overview = self.map_failure(self.state.services.dashboard.overview(member).await)?;
        Ok(page::dashboard(
            overview,
            member,
            self.state.public_url.origin(),
        ))
    }
}
