//! `Idempotency-Key`: a POST or PATCH that is repeated under the same key gets the first response.
//!
//! The whole body is read and included in the digest of the request before the handler receives it.
//! So the key is checked after the caller's permission and rate limit, and before anything that the
//! handler checks. A handler that changes something commits its response with the change, by
//! [`Idempotency::response_builder`].

use super::buffered_response::{AboutLead, BufferedResponse, DoNotStore};
use super::call_outcome::ReplayedCode;
use super::json_body::{MERGE_PATCH, is_merge_patch};
use super::possible_refusals::Refuses;
use super::problem::Problem;
use super::scoped::{Permission, Scoped};
use super::text_body::{has_identity_coding, of_body};
use crate::AppState;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::handler::Handler;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, ETAG, LOCATION};
use axum::http::request::Parts;
use axum::http::response::Parts as AnswerParts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use files::feed::{Format, MAX_BYTES as MAX_FEED_BYTES};
use http_body_util::BodyExt as _;
use service::refusal::Refusal;
use service::store::{RequestAttempt, RequestDigest, StoredResponse};
use service::{Decision, IdempotencyKey, RequestClaim, ResponseBuilder};
use sha2::{Digest as _, Sha256};
use std::convert::Infallible;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use web::body::{ChunkedBody, ReadError};
use web::http::context::in_current_request;
use web::telemetry::ErrorChain;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Headers that belong to a stored response. The others belong to the request that gets the replay.
const STORED_HEADERS: [HeaderName; 3] = [CONTENT_TYPE, ETAG, LOCATION];

/// Extractor for the idempotency key of a request. Every handler that is routed by [`idempotent`]
/// takes it.
#[derive(Clone, Default)]
pub struct Idempotency(Option<Arc<RunningAttempt>>);

struct RunningAttempt {
    attempt: RequestAttempt,
    /// Whether [`ResponseBuilder`] has created the response, which is then committed with the
    /// change.
    is_answered: AtomicBool,
}

impl Idempotency {
    /// Returns what the service needs to commit the response with the change, or `None` if the
    /// request has no idempotency key.
    pub fn response_builder<T: 'static>(
        &self,
        answer: fn(&T) -> BufferedResponse,
    ) -> Option<ResponseBuilder<T>> {
        let running = self.0.clone()?;
        let attempt = running.attempt;
        Some(ResponseBuilder::new(attempt, move |outcome| {
            running.is_answered.store(true, Ordering::Relaxed);
            answer(outcome).into()
        }))
    }
}

impl<S> FromRequestParts<S> for Idempotency {
    type Rejection = Infallible;

    fn from_request_parts(
        parts: &mut Parts,
        _: &S,
    ) -> impl Future<Output = Result<Self, Infallible>> {
        std::future::ready(Ok(parts.extensions.get().cloned().unwrap_or_default()))
    }
}

impl Refuses for Idempotency {
    fn refusals(samples: &mut Vec<Refusal>) {
        samples.extend([
            Refusal::IdempotencyKeyReused,
            Refusal::Conflict,
            Refusal::OutcomeUnknown { idempotent: true },
        ]);
    }
}

/// Routes a method to a handler that runs once for each idempotency key. `P` is the permission that
/// the handler requires.
pub fn idempotent<P, H, T>(method: MethodFilter, handler: H) -> MethodRouter<AppState>
where
    P: Permission + 'static,
    H: Handler<T, AppState>,
    T: 'static,
{
    on(
        method,
        move |State(state): State<AppState>, request: Request| async move {
            if request.headers().contains_key(KEY) {
                let response = run_idempotently::<P, H, T>(handler, state, request).await;
                response.unwrap_or_else(axum::response::IntoResponse::into_response)
            } else {
                handler.call(request, state).await
            }
        },
    )
}

/// Handles a request with an idempotency key.
///
/// 1. The API key is authenticated, and its permission and rate limit are checked.
/// 2. The body is read, and the request is hashed.
/// 3. The API key is checked again, since it may have ended while the body was arriving.
/// 4. The service claims the idempotency key for this request, or finds an earlier request with it.
///    The handler runs only after a claim.
async fn run_idempotently<P, H, T>(
    handler: H,
    state: AppState,
    request: Request,
) -> Result<Response, Problem>
where
    P: Permission,
    H: Handler<T, AppState>,
    T: 'static,
{
    let (mut parts, body) = request.into_parts();
    let scoped = Scoped::<P>::from_request_parts(&mut parts, &state).await?;
    let key = key(&parts.headers)?;
    let (body, digest) = read_body(&parts, body).await?;
    // A replay discloses data as well, so the key is checked again now that the body is complete.
    let scoped = scoped.judge_again(&state).await?;
    // The work runs in a separate task, since a client that disconnects must not cancel it
    // half-way. Idempotency keys exist for such clients.
    let request = Request::from_parts(parts, body);
    let work = async move {
        let decision = state
            .services
            .idempotency
            .begin(&scoped.caller, &key, digest)
            .await;
        match decision? {
            Decision::First(claim) => Ok(run_handler(handler, state, request, claim).await),
            Decision::Replay(response) => Ok(replay(response)?),
            Decision::Reused => Err(Refusal::IdempotencyKeyReused.into()),
            Decision::InProgress => Err(Refusal::Conflict.into()),
        }
    };
    match tokio::spawn(in_current_request(work)).await {
        Ok(response) => response,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_) => Err(Refusal::Unavailable.into()),
        },
    }
}

/// Returns the idempotency key if the headers contain exactly one.
fn key(headers: &HeaderMap) -> Result<IdempotencyKey, Refusal> {
    let mut lines = headers.get_all(KEY).iter();
    let key = match (lines.next(), lines.next()) {
        (Some(line), None) => IdempotencyKey::parse(line.as_bytes().trim_ascii()),
        _ => None,
    };
    key.ok_or_else(|| {
        Refusal::InvalidParameter(
            "Send one `Idempotency-Key` of 1 to 255 printable ASCII characters.".into(),
        )
    })
}

/// Reads the whole body, in pieces so that memory holds it only once, and returns it with the
/// digest of the request.
async fn read_body(parts: &Parts, mut body: Body) -> Result<(Body, RequestDigest), Refusal> {
    let too_large = || of_body(ReadError::TooLarge, MAX_FEED_BYTES);
    if axum::body::HttpBody::size_hint(&body).lower() > MAX_FEED_BYTES as u64 {
        return Err(too_large());
    }
    let mut digest = Sha256::new();
    let address = parts.uri.path_and_query().map_or("", |path| path.as_str());
    let [kind, coding] = media_type(&parts.headers);
    for part in [
        parts.method.as_str().as_bytes(),
        address.as_bytes(),
        kind,
        coding,
    ] {
        // The length of each part is included, so that different lists of parts have different
        // digests.
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    let mut chunks = ChunkedBody::default();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| of_body(ReadError::of(&error), MAX_FEED_BYTES))?;
        if let Ok(piece) = frame.into_data() {
            if piece.len() as u64 > MAX_FEED_BYTES as u64 - chunks.remaining() {
                return Err(too_large());
            }
            digest.update(&piece);
            chunks.push(&piece);
        }
    }
    Ok((Body::new(chunks), RequestDigest(digest.finalize().into())))
}

/// Returns the media type and the content encoding of a body in a canonical form.
///
/// A client that repeats a request from another place, such as its queue, need not spell `charset`
/// in the same way. If a body is refused because of these headers, they are returned as they were
/// sent.
fn media_type(headers: &HeaderMap) -> [&[u8]; 2] {
    let patch = [MERGE_PATCH.as_bytes(), &[]];
    match Format::of(headers) {
        Some((format, Ok(()))) if has_identity_coding(headers) => {
            [format.media_type().as_bytes(), &[]]
        }
        None if is_merge_patch(headers) && has_identity_coding(headers) => patch,
        _ => [CONTENT_TYPE, CONTENT_ENCODING]
            .map(|name| headers.get(name).map_or(&[][..], HeaderValue::as_bytes)),
    }
}

/// Calls the handler and records the outcome of the request.
async fn run_handler<H, T>(
    handler: H,
    state: AppState,
    mut request: Request,
    claim: RequestClaim,
) -> Response
where
    H: Handler<T, AppState>,
    T: 'static,
{
    let running = Arc::new(RunningAttempt {
        attempt: claim.attempt(),
        is_answered: AtomicBool::new(false),
    });
    let idempotency = Idempotency(Some(running.clone()));
    request.extensions_mut().insert(idempotency);
    let services = state.services.clone();
    let response = handler.call(request, state).await;
    let status = response.status();
    if let Some(Problem(Refusal::OutcomeUnknown { .. })) = response.extensions().get() {
        warn_if_failed(services.idempotency.release(claim).await);
        return Problem(Refusal::OutcomeUnknown { idempotent: true }).into_response();
    }
    if !is_stored(status.as_u16()) || response.extensions().get::<DoNotStore>().is_some() {
        warn_if_failed(services.idempotency.give_up(claim).await);
        return response;
    }
    if running.is_answered.load(Ordering::Relaxed) {
        // The response was committed with the change.
        return response;
    }
    let (parts, body) = response.into_parts();
    let Ok(body) = body
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
    else {
        return Problem(Refusal::Internal).into_response();
    };
    // The request succeeded without a change, such as a feed whose items were all stored before.
    let answer = to_stored_response(status, &parts, &body);
    warn_if_failed(services.idempotency.store_response(claim, answer).await);
    Response::from_parts(parts, Body::from(body))
}

/// Whether a response with this status is kept.
///
/// A refusal is not: it changed nothing, so the same request may succeed later, and the client may
/// send a corrected one under the same key.
pub const fn is_stored(status: u16) -> bool {
    matches!(status, 200..=299)
}

/// Logs an outcome that could not be recorded. The client gets its response nevertheless, and the
/// lease of the idempotency key decides when the request may be repeated.
fn warn_if_failed(result: Result<(), service::Error>) {
    if let Err(error) = result {
        tracing::warn!(error = %ErrorChain(&error), "the outcome of an idempotent request could not be recorded");
    }
}

fn to_stored_response(status: StatusCode, parts: &AnswerParts, body: &Bytes) -> StoredResponse {
    let headers = STORED_HEADERS.iter().filter_map(|name| {
        let value = parts.headers.get(name)?.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    StoredResponse {
        status: status.as_u16(),
        headers: headers.collect(),
        body: Some(body.to_vec()),
        lead: parts.extensions.get().map(|AboutLead(lead)| lead.clone()),
    }
}

/// Returns the first response again. Its body is missing if it was too long to be kept, or if it is
/// about a lead that has been erased.
fn replay(answer: StoredResponse) -> Result<Response, Refusal> {
    let has_body = answer.body.is_some();
    let body = answer.body.unwrap_or_default();
    // Earlier versions stored refusals as well.
    let code = ReplayedCode::in_body(&body);
    let mut response = Response::new(Body::from(body));
    response.extensions_mut().insert(code);
    *response.status_mut() = StatusCode::from_u16(answer.status).map_err(|_| Refusal::Internal)?;
    let headers = response.headers_mut();
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    for name in STORED_HEADERS
        .iter()
        .filter(|name| has_body || *name != CONTENT_TYPE)
    {
        if let Some(value) = answer.headers.get(name.as_str())
            && let Ok(value) = HeaderValue::from_str(value)
        {
            headers.insert(name, value);
        }
    }
    Ok(response)
}
