//! Authentication as a value.
//!
//! A handler that takes a [`Scoped`] runs only for a key with that permission, and the service's
//! methods for keys need the caller that it contains.

use super::credentials::presented_key;
use super::possible_refusals::{LIMITED, Refuses, of_keys};
use super::problem::Problem;
use crate::AppState;
use axum::extract::FromRequestParts;
use axum::http::HeaderValue;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use domain::{Resource, Scope};
use service::authenticator::Refused;
use service::refusal::{KeyRefusal, Refusal};
use service::{Client, KeyCaller, RequestOrigin};
use std::marker::PhantomData;
use std::net::IpAddr;
use url::form_urlencoded;
use web::http::context::{request_id, source};
use web::http::{KeyOutcome, RequestContext, RequestId};

/// Permission as a type.
pub trait Permission: Send {
    /// Required scope, or `None` if any key is sufficient.
    const SCOPE: Option<Scope>;

    /// Sample of the refusal of a body that would exceed a quota of the account.
    const QUOTA: Option<Refusal> = None;

    /// Returns the scope that this request requires besides [`Self::SCOPE`].
    fn additional_scope(_: &Parts) -> Option<Scope> {
        None
    }
}

const ITEMS: Refusal = Refusal::QuotaExceeded {
    resource: Resource::Items,
    limit: 2_000_000,
};

pub struct AnyKey;
pub struct InventoryRead;
pub struct InventoryWrite;
/// Feeds.
pub struct InventoryPush;
pub struct LeadsRead;
pub struct LeadsWrite;
/// New leads.
pub struct LeadsCreate;

impl Permission for AnyKey {
    const SCOPE: Option<Scope> = None;
}
impl Permission for InventoryRead {
    const SCOPE: Option<Scope> = Some(Scope::InventoryRead);
}
impl Permission for InventoryWrite {
    const SCOPE: Option<Scope> = Some(Scope::InventoryWrite);
    const QUOTA: Option<Refusal> = Some(ITEMS);
}
impl Permission for InventoryPush {
    const SCOPE: Option<Scope> = Some(Scope::InventoryWrite);
    const QUOTA: Option<Refusal> = Some(ITEMS);

    /// A dry run shows stored values.
    fn additional_scope(parts: &Parts) -> Option<Scope> {
        let query = parts.uri.query().unwrap_or_default();
        let dry_run = form_urlencoded::parse(query.as_bytes())
            .any(|(name, value)| name == "dry_run" && value == "true");
        dry_run.then_some(Scope::InventoryRead)
    }
}
impl Permission for LeadsRead {
    const SCOPE: Option<Scope> = Some(Scope::LeadsRead);
}
impl Permission for LeadsWrite {
    const SCOPE: Option<Scope> = Some(Scope::LeadsWrite);
}
impl Permission for LeadsCreate {
    const SCOPE: Option<Scope> = Some(Scope::LeadsWrite);
    const QUOTA: Option<Refusal> = Some(Refusal::QuotaExceeded {
        resource: Resource::Leads,
        limit: 1_000_000,
    });
}

/// Caller whose key has the permission `P`.
pub struct Scoped<P> {
    pub caller: KeyCaller,
    ip: IpAddr,
    user_agent: Option<HeaderValue>,
    request_id: RequestId,
    permission: PhantomData<P>,
}

/// Extracted from the head of the request, so that a caller without the permission is refused
/// before the body is read.
impl<P: Permission> FromRequestParts<AppState> for Scoped<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let source = source(parts);
        let context = RequestContext::of(&parts.extensions);
        // Extracted a second time within one request, which is still one call.
        if let Some((caller, _)) = context.and_then(RequestContext::accepted_call) {
            return Ok(Self::of(caller.clone(), source, parts)?);
        }
        // 1. Authenticate the key. A refused key is noted, too, so that the refusal counts as its
        //    call.
        let key = presented_key(&parts.headers)?;
        let authenticated = state.services.auth.authenticate(key, source).await;
        let caller = authenticated.map_err(|Refused { why, usage }| {
            if let (Some(context), Some(usage)) = (context, usage) {
                let _ = context.key.set(KeyOutcome::Refused(usage));
            }
            why
        })?;
        // This counts as a call in any case: a key without the permission costs as much as others.
        let allowance = state.services.auth.spend(&caller);
        if let Some(context) = context {
            let _ = context
                .key
                .set(KeyOutcome::Accepted(caller.clone(), allowance));
        }
        // 2. Refuse in the order of `Problem`: for a missing scope first, and then by the limits.
        let scoped = Self::of(caller, source, parts)?;
        if let Some(retry_after_seconds) = allowance.account_wait {
            return Err(Problem(Refusal::AccountLimited {
                retry_after_seconds,
            }));
        }
        if !allowance.allowed {
            return Err(Problem(Refusal::KeyLimited {
                retry_after_seconds: allowance.seconds,
            }));
        }
        if let Some(scope) = P::SCOPE {
            state.services.auth.note_scope(&scoped.caller, scope);
        }
        Ok(scoped)
    }
}

impl<P: Permission> Refuses for Scoped<P> {
    fn refusals(samples: &mut Vec<Refusal>) {
        samples.extend(of_keys());
        let missing = P::SCOPE.map(KeyRefusal::MissingScope);
        samples.extend(missing.map(Refusal::from));
        samples.extend([LIMITED, Refusal::Internal, Refusal::Unavailable]);
        if matches!(P::SCOPE, Some(Scope::InventoryWrite | Scope::LeadsWrite)) {
            samples.push(Refusal::OutcomeUnknown { idempotent: false });
        }
    }
}

impl<P: Permission> Scoped<P> {
    fn of(caller: KeyCaller, source: RequestOrigin<'_>, parts: &Parts) -> Result<Self, Refusal> {
        let mut required = P::SCOPE.into_iter().chain(P::additional_scope(parts));
        match required.find(|scope| !caller.has_scope(*scope)) {
            Some(scope) => Err(KeyRefusal::MissingScope(scope).into()),
            None => Ok(Self {
                caller,
                ip: source.ip(),
                user_agent: parts.headers.get(USER_AGENT).cloned(),
                request_id: request_id(parts),
                permission: PhantomData,
            }),
        }
    }

    /// Judges the same caller again, for a request whose body took some time to arrive.
    ///
    /// # Errors
    /// If the key may no longer be used, or not for this.
    pub async fn judge_again(self, state: &AppState) -> Result<Self, Problem> {
        let caller = state
            .services
            .auth
            .judge_again(&self.caller, self.ip)
            .await?;
        match P::SCOPE {
            Some(scope) if !caller.has_scope(scope) => {
                Err(Problem(KeyRefusal::MissingScope(scope).into()))
            }
            _ => Ok(Self { caller, ..self }),
        }
    }

    /// Returns the origin of the call, to be stored with what it changes.
    pub fn client(&self) -> Client {
        let agent = self.user_agent.as_ref();
        RequestOrigin::new(self.ip, agent.map(HeaderValue::as_bytes))
            .client()
            .of_request(self.request_id.as_str())
    }
}
