//! `GET /keys/several`

use super::view::bulk_page;
use super::{LIST, page};
use crate::Visit;
use crate::backend::ConsoleBackend;
use crate::refused::Refused;
use crate::return_path::same_list;
use app::Content;
use axum::response::Response;
use domain::{BulkForm, BulkPage, Failure};

/// Asks to confirm the bulk action in the address.
pub async fn bulk_keys(visit: Visit) -> Response {
    let keys = visit.request.query.iter().filter(|(name, _)| name == "key");
    let form = BulkForm {
        action: visit.asked("do").unwrap_or_default(),
        keys: keys.map(|(_, id)| id.clone()).collect(),
        list: same_list(&visit.asked("list").unwrap_or_default(), LIST).to_owned(),
        ..BulkForm::default()
    };
    let data = visit.backend.bulk(&form).await;
    visit.show(content(data, form.list, None)).await
}

/// Returns the confirmation that was refused.
pub async fn refused(backend: &ConsoleBackend, form: BulkForm, failure: Failure) -> Content {
    let (data, list) = (backend.bulk(&form).await, form.list.clone());
    content(data, list, Some(Refused { form, failure }))
}

/// `list` is the address of the list to which the page leads back.
fn content(
    data: Result<BulkPage, Failure>,
    list: String,
    refused: Option<Refused<BulkForm>>,
) -> Content {
    Content::loaded(data, move |data| bulk_page(data, &list, refused.clone()))
}

impl ConsoleBackend {
    /// Returns the confirmation page that precedes the bulk action in `form`.
    async fn bulk(&self, form: &BulkForm) -> Result<BulkPage, Failure> {
        let member = self.member()?;
        let selection = self.state.services.keys.bulk_selection(member, form).await;
        let selection = self.map_failure(selection)?;
        Ok(page::confirmation(selection, member.time_zone()))
    }
}
