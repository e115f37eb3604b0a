//! A visit to a page: its request by `GET`.

use super::backend::ConsoleBackend;
use super::fields::Fields;
use super::list_parameters::{CORRECTED, corrected};
use super::refused::Refused;
use super::return_path::sign_in_url;
use super::{Visitor, cookies, render, see_other};
use app::Content;
use app::request::PageRequest;
use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;
use axum::response::Response;
use domain::{Failure, KeyId};
use web::AppState;
use web::http::accept_encoding::Coding;
use web::parameter_limits::MAX_NEXT;

/// A request for a page, with what its handler needs. As an argument of a handler, it redirects
/// visitors without a session to the sign-in page, and the address of a list with unknown
/// parameters to the one without them.
pub struct Visit {
    pub state: AppState,
    pub visitor: Visitor,
    pub backend: ConsoleBackend,
    pub request: PageRequest,
    /// The form that the page shows again.
    shown_form: Option<String>,
}

impl FromRequestParts<AppState> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, state).await?;
        if visitor.member.is_none() {
            return Err(see_other(&sign_in_url(current_path(&parts.uri))));
        }
        let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
        if let Some(address) = corrected(path, query) {
            return Err(visitor.redirect_with_flash(state, &address, CORRECTED));
        }
        Ok(Self::new(state, visitor, &parts.uri))
    }
}

impl Visit {
    /// Returns the visit of a page that needs no session.
    pub fn new(state: &AppState, visitor: Visitor, uri: &Uri) -> Self {
        let path = uri.path();
        let mut request = render::request(state, &visitor, path, uri.query());
        request.flash = visitor.flash(path);
        Self {
            state: state.clone(),
            backend: ConsoleBackend::of(state, &visitor),
            visitor,
            request,
            shown_form: None,
        }
    }

    /// Returns a parameter of the address.
    pub fn asked(&self, name: &str) -> Option<String> {
        self.request.asked(name)
    }

    /// Returns the id in the address of a page such as `/keys/{id}`.
    pub fn id(&self) -> &str {
        self.request.path.split('/').nth(2).unwrap_or_default()
    }

    /// Returns the key in the address of a page such as `/keys/{id}`.
    ///
    /// # Errors
    /// [`Failure::NotFound`] if no key can have this id.
    pub fn key_id(&self) -> Result<KeyId, Failure> {
        KeyId::parse(self.id()).map_err(|_| Failure::NotFound)
    }

    /// Returns the form that the member sent from this page after their session had ended, as a
    /// form that was refused for this reason (`super::kept_form`). It is forgotten once the page
    /// is shown.
    pub fn kept<F>(&mut self, read: impl FnOnce(&Fields) -> F) -> Option<Refused<F>> {
        let (state, visitor) = (&self.state, &self.visitor);
        let (id, member) = (visitor.kept_form.as_ref()?, visitor.member.as_ref()?);
        let now = state.services.clock.now();
        let path = &self.request.path;
        let fields = state.kept_forms.find(id, member.id(), path, now)?;
        self.shown_form = Some(id.clone());
        Some(Refused {
            form: read(&Fields::kept(fields)),
            failure: Failure::SignedOut,
        })
    }

    /// Shows the page, with the notice of the form that redirected to it.
    pub async fn show(self, content: impl Into<Content>) -> Response {
        let shows_flash = self.request.flash.is_some();
        // A form may contain what was pasted by mistake, so it is not compressed here either.
        let coding = match self.shown_form {
            Some(_) => Coding::Identity,
            None => self.visitor.coding,
        };
        let mut page = render::write(coding, self.request, content.into()).await;
        if let Some(id) = self.shown_form.filter(|_| page.status().is_success()) {
            self.state.kept_forms.forget(&id);
        }
        if shows_flash {
            cookies::forget_flash(&mut page, &self.state.public_url);
        }
        page
    }
}

/// Returns the address to return to after signing in.
///
/// If it is too long to be a parameter itself, its query is left out.
pub fn current_path(uri: &Uri) -> &str {
    let path = path_and_query(uri);
    let fits = path.len() <= MAX_NEXT;
    if fits { path } else { uri.path() }
}

pub fn path_and_query(uri: &Uri) -> &str {
    uri.path_and_query()
        .map_or("/", axum::http::uri::PathAndQuery::as_str)
}
