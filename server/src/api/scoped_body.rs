//! A body together with the key that sent it, judged after the body has arrived.

use super::possible_refusals::Refuses;
use super::problem::Problem;
use super::scoped::{Permission, Scoped};
use crate::AppState;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use service::refusal::Refusal;

/// Body that the API accepts. Handlers get one only inside [`ScopedBody`].
pub trait ApiBody: Refuses + Sized + Send {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// If the body cannot be accepted.
    fn read(request: Request) -> impl Future<Output = Result<Self, Refusal>> + Send;
}

/// A body, and its caller, who is judged after the whole body has arrived.
///
/// A body may take minutes to arrive, and its key may be revoked, paused or narrowed in that time.
/// The key is therefore judged twice: from the head of the request, so that callers without the
/// permission are refused before the body is read, and again after the body. No handler can get the
/// body without the second judgement.
pub struct ScopedBody<P, B> {
    pub scoped: Scoped<P>,
    pub body: B,
}

impl<P: Permission, B: ApiBody> FromRequest<AppState> for ScopedBody<P, B> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let scoped = Scoped::<P>::from_request_parts(&mut parts, state).await?;
        let body = B::read(Request::from_parts(parts, body)).await?;
        let scoped = scoped.judge_again(state).await?;
        Ok(Self { scoped, body })
    }
}

impl<P: Permission, B: ApiBody> Refuses for ScopedBody<P, B> {
    fn refusals(samples: &mut Vec<Refusal>) {
        Scoped::<P>::refusals(samples);
        B::refusals(samples);
        samples.extend(P::QUOTA);
        samples.push(Refusal::StorageLow);
    }
}
