//! The change of a key by which further calls like a refused one are accepted.

use crate::refusal::Cause;
use crate::store::{KeyRecord, RefusedCall};
use domain::{KeyStatus, RefusalCode, Scope, Timestamp};
use std::net::IpAddr;

/// A change of the key's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    AddScope(Scope),
    AllowAddress(IpAddr),
    Resume,
}

/// Whether a key still needs the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemedyState {
    Needed(Remedy),
    /// The key has been changed since the call, so that the reason of the refusal is gone.
    Done,
}

impl Remedy {
    /// Returns the change that helps after a refused call, as far as its key needs it now. `None`
    /// if the key can no longer be changed, or if the caller has to change the request instead.
    pub fn of(call: &RefusedCall, key: &KeyRecord, now: Timestamp) -> Option<RemedyState> {
        let status = key.status(now);
        if !status.is_live() {
            return None;
        }
        let needed = match (RefusalCode::of(&call.code), &call.cause) {
            (RefusalCode::MissingScope, Cause::Scope(scope)) => {
                (!key.scopes.contains(*scope)).then_some(Self::AddScope(*scope))
            }
            (RefusalCode::IpNotAllowed, Cause::Address(ip)) => {
                let list = key.allow_list.as_ref();
                let is_refused = list.is_some_and(|list| !list.admits(*ip));
                is_refused.then(|| Self::AllowAddress(ip.to_canonical()))
            }
            (RefusalCode::PausedKey, _) => (status == KeyStatus::Paused).then_some(Self::Resume),
            _ => return None,
        };
        Some(needed.map_or(RemedyState::Done, RemedyState::Needed))
    }
}
