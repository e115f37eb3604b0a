//! A form's body together with the visitor who sent it, whose session is checked after the body has
//! arrived.

use super::form::{Sender, SignedOut};
use super::{Visitor, render};
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::response::{IntoResponse as _, Response};
use domain::{KeyId, MemberId};
use std::future::ready;
use web::AppState;
use web::http::Segment;
use zeroize::Zeroizing;

/// Body of a form of the console. Handlers get one only inside [`FormRequest`].
pub trait FormBody: Sized + Send {
    /// Whether the body is a file so long that it is read only for visitors with a session.
    const IS_LONG: bool = false;

    /// Reads the body of a request.
    ///
    /// # Errors
    /// The response to a body that cannot be read.
    fn read(request: Request) -> impl Future<Output = Result<Self, Response>> + Send;
}

/// A form without fields. Its body is ignored.
impl FormBody for () {
    fn read(_: Request) -> impl Future<Output = Result<Self, Response>> + Send {
        ready(Ok(()))
    }
}

/// The variable segment of a form's address.
pub trait FormId: Sized + Send {
    /// Parses the decoded segment, which is `None` if it is not UTF-8. Returns `None` if nothing
    /// can be at this address.
    fn parse(segment: Option<&str>) -> Option<Self>;
}

/// The address has no variable segment, or the handler reads it.
impl FormId for () {
    fn parse(_: Option<&str>) -> Option<Self> {
        Some(())
    }
}

impl FormId for KeyId {
    fn parse(segment: Option<&str>) -> Option<Self> {
        Self::parse(segment?).ok()
    }
}

impl FormId for MemberId {
    fn parse(segment: Option<&str>) -> Option<Self> {
        Self::parse(segment?).ok()
    }
}

/// A form, and its visitor, who is looked up after the whole form has arrived.
///
/// The body may take a minute to arrive, and the session may end in that time. It is therefore
/// looked up after the body, and no handler can get the body without that look-up.
pub struct FormRequest<B, I = ()> {
    pub state: AppState,
    pub visitor: Visitor,
    pub id: I,
    pub body: B,
}

impl<B: FormBody, I: FormId> FromRequest<AppState> for FormRequest<B, I> {
    type Rejection = Response;

    /// Reads the body and looks the session up.
    ///
    /// # Errors
    /// Those of the body, 503 if the database does not answer, and 404 for an address with an
    /// impossible id.
    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        // A long body is read only for a visitor with a session.
        if B::IS_LONG {
            let visitor = Visitor::from_request_parts(&mut parts, state).await?;
            if visitor.member.is_none() {
                let path = parts.uri.path();
                return Err(SignedOut::without_file(state, &visitor, path).into_response());
            }
        }
        let body = B::read(Request::from_parts(parts.clone(), body)).await?;
        // The session is looked up after the body, which may have taken a minute.
        let visitor = Visitor::from_request_parts(&mut parts, state).await?;
        match I::parse(Segment::read(&parts).as_deref()) {
            Some(id) => Ok(Self {
                state: state.clone(),
                visitor,
                id,
                body,
            }),
            None => Err(render::not_found(state, &visitor, parts.uri.path()).await),
        }
    }
}

impl<B, I> FormRequest<B, I> {
    /// Like [`FormRequest::sender`], with the token of the member's session.
    ///
    /// # Errors
    /// As for [`FormRequest::sender`].
    pub fn sender_with_session<'a>(
        &'a self,
        page: &'a str,
    ) -> Result<(Sender<'a>, &'a Zeroizing<String>), SignedOut> {
        match &self.visitor.token {
            Some(token) => Ok((self.sender(page)?, token)),
            None => Err(SignedOut::at(&self.state, &self.visitor, page)),
        }
    }

    /// Returns the member who sent the form, which is on the page at this path.
    ///
    /// # Errors
    /// [`SignedOut`] without a session.
    pub fn sender<'a>(&'a self, page: &'a str) -> Result<Sender<'a>, SignedOut> {
        match &self.visitor.member {
            Some(member) => Ok(Sender::new(&self.state, &self.visitor, member, page)),
            None => Err(SignedOut::at(&self.state, &self.visitor, page)),
        }
    }
}
