//! The change of a key by which further calls like a refused one are accepted.

use crate::refusal::Cause;
use crate::store::{KeyRecord, RefusedCall};
use domain::{KeyStatus, RefusalCode, Scope, Timestamp};
use std::net::IpAddr;

/// A change of the key's present settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    AddScope(Scope),
    AllowAddress(IpAddr),
    Resume,
}

impl Remedy {
    /// Returns the change that the call's key needs now. There is none if the key was changed
    /// since, or can no longer be changed, or if the caller has to change the request instead.
    pub fn of(call: &RefusedCall, key: &KeyRecord, now: Timestamp) -> Option<Self> {
        let status = key.status(now);
        if !status.is_live() {
            return None;
        }
        match (RefusalCode::of(&call.code), &call.cause) {
            (RefusalCode::MissingScope, Cause::Scope(scope)) => {
                (!key.scopes.contains(*scope)).then_some(Self::AddScope(*scope))
            }
            (RefusalCode::IpNotAllowed, Cause::Address(ip)) => {
                let list = key.allow_list.as_ref();
                let is_refused = list.is_some_and(|list| !list.admits(*ip));
                is_refused.then(|| Self::AllowAddress(ip.to_canonical()))
            }
            (RefusalCode::PausedKey, _) => (status == KeyStatus::Paused).then_some(Self::Resume),
            _ => None,
        }
    }
}
