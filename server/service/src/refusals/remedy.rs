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
    /// The key has been changed since the call, so that the reason of the refusal is gone. Neither
    /// its status nor its allow list is a reason to refuse such a call now.
    Done,
}

impl Remedy {
    /// Returns the change that helps after a refused call, as far as its key needs it now. `None`
    /// if the key can no longer be changed, if such a call would now be refused for another reason,
    /// or if the caller has to change the request instead.
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
        match needed {
            Some(remedy) => Some(RemedyState::Needed(remedy)),
            None if status == KeyStatus::Active && admits_caller(key, call) => {
                Some(RemedyState::Done)
            }
            None => None,
        }
    }
}

/// Returns whether the key's allow list admits the caller, as far as its address is known.
fn admits_caller(key: &KeyRecord, call: &RefusedCall) -> bool {
    let address = match call.cause {
        Cause::Address(ip) => Some(ip),
        _ => call.address,
    };
    match (&key.allow_list, address) {
        (Some(list), Some(ip)) => list.admits(ip),
        _ => true,
    }
}
