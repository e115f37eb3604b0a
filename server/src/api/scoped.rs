//! Authentication as a value: a handler that takes a [`Scoped`] runs only for a key with that permission, and what
//! the service does for a key, it does only with the caller that is in here.

use super::calls;
use super::credentials::presented;
use super::ending;
use super::limit;
use super::problem::Problem;
use crate::AppState;
use crate::client::client;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::Scope;
use service::key::{KeyRefusal, Refused, Whose};
use service::{Client, KeyCaller};
use std::marker::PhantomData;

/// A permission as a type.
pub trait Permission: Send {
    /// `None`: any key will do.
    const SCOPE: Option<Scope>;
}

pub struct AnyKey;
pub struct InventoryRead;
pub struct InventoryWrite;
pub struct LeadsRead;
pub struct LeadsWrite;

impl Permission for AnyKey {
    const SCOPE: Option<Scope> = None;
}
impl Permission for InventoryRead {
    const SCOPE: Option<Scope> = Some(Scope::InventoryRead);
}
impl Permission for InventoryWrite {
    const SCOPE: Option<Scope> = Some(Scope::InventoryWrite);
}
impl Permission for LeadsRead {
    const SCOPE: Option<Scope> = Some(Scope::LeadsRead);
}
impl Permission for LeadsWrite {
    const SCOPE: Option<Scope> = Some(Scope::LeadsWrite);
}

/// Who was let in already, for whoever asks again within one request: a call is counted once.
#[derive(Clone)]
struct LetIn {
    caller: KeyCaller,
    client: Client,
}

/// A caller whose key has the permission `P`.
pub struct Scoped<P> {
    pub caller: KeyCaller,
    pub client: Client,
    permission: PhantomData<P>,
}

/// From the request's head alone: who may not is refused before the body is read.
impl<P: Permission> FromRequestParts<AppState> for Scoped<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        if let Some(LetIn { caller, client }) = parts.extensions.get::<LetIn>().cloned() {
            return Self::of(caller, client);
        }
        let client = client(parts, &state.trusted_proxies);
        let key = presented(&parts.headers)?;
        let caller = match state.service.authenticate(key, &client).await {
            Ok(caller) => caller,
            Err(Refused { why, whose }) => {
                match whose {
                    Some(Whose::Genuine(key)) => calls::note(&parts.extensions, key),
                    Some(Whose::Meant(key)) => calls::note_meant(&parts.extensions, key),
                    None => {}
                }
                return Err(why.into());
            }
        };
        calls::note(&parts.extensions, caller.called_key());
        ending::note(&parts.extensions, caller.ending());
        // Whatever comes of it, this was a call: those that lack the permission cost as much as others.
        let allowance = state.service.spend(&caller);
        limit::note(&parts.extensions, allowance);
        let scoped = Self::of(caller, client)?;
        if !allowance.allowed {
            return Err(Problem::RateLimited {
                retry_after_seconds: allowance.seconds,
            });
        }
        if let Some(scope) = P::SCOPE {
            state.service.note_scope(&scoped.caller, scope);
        }
        parts.extensions.insert(LetIn {
            caller: scoped.caller.clone(),
            client: scoped.client.clone(),
        });
        Ok(scoped)
    }
}

impl<P: Permission> Scoped<P> {
    fn of(caller: KeyCaller, client: Client) -> Result<Self, Problem> {
        match P::SCOPE {
            Some(scope) if !caller.may(scope) => Err(Problem::MissingScope(scope)),
            _ => Ok(Self {
                caller,
                client,
                permission: PhantomData,
            }),
        }
    }
}

impl From<KeyRefusal> for Problem {
    fn from(refusal: KeyRefusal) -> Self {
        match refusal {
            KeyRefusal::Malformed(form) => Self::MalformedKey(form),
            KeyRefusal::Unknown => Self::InvalidKey,
            KeyRefusal::Revoked => Self::RevokedKey,
            KeyRefusal::Expired { at } => Self::ExpiredKey { at },
            KeyRefusal::Paused => Self::PausedKey,
            KeyRefusal::NotAllowed { ip } => Self::IpNotAllowed { ip },
            KeyRefusal::TooMany {
                retry_after_seconds,
            } => Self::RateLimited {
                retry_after_seconds,
            },
            KeyRefusal::Failed(error) => error.into(),
        }
    }
}
