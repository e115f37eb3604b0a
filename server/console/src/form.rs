//! Forms that browsers submit without script.
//!
//! A refusal shows the page of the form again, with what was typed, what is wrong and the status of
//! the failure (401, 403, 422 or 429). A success redirects, so that a reload submits nothing twice.

use super::backend::{ConsoleBackend, failure};
use super::render::{self, with_status};
use super::return_path::sign_in_url;
use super::{Visitor, cookies, kept_form};
use app::Content;
use app::request::Flash;
use axum::response::{IntoResponse, Response};
use domain::Failure;
use service::{Client, Error, Member, Services};
use web::AppState;
use web::kept_forms::FieldValues;

/// The response to a form, or a redirect to the sign-in page.
pub type FormResult = Result<Response, SignedOut>;

/// Response to a form that was sent without a session. It redirects to the sign-in page, which
/// reports that nothing was saved, and leads back to the page of the form.
pub struct SignedOut(Box<Response>);

impl SignedOut {
    /// The notice of the sign-in page.
    pub const NOTICE: &str = "unsaved";
    /// The notice if the form is kept until the member has signed in.
    pub const KEPT: &str = "kept";
    /// The notice if the form has a file.
    pub const NO_FILE: &str = "no-file";

    /// `page` is the path of the page of the form.
    pub fn at(state: &AppState, visitor: &Visitor, page: &str) -> Self {
        let redirect = visitor.redirect_with_flash(state, &sign_in_url(page), Self::NOTICE);
        Self(Box::new(redirect))
    }

    /// Like [`SignedOut::at`], for a form with a file, which is not kept.
    pub fn without_file(state: &AppState, visitor: &Visitor, page: &str) -> Self {
        let redirect = visitor.redirect_with_flash(state, &sign_in_url(page), Self::NO_FILE);
        Self(Box::new(redirect))
    }

    /// Like [`SignedOut::at`], for a form without secrets: the member who filled it in gets it back
    /// after signing in, if possible.
    pub fn keeping(state: &AppState, visitor: &Visitor, page: &str, fields: &FieldValues) -> Self {
        let Some(id) = kept_form::keep(state, visitor, page, fields) else {
            return Self::at(state, visitor, page);
        };
        let mut redirect = visitor.redirect_with_flash(state, &sign_in_url(page), Self::KEPT);
        cookies::set_kept_form(&mut redirect, &state.public_url, id);
        Self(Box::new(redirect))
    }
}

impl IntoResponse for SignedOut {
    fn into_response(self) -> Response {
        *self.0
    }
}

/// The member who sent a form, with everything that handlers need to carry it out and to answer.
pub struct Sender<'a> {
    pub services: &'a Services,
    pub member: &'a Member,
    pub client: &'a Client,
    pub backend: ConsoleBackend,
    state: &'a AppState,
    visitor: &'a Visitor,
    /// Path of the page that contains the form.
    page: &'a str,
}

impl<'a> Sender<'a> {
    pub fn new(
        state: &'a AppState,
        visitor: &'a Visitor,
        member: &'a Member,
        page: &'a str,
    ) -> Self {
        Self {
            services: &state.services,
            member,
            client: &visitor.client,
            backend: ConsoleBackend::of(state, visitor),
            state,
            visitor,
            page,
        }
    }

    /// Maps the error of a change to the failure that the member sees.
    pub fn outcome<T>(&self, result: Result<T, Error>) -> Result<T, Failure> {
        result.map_err(|error| failure(error, &self.visitor.request_id))
    }

    /// Answers a form. A success redirects to the page at `path`, which reports the notice once; a
    /// failure shows the page of the form as `again` returns it.
    pub async fn finish(
        &self,
        result: Result<(), Error>,
        (path, notice): (&str, &str),
        again: impl AsyncFnOnce(Failure) -> Content,
    ) -> Response {
        let flash = result.map(|()| Flash::new(notice));
        self.finish_with(flash, path, again).await
    }

    /// Like [`Sender::finish`], for a change of several things, whose number is the result.
    pub async fn finish_counted(
        &self,
        result: Result<u32, Error>,
        (path, notice): (&str, &str),
        again: impl AsyncFnOnce(Failure) -> Content,
    ) -> Response {
        let flash = result.map(|count| Flash::with_detail(notice, count.to_string()));
        self.finish_with(flash, path, again).await
    }

    /// Like [`Sender::finish`], with the message as the result.
    pub async fn finish_with(
        &self,
        result: Result<Flash, Error>,
        path: &str,
        again: impl AsyncFnOnce(Failure) -> Content,
    ) -> Response {
        match self.outcome(result) {
            Ok(flash) => self.visitor.redirect_with_details(self.state, path, &flash),
            Err(failure) => self.refuse(&failure, again(failure.clone()).await).await,
        }
    }

    /// Answers a form whose success shows a result on the page of the form, such as a new secret.
    pub async fn show_or_refuse<T>(
        &self,
        result: Result<T, Error>,
        show: impl FnOnce(T) -> Content,
        again: impl AsyncFnOnce(Failure) -> Content,
    ) -> Response {
        match self.outcome(result) {
            Ok(value) => self.answer_uncompressed(show(value)).await,
            Err(failure) => self.refuse(&failure, again(failure.clone()).await).await,
        }
    }

    /// Answers a form without fields to correct. A failure shows the page of the form as it is now;
    /// `reason` names the notice for it, if the page has one.
    pub async fn finish_or_report<T>(
        &self,
        result: Result<(), Error>,
        (path, notice): (&str, &str),
        reason: impl FnOnce(&Failure) -> Option<&'static str>,
        load: impl Future<Output = Result<T, Failure>>,
        content: impl FnOnce(Result<T, Failure>) -> Content,
    ) -> Response {
        match self.outcome(result) {
            Ok(()) => self.redirect(path, notice),
            Err(failure) => self.report(&failure, reason(&failure), load, content).await,
        }
    }

    /// Shows the page of a form that failed as it is now, with the notice that `reason` names.
    pub async fn report<T>(
        &self,
        failure: &Failure,
        reason: Option<&str>,
        load: impl Future<Output = Result<T, Failure>>,
        content: impl FnOnce(Result<T, Failure>) -> Content,
    ) -> Response {
        let mut request = render::request(self.state, self.visitor, self.page, None);
        request.flash = reason.map(Flash::new);
        let data = match failure {
            // The page itself shows whether the change was made, except if the outcome is unknown.
            Failure::OutcomeUnknown => Err(failure.clone()),
            _ => load.await,
        };
        let page = render::write(self.visitor.coding, request, content(data)).await;
        with_status(page, failure)
    }

    /// Returns the address at which people and integrations reach this installation.
    pub fn public_url(&self) -> &str {
        self.state.public_url.origin()
    }

    /// Redirects to the page at `path`, which then reports the notice.
    pub fn redirect(&self, path: &str, notice: &str) -> Response {
        self.visitor.redirect_with_flash(self.state, path, notice)
    }

    /// Shows the page of the form with the status of a failure.
    async fn refuse(&self, failure: &Failure, content: Content) -> Response {
        with_status(self.answer(content).await, failure)
    }

    /// Shows the page of the form as the response to it.
    pub async fn answer(&self, content: Content) -> Response {
        render::answer(self.state, self.visitor, self.page, content).await
    }

    /// Like [`Sender::answer`], but never compressed: it may be the only page that ever contains a
    /// secret.
    pub async fn answer_uncompressed(&self, content: Content) -> Response {
        render::answer_uncompressed(self.state, self.visitor, self.page, content).await
    }
}
