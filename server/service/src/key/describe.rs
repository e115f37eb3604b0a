//! The information that a key may read about itself.

use crate::{KeyCaller, Service};
use domain::{AccountId, AccountName, KeyId, KeyName, KeyStatus, ScopeSet, Timestamp};

/// The calling key, before the HTTP API gives it its shape.
#[derive(Debug)]
pub struct KeyDescription<'a> {
    pub id: &'a KeyId,
    pub name: &'a KeyName,
    pub preview: &'a str,
    pub scopes: &'a ScopeSet,
    pub status: KeyStatus,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    /// The last use before this call, as far as this node knows.
    pub last_used: Option<Timestamp>,
    pub account_id: &'a AccountId,
    pub account_name: &'a AccountName,
}

impl Service {
    /// Describes the key from the verdict that it was judged by.
    pub fn describe_key<'a>(&self, caller: &'a KeyCaller) -> KeyDescription<'a> {
        let verdict = &caller.verdict;
        KeyDescription {
            id: &verdict.key().key_id,
            name: &verdict.name,
            preview: &verdict.preview,
            scopes: &verdict.scopes,
            status: verdict.status(self.clock.now()),
            created_at: verdict.created_at,
            expires_at: verdict.expires_at,
            last_used: caller.last_used,
            account_id: &verdict.key().account_id,
            account_name: &verdict.account_name,
        }
    }
}
