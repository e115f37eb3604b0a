//! `GET /keys/{id}/rotate`

use super::page;
use super::view::rotate_key_page;
use crate::Visit;
use crate::backend::ConsoleBackend;
use crate::fields::Fields;
use crate::refused::Refused;
use app::Content;
use axum::response::Response;
use domain::{Failure, KeyId, RotateKeyForm, RotatePage};

pub async fn rotate_key(mut visit: Visit) -> Response {
    let kept = visit.kept(read_form);
    let content = content(&visit.backend, visit.key_id(), kept).await;
    visit.show(content).await
}

/// Returns the form as it was sent.
pub fn read_form(fields: &Fields) -> RotateKeyForm {
    RotateKeyForm {
        grace: fields.text("grace"),
        expires: fields.text("expires"),
        last_day: fields.text("last_day"),
        token: fields.text("token"),
    }
}

/// Returns the form that rotates a key, possibly refused.
pub async fn content(
    backend: &ConsoleBackend,
    id: Result<KeyId, Failure>,
    refused: Option<Refused<RotateKeyForm>>,
) -> Content {
    let data = backend.rotation(id).await;
    Content::loaded(data, move |data| rotate_key_page(data, refused.clone()))
}

impl ConsoleBackend {
    async fn rotation(&self, id: Result<KeyId, Failure>) -> Result<RotatePage, Failure> {
        let (member, id) = (self.member()?, id?);
        let options = self.map_failure(self.state.services.keys.rotation(member, &id).await)?;
        Ok(page::form(options, member.time_zone()))
    }
}
