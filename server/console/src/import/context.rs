//! Context of every step of an import, and the ways in which a step ends.

use super::view::import_page;
use crate::backend::failure;
use crate::fields::Fields;
use crate::return_path::sign_in_url;
use crate::{Visitor, busy, cookies, render, see_other, unavailable};
use app::{Content, Page};
use axum::http::StatusCode;
use axum::response::Response;
use domain::{Failure, FileRefusal, ImportPage, ImportStart};
use files::feed::workers::WorkerError;
use service::Member;
use service::store::StoredImport;
use web::AppState;
use web::http::accept_encoding::Coding;

/// Reason why a step ended before its page was rendered.
pub(super) enum EarlyExit {
    /// A finished response.
    Response(Box<Response>),
    /// A page of the import.
    Page(StatusCode, Box<ImportPage>),
    Failure(Failure),
}

pub(super) type Step<T> = Result<T, EarlyExit>;

impl From<Response> for EarlyExit {
    fn from(response: Response) -> Self {
        Self::Response(Box::new(response))
    }
}

impl From<WorkerError> for EarlyExit {
    fn from(reason: WorkerError) -> Self {
        match reason {
            WorkerError::QueueFull(_) => busy().into(),
            WorkerError::Stopping => unavailable().into(),
        }
    }
}

impl EarlyExit {
    pub(super) fn page(status: StatusCode, page: ImportPage) -> Self {
        Self::Page(status, Box::new(page))
    }

    pub(super) fn refusal(status: StatusCode, refused: FileRefusal) -> Self {
        let start = ImportStart {
            refused: Some(refused),
            open: None,
        };
        Self::page(status, ImportPage::Start(Box::new(start)))
    }
}

/// A request for a step, with everything that steps need.
pub(super) struct Context<'a> {
    pub(super) state: &'a AppState,
    pub(super) visitor: &'a Visitor,
    pub(super) member: &'a Member,
}

impl Context<'_> {
    /// Maps an error of the service to the end of the step.
    pub(super) fn map_failure<T>(&self, result: Result<T, service::Error>) -> Step<T> {
        result.map_err(|error| match failure(error, &self.visitor.request_id) {
            Failure::NotFound => EarlyExit::page(StatusCode::NOT_FOUND, ImportPage::Unavailable),
            failure => EarlyExit::Failure(failure),
        })
    }

    /// Returns the form that the member sent from the page at this path after their session had
    /// ended (`crate::kept_form`). It is forgotten once the page is shown.
    pub(super) fn kept_fields(&self, path: &str) -> Option<Fields> {
        let id = self.visitor.kept_form.as_ref()?;
        let now = self.state.services.clock.now();
        let fields = self
            .state
            .kept_forms
            .find(id, self.member.id(), path, now)?;
        Some(Fields::kept(fields))
    }

    pub(super) async fn find(&self, id: &str) -> Step<StoredImport> {
        self.map_failure(self.state.services.imports.find(self.member, id).await)
    }
}

/// Carries out a step for a member, and renders the page with which it ends.
pub(super) async fn answer(
    state: &AppState,
    visitor: &Visitor,
    path: &str,
    step: impl AsyncFnOnce(Context<'_>) -> Step<ImportPage>,
) -> Response {
    let Some(member) = &visitor.member else {
        return see_other(&sign_in_url(path));
    };
    let context = Context {
        state,
        visitor,
        member,
    };
    match step(context).await {
        Ok(page) => draw(state, visitor, Ok(page)).await,
        Err(EarlyExit::Page(status, page)) => {
            let mut response = draw(state, visitor, Ok(*page)).await;
            if response.status().is_success() {
                *response.status_mut() = status;
            }
            response
        }
        Err(EarlyExit::Response(response)) => *response,
        Err(EarlyExit::Failure(Failure::SignedOut)) => see_other(&sign_in_url(path)),
        Err(EarlyExit::Failure(failure)) => {
            let page = draw(state, visitor, Err(failure.clone())).await;
            render::with_status(page, &failure)
        }
    }
}

/// Renders a page of an import, or the reason why there is none.
async fn draw(state: &AppState, visitor: &Visitor, page: Result<ImportPage, Failure>) -> Response {
    let path = Page::Import.path();
    let is_start = matches!(page, Ok(ImportPage::Start(_)));
    let mut request = render::request(state, visitor, path, None);
    request.flash = visitor.flash(path).filter(|_| is_start);
    let shows_flash = request.flash.is_some();
    let kept_form = match &page {
        Ok(ImportPage::Describe(file)) if file.is_kept => visitor.kept_form.as_deref(),
        _ => None,
    };
    // A form may contain what was pasted by mistake, so it is not compressed here either.
    let coding = match kept_form {
        Some(_) => Coding::Identity,
        None => visitor.coding,
    };
    let content = Content::loaded(page, import_page);
    let mut page = render::write(coding, request, content).await;
    if let Some(id) = kept_form.filter(|_| page.status().is_success()) {
        state.kept_forms.forget(id);
    }
    if shows_flash {
        cookies::forget_flash(&mut page, &state.public_url);
    }
    page
}
