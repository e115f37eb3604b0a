//! Visitor of the console, with their session.

use super::{compression, cookies, flash, unavailable};
use app::request::{Flash, Theme};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use service::{Client, EnrollingMember, Member, SignedIn};
use web::AppState;
use web::http::accept_encoding::Coding;
use web::http::context::{client, request_id};
use web::http::{RequestContext, RequestId};
use web::telemetry::ErrorChain;
use zeroize::Zeroizing;

/// A request to the console with its session, if it has a live one.
pub struct Visitor {
    pub member: Option<Member>,
    /// A member whose account requires a second factor, and who has none yet. `member` is then
    /// `None`, so that they can do nothing but set one up and sign out.
    pub factor_due: Option<EnrollingMember>,
    /// Token from the cookie, whether or not it belongs to a session.
    pub token: Option<Zeroizing<String>>,
    pub client: Client,
    pub request_id: RequestId,
    pub theme: Theme,
    pub exact_times: bool,
    /// Content coding in which a page may be sent.
    pub coding: Coding,
    pub comfortable_rows: bool,
    /// Id of a form that was sent after an earlier session had ended.
    pub kept_form: Option<String>,
    /// Page that a flash message is for, and the message.
    flash: Option<(String, Flash)>,
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = Response;

    /// Looks the session up.
    ///
    /// # Errors
    /// Status 503 if the session cannot be looked up in the database.
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let mut visitor = Self::without_member(parts, state);
        if let Some(token) = &visitor.token {
            let signed_in = state.services.sessions.signed_in(token).await;
            match signed_in.map_err(|error| lookup_failed(&error))? {
                Some(SignedIn::Member(member)) => visitor.member = Some(member),
                Some(SignedIn::FactorDue(member)) => visitor.factor_due = Some(member),
                None => {}
            }
            let context = RequestContext::of(&parts.extensions);
            if let (Some(member), Some(context)) = (&visitor.member, context) {
                let _ = context.member.set(member.view());
            }
        }
        Ok(visitor)
    }
}

/// A [`Visitor`] for requests that a page makes without a person's action, which therefore do not
/// extend the session.
pub struct BackgroundVisitor(pub Visitor);

impl FromRequestParts<AppState> for BackgroundVisitor {
    type Rejection = Response;

    /// Looks the session up without extending it.
    ///
    /// # Errors
    /// As for a [`Visitor`].
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let mut visitor = Visitor::without_member(parts, state);
        if let Some(token) = &visitor.token {
            let member = state.services.sessions.member_without_renewal(token).await;
            visitor.member = member.map_err(|error| lookup_failed(&error))?;
        }
        Ok(Self(visitor))
    }
}

fn lookup_failed(error: &service::Error) -> Response {
    tracing::error!(error = %ErrorChain(error), "a session could not be looked up");
    unavailable()
}

impl Visitor {
    /// Returns the visitor before the session is looked up.
    fn without_member(parts: &Parts, state: &AppState) -> Self {
        let token = cookies::session_token(&parts.headers, &state.public_url);
        let session = token.as_ref().map(|token| token.as_str());
        Self {
            member: None,
            factor_due: None,
            flash: flash::read(state, &parts.headers, session),
            kept_form: cookies::kept_form(&parts.headers, &state.public_url),
            token,
            client: client(parts),
            request_id: request_id(parts),
            theme: cookies::theme(&parts.headers),
            exact_times: cookies::exact_times(&parts.headers),
            coding: compression::coding(parts, &state.public_url),
            comfortable_rows: cookies::comfortable_rows(&parts.headers),
        }
    }

    /// Returns the member who may set up a second factor, if the visitor is signed in.
    pub fn enrolling_member(&self) -> Option<EnrollingMember> {
        let member = self.member.as_ref().map(EnrollingMember::from);
        member.or_else(|| self.factor_due.clone())
    }

    /// Returns the flash message for the page at `path`, if there is one.
    pub fn flash(&self, path: &str) -> Option<Flash> {
        let (page, flash) = self.flash.as_ref()?;
        (page == path).then(|| flash.clone())
    }

    /// Redirects to the page at `path`, which then reports the notice.
    pub fn redirect_with_flash(&self, state: &AppState, path: &str, notice: &str) -> Response {
        self.redirect_with_details(state, path, &Flash::new(notice))
    }

    /// Like [`Visitor::redirect_with_flash`], with a message that contains more than its word.
    pub fn redirect_with_details(&self, state: &AppState, path: &str, flash: &Flash) -> Response {
        let session = self.token.as_ref().map(|token| token.as_str());
        flash::redirect(state, session, path, flash)
    }

    /// Ends a session that another one replaces, since the cookie that could end it is lost.
    ///
    /// If this fails, the new session is still opened, and the old one ends when it expires.
    pub async fn end_session(&self, state: &AppState) {
        if self.enrolling_member().is_some()
            && let Some(token) = &self.token
            && let Err(error) = state.services.sessions.sign_out(token, &self.client).await
        {
            tracing::warn!(error = %ErrorChain(&error), "a replaced session could not be ended");
        }
    }
}
