//! Fields of a form that a browser submits without script.

use super::form::{Sender, SignedOut};
use super::form_request::{FormBody, FormRequest};
use super::{busy, plain_text, with_connection_close};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use url::form_urlencoded;
use web::body::{self, ReadError};
use web::kept_forms::FieldValues;
use web::parameter_limits::TooLong;
use zeroize::Zeroizing;

/// Maximum size of a form, far above that of any form of the console.
pub const MAX_BYTES: usize = 64 * 1024;

/// Fields in the order in which they were sent. They are wiped when dropped, since one may be a
/// password.
pub struct Fields(FieldValues);

impl Fields {
    /// Returns the first value of a field, or an empty text.
    pub fn text(&self, name: &str) -> String {
        self.secret(name).as_str().to_owned()
    }

    /// Returns the first value of a field in a text that is wiped when dropped.
    pub fn secret(&self, name: &str) -> Zeroizing<String> {
        self.values(name).next().cloned().unwrap_or_default()
    }

    /// Whether the form has this field, even if it is empty.
    pub fn has(&self, name: &str) -> bool {
        self.values(name).next().is_some()
    }

    /// Returns fields that were kept (`super::kept_form`).
    pub const fn kept(fields: FieldValues) -> Self {
        Self(fields)
    }

    /// Returns every value of a field that can occur more than once.
    pub fn texts(&self, name: &str) -> Vec<String> {
        self.values(name)
            .map(|value| value.as_str().to_owned())
            .collect()
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &Zeroizing<String>> {
        self.0
            .iter()
            .filter(move |(field, _)| field == name)
            .map(|(_, value)| value)
    }
}

impl<I> FormRequest<Fields, I> {
    /// Like [`FormRequest::sender`], for a form without secrets: if the session has ended, the
    /// member gets their entries back after signing in (`super::kept_form`).
    ///
    /// # Errors
    /// [`SignedOut`] without a session.
    pub fn sender_or_keep<'a>(&'a self, page: &'a str) -> Result<Sender<'a>, SignedOut> {
        let keep = |_| SignedOut::keeping(&self.state, &self.visitor, page, &self.body.0);
        self.sender(page).map_err(keep)
    }
}

/// Fields of a form that changes no account, so that no session is looked up.
pub struct Preferences(pub Fields);

impl<S: Sync> FromRequest<S> for Preferences {
    type Rejection = Response;

    async fn from_request(request: Request, _: &S) -> Result<Self, Response> {
        Fields::read(request).await.map(Self)
    }
}

impl FormBody for Fields {
    async fn read(request: Request) -> Result<Self, Response> {
        let kind = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(plain_text(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Send this form as it is sent by a browser.",
            ));
        }
        let body =
            body::read(request.into_body(), MAX_BYTES)
                .await
                .map_err(|error| match error {
                    ReadError::TooLarge => {
                        plain_text(StatusCode::PAYLOAD_TOO_LARGE, "This form is too large.")
                    }
                    ReadError::Slow => with_connection_close(plain_text(
                        StatusCode::REQUEST_TIMEOUT,
                        "This form arrived too slowly, so nothing was changed. Send it again.",
                    )),
                    ReadError::NoRoom => busy(),
                    ReadError::Broken => {
                        plain_text(StatusCode::BAD_REQUEST, "This form arrived incomplete.")
                    }
                })?;
        let body = Zeroizing::new(body);
        let pairs = form_urlencoded::parse(&body);
        let fields: Vec<_> = pairs
            .map(|(name, value)| (name.into_owned(), Zeroizing::new(value.into_owned())))
            .collect();
        let sent = fields.iter().map(|(name, value)| (&**name, value.as_str()));
        TooLong::check_fields(sent).map_err(too_long)?;
        Ok(Self(fields))
    }
}

/// Returns the response for a field that is too long, which the router replaces by a page.
fn too_long(error: TooLong) -> Response {
    let mut response = plain_text(StatusCode::BAD_REQUEST, "A field of this form is too long.");
    response.extensions_mut().insert(error);
    response
}
