//! `GET /audit`

use super::page::page;
use super::view::audit_page;
use crate::Visit;
use app::Content;
use axum::response::Response;
use domain::{AuditForm, AuditPage, Failure};

pub async fn audit(visit: Visit) -> Response {
    let data = load(&visit).await;
    let content = Content::dated(data, |page| &page.now, audit_page);
    visit.show(content).await
}

async fn load(visit: &Visit) -> Result<AuditPage, Failure> {
    let asked = |name| visit.asked(name).unwrap_or_default();
    let form = AuditForm {
        who: asked("who"),
        what: asked("what"),
        thing: asked("thing"),
        from: asked("from"),
        to: asked("to"),
    };
    let (backend, cursor) = (&visit.backend, visit.asked("cursor"));
    let page = page(&visit.state, backend.member()?, form, cursor.as_deref());
    backend.map_failure(page.await)
}
