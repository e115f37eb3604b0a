//! A form's body together with the visitor who sent it, judged after the body has arrived.

use super::return_path::sign_in_url;
use super::{Visitor, see_other};
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::response::Response;
use web::AppState;

/// Body of a form of the console. Handlers get one only inside [`FormRequest`].
pub trait FormBody: Sized + Send {
    /// Whether the body is so long that it is read only for visitors with a session.
    const IS_LONG: bool = false;

    /// Reads the body of a request.
    ///
    /// # Errors
    /// The response to a body that cannot be read.
    fn read(request: Request) -> impl Future<Output = Result<Self, Response>> + Send;
}

/// A form, and the visitor as looked up once the whole form had arrived.
///
/// The body may take a minute to arrive, and the session may end in that time. It is therefore
/// looked up after the body, and no handler can get the body without that look-up.
pub struct FormRequest<B> {
    pub visitor: Visitor,
    pub body: B,
}

impl<B: FormBody> FromRequest<AppState> for FormRequest<B> {
    type Rejection = Response;

    /// Reads the body and looks the session up.
    ///
    /// # Errors
    /// Those of the body, and 503 if the database does not answer.
    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        // A long body is read only for a visitor with a session.
        if B::IS_LONG {
            let visitor = Visitor::from_request_parts(&mut parts, state).await?;
            if visitor.member.is_none() {
                return Err(see_other(&sign_in_url(parts.uri.path())));
            }
        }
        let body = B::read(Request::from_parts(parts.clone(), body)).await?;
        // The session is looked up after the body, which may have taken a minute.
        let visitor = Visitor::from_request_parts(&mut parts, state).await?;
        Ok(Self { visitor, body })
    }
}
