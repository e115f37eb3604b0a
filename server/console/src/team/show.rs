//! `GET` of the members of an account, of one member, and of the form that invites one.

use super::page;
use super::view::{RefusedForm, invite_page, member_page, team_page};
use crate::Visit;
use crate::backend::ConsoleBackend;
use crate::fields::Fields;
use crate::refused::Refused;
use app::Content;
use axum::response::Response;
use domain::{Failure, InviteForm, TeamPage};
use service::TeamCursor;
use web::cursor;

pub async fn team(visit: Visit) -> Response {
    let data = visit.backend.team(visit.asked("cursor")).await;
    visit.show(team_content(data)).await
}

pub async fn invite(mut visit: Visit) -> Response {
    let kept = visit.kept(read_invitation);
    let content = invite_content(&visit.backend, kept).await;
    visit.show(content).await
}

pub async fn member(visit: Visit) -> Response {
    let content = member_content(&visit.backend, visit.id(), None).await;
    visit.show(content).await
}

/// Returns the form as it was sent.
pub fn read_invitation(fields: &Fields) -> InviteForm {
    InviteForm {
        email: fields.text("email"),
        role: fields.text("role"),
        by_link: !fields.text("by_link").is_empty(),
    }
}

/// Returns the page of all members.
pub fn team_content(data: Result<TeamPage, Failure>) -> Content {
    Content::loaded(data, team_page)
}

/// Returns the form that invites a person, possibly refused.
pub async fn invite_content(
    backend: &ConsoleBackend,
    refused: Option<Refused<InviteForm>>,
) -> Content {
    let data = backend.team(None).await;
    Content::loaded(data, move |data| invite_page(data, refused.clone()))
}

/// Returns the page of a member, possibly after a form that failed.
pub async fn member_content(
    backend: &ConsoleBackend,
    id: &str,
    refused: Option<RefusedForm>,
) -> Content {
    let data = backend.teammate(id).await;
    Content::loaded(data, move |data| member_page(data, refused.clone()))
}

impl ConsoleBackend {
    /// `cursor` is taken from [`TeamPage::next_members`] or [`TeamPage::next_invitations`].
    pub async fn team(&self, cursor: Option<String>) -> Result<TeamPage, Failure> {
        let member = self.member()?;
        let position = cursor.map(|text| cursor::read_team(&text).ok_or(Failure::NotFound));
        let position = position.transpose()?.unwrap_or(TeamCursor::Start);
        let list = self.map_failure(self.state.services.team.list(member, &position).await)?;
        let is_first = position == TeamCursor::Start;
        let mail = self.state.mailer.is_some();
        Ok(page::list(list, is_first, member, mail, self.now()))
    }

    async fn teammate(&self, id: &str) -> Result<TeamPage, Failure> {
        let member = self.member()?;
        let found = self.map_failure(self.state.services.team.find(member, id).await)?;
        let mail = self.state.mailer.is_some();
        Ok(page::member(found, member, mail, self.now()))
    }
}
