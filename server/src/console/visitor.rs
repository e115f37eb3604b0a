//! Who looks at the console.

use super::{cookies, unavailable};
use crate::AppState;
use crate::client::client;
use crate::request::RequestId;
use crate::telemetry::Chain;
use app::request::Theme;
use axum::extract::{Extension, FromRequestParts};
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
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
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = Response;

    /// # Errors
    /// 503 where the database does not say whether there is a session.
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let Extension(request_id) = Extension::<RequestId>::from_request_parts(parts, state)
            .await
            .map_err(axum::response::IntoResponse::into_response)?;
        let token = cookies::session_token(&parts.headers, &state.public_url);
        let member = match &token {
            Some(token) => state
                .service
                .member_of_session(token)
                .await
                .map_err(|error| {
                    tracing::error!(error = %Chain(&error), "a session could not be looked up");
                    unavailable().into_response()
                })?,
            None => None,
        };
        Ok(Self {
            member,
            token,
            client: client(parts, &state.trusted_proxies),
            request_id,
            theme: cookies::theme(&parts.headers),
        })
    }
}

impl Visitor {
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
