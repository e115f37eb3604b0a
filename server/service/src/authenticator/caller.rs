//! The caller that an authentication proves.

use crate::error::Error;
use crate::key::KeyDigest;
use crate::origin::Client;
use crate::refusal::KeyRefusal;
use crate::store::{Action, Actor, AuditEvent, Authority};
use crate::usage::KeyUsage;
use crate::verdict::{ExpiryNotice, Verdict};
use domain::{AccountId, AccountName, KeyId, KeyName, KeyStatus, Scope, ScopeSet, Timestamp};
use std::sync::Arc;

/// A caller that presented the complete secret of a usable key. Cheap to clone.
///
/// Only authentication creates one, since the digests are private:
///
/// ```compile_fail,E0451
/// fn forge(caller: service::KeyCaller) -> service::KeyCaller {
///     service::KeyCaller { ..caller }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct KeyCaller {
    /// Digests by which the verdict on the key is found again (`Authenticator::judge_again`).
    pub(super) digests: [KeyDigest; 2],
    /// The verdict at the time of the check.
    pub(crate) verdict: Arc<Verdict>,
    pub(crate) expiry_notice: ExpiryNotice,
    /// The last use before this call.
    pub(crate) last_used: Option<Timestamp>,
}

impl KeyCaller {
    pub fn key_id(&self) -> &KeyId {
        &self.verdict.key().key_id
    }

    pub fn account_id(&self) -> &AccountId {
        &self.verdict.key().account_id
    }

    /// Returns the key as the actor of its own actions.
    pub fn actor(&self) -> Actor {
        Actor::Key(self.key_id().clone())
    }

    /// Returns the end of the key, as reported to its holder.
    pub fn expiry_notice(&self) -> ExpiryNotice {
        self.expiry_notice
    }

    /// Returns the usage under which the calls are counted.
    pub fn usage(&self) -> &Arc<KeyUsage> {
        &self.verdict.usage
    }

    pub fn has_scope(&self, scope: Scope) -> bool {
        self.verdict.scopes.contains(scope)
    }

    /// Checks that the key has a scope.
    ///
    /// # Errors
    /// [`Error::Denied`] if it does not.
    pub fn require_scope(&self, scope: Scope) -> Result<(), Error> {
        if self.has_scope(scope) {
            Ok(())
        } else {
            Err(Error::Denied(KeyRefusal::MissingScope(scope)))
        }
    }

    /// Returns the audit event of an action of this key that needs `scope`.
    pub(crate) fn event(
        &self,
        scope: Option<Scope>,
        action: Action,
        subject: &str,
        client: &Client,
        at: Timestamp,
        detail: serde_json::Value,
    ) -> AuditEvent {
        let authority = Authority::Key {
            id: self.key_id().clone(),
            scope,
            ip: client.ip,
        };
        let (account, actor) = (self.account_id(), self.actor());
        AuditEvent::new(account, actor, client, action, subject, at, detail)
            .with_authority(authority)
    }
}

/// The calling key, as the facts of a response of the HTTP API.
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
