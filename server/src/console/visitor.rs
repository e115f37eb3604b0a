//! Who looks at the console.

use super::{cookies, flash, unavailable};
use crate::AppState;
use crate::client::client;
use crate::request::{Noted, RequestId};
use crate::telemetry::Chain;
use app::request::{Flash, Theme};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use service::{Client, Member};
use zeroize::Zeroizing;

/// A request to the console with its session, if it has a live one.
pub struct Visitor {
    pub member: Option<Member>,
    /// The cookie's token, whether or not it opens anything.
    pub token: Option<Zeroizing<String>>,
    pub client: Client,
    pub request_id: RequestId,
    pub theme: Theme,
    pub exact_times: bool,
    /// The page that a flash message is for, and the message.
    flash: Option<(String, Flash)>,
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = Response;

    /// # Errors
    /// 503 where the database does not say whether there is a session.
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let mut visitor = Self::unknown(parts, state);
        if let Some(token) = &visitor.token {
            let member = state.service.member_of_session(token).await;
            visitor.member = member.map_err(|error| not_known(&error))?;
            if let (Some(member), Some(noted)) = (&visitor.member, Noted::of(&parts.extensions)) {
                let _ = noted.member.set(member.view());
            }
        }
        Ok(visitor)
    }
}

/// Like a [`Visitor`], where the page asks by itself: what nobody did keeps no session alive.
pub struct Onlooker(pub Visitor);

impl FromRequestParts<AppState> for Onlooker {
    type Rejection = Response;

    /// # Errors
    /// As of a [`Visitor`].
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let mut visitor = Visitor::unknown(parts, state);
        if let Some(token) = &visitor.token {
            let member = state.service.member_looking_on(token).await;
            visitor.member = member.map_err(|error| not_known(&error))?;
        }
        Ok(Self(visitor))
    }
}

fn not_known(error: &service::Error) -> Response {
    tracing::error!(error = %Chain(error), "a session could not be looked up");
    unavailable()
}

impl Visitor {
    /// Before it is known whether the token opens anything.
    fn unknown(parts: &Parts, state: &AppState) -> Self {
        let token = cookies::session_token(&parts.headers, &state.public_url);
        let session = token.as_ref().map(|token| token.as_str());
        Self {
            member: None,
            flash: flash::read(state, &parts.headers, session),
            token,
            client: client(parts, &state.trusted_proxies),
            request_id: RequestId::of(parts),
            theme: cookies::theme(&parts.headers),
            exact_times: cookies::exact_times(&parts.headers),
        }
    }

    /// The flash message for the page at `path`, if there is one.
    pub fn flash(&self, path: &str) -> Option<Flash> {
        let (page, flash) = self.flash.as_ref()?;
        (page == path).then(|| flash.clone())
    }

    /// Ends the session that another one takes the place of: its cookie is gone, so that nobody else could. That this
    /// fails is no reason to keep the new one back; it ends by itself.
    pub async fn leave(&self, state: &AppState) {
        if self.member.is_some()
            && let Some(token) = &self.token
            && let Err(error) = state.service.sign_out(token, &self.client).await
        {
            tracing::warn!(error = %Chain(&error), "a session that was replaced could not be ended");
        }
    }
}
