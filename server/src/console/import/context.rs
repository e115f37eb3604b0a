//! Context of every step of an import, and the ways in which a step ends.

use crate::AppState;
use crate::console::door::failure;
use crate::console::next::sign_in_to;
use crate::console::{Visitor, busy, render, see_other, unavailable};
use crate::feed::workers::NotBegun;
use axum::http::StatusCode;
use axum::response::Response;
use domain::{Failure, FileRefusal, ImportPage, ImportStart};
use service::Member;
use service::store::StoredImport;

/// A step that ended before its page.
pub(super) enum Stop {
    /// An answer that is ready.
    Answer(Box<Response>),
    /// A page of the import.
    Page(StatusCode, Box<ImportPage>),
    Failed(Failure),
}

pub(super) type Step<T> = Result<T, Stop>;

impl From<Response> for Stop {
    fn from(response: Response) -> Self {
        Self::Answer(Box::new(response))
    }
}

impl From<NotBegun> for Stop {
    fn from(reason: NotBegun) -> Self {
        match reason {
            NotBegun::QueueFull(_) => busy().into(),
            NotBegun::Stopping => unavailable().into(),
        }
    }
}

impl Stop {
    pub(super) fn page(status: StatusCode, page: ImportPage) -> Self {
        Self::Page(status, Box::new(page))
    }

    pub(super) fn refused(status: StatusCode, refused: FileRefusal) -> Self {
        let start = ImportStart {
            refused: Some(refused),
            open: None,
        };
        Self::page(status, ImportPage::Start(Box::new(start)))
    }
}

/// A request for a step, with what every step needs.
pub(super) struct Context<'a> {
    pub(super) state: &'a AppState,
    pub(super) visitor: &'a Visitor,
    pub(super) member: &'a Member,
}

impl Context<'_> {
    /// The outcome of a call of the service.
    pub(super) fn told<T>(&self, result: Result<T, service::Error>) -> Step<T> {
        result.map_err(|error| match failure(error, &self.visitor.request_id) {
            Failure::NotFound => Stop::page(StatusCode::NOT_FOUND, ImportPage::Gone),
            failure => Stop::Failed(failure),
        })
    }

    pub(super) async fn find(&self, id: &str) -> Step<StoredImport> {
        self.told(self.state.services.imports.find(self.member, id).await)
    }
}

/// Carries out a step for a member, and draws the page that it ends with.
pub(super) async fn answer(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    step: impl AsyncFnOnce(Context<'_>) -> Step<ImportPage>,
) -> Response {
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_to(path));
    };
    let context = Context {
        state,
        visitor,
        member,
    };
    match step(context).await {
        Ok(page) => render::import(state, visitor, Ok(page)).await,
        Err(Stop::Page(status, page)) => {
            let mut response = render::import(state, visitor, Ok(*page)).await;
            if response.status().is_success() {
                *response.status_mut() = status;
            }
            response
        }
        Err(Stop::Answer(response)) => *response,
        Err(Stop::Failed(Failure::SignedOut)) => see_other(&sign_in_to(path)),
        Err(Stop::Failed(failure)) => {
            let page = render::import(state, visitor, Err(failure.clone())).await;
            render::with_status(page, &failure)
        }
    }
}
