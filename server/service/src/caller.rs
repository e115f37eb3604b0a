//! Who asks. These values are made by authentication alone: their fields are private, so code that holds one has
//! been let in.

use crate::key::Ending;
use crate::store::{Action, Actor, AuditEvent};
use crate::usage::KeyUsage;
use crate::verdict::Verdict;
use crate::{Error, Zone};
use domain::{
    AccountId, AccountName, Email, Failure, KeyId, MemberId, MemberView, Role, Scope, Timestamp,
    is_invisible,
};
use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

/// Where a request came from, for the audit log and for "last used".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    pub ip: IpAddr,
    user_agent: Option<String>,
}

impl Client {
    pub fn new(ip: IpAddr, user_agent: Option<&str>) -> Self {
        Source::new(ip, user_agent.map(str::as_bytes)).client()
    }

    pub fn user_agent(&self) -> Option<&str> {
        self.user_agent.as_deref()
    }
}

/// The same as it came, for calls of which nothing has to be kept but that there was one more.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    ip: IpAddr,
    user_agent: Option<&'a [u8]>,
}

impl<'a> Source<'a> {
    pub fn new(ip: IpAddr, user_agent: Option<&'a [u8]>) -> Self {
        let ip = ip.to_canonical();
        Self { ip, user_agent }
    }

    pub fn ip(&self) -> IpAddr {
        self.ip
    }

    /// Keeps at most 200 characters of the user agent, without those that are not seen.
    pub fn client(&self) -> Client {
        let clean = |raw: &[u8]| {
            String::from_utf8_lossy(raw)
                .chars()
                .filter(|c| !c.is_control() && !is_invisible(*c))
                .take(200)
                .collect::<String>()
        };
        let user_agent = self.user_agent.map(clean);
        Client {
            ip: self.ip,
            user_agent: user_agent.filter(|text| !text.trim().is_empty()),
        }
    }

    /// Whether it is a client that is kept, as far as that can be told without making one: where its program's name is
    /// written as it is kept.
    pub(crate) fn is_plainly(&self, ip: IpAddr, user_agent: Option<&str>) -> bool {
        self.ip == ip && self.user_agent == user_agent.map(str::as_bytes)
    }
}

/// A member with a live session.
#[derive(Debug, Clone)]
pub struct Member {
    pub(crate) id: MemberId,
    pub(crate) account_id: AccountId,
    pub(crate) account_name: AccountName,
    pub(crate) email: Email,
    pub(crate) role: Role,
    /// In which they read times.
    pub(crate) time_zone: Zone,
}

impl Member {
    pub fn view(&self) -> MemberView {
        MemberView {
            id: self.id.clone(),
            email: self.email.clone(),
            role: self.role,
            account_id: self.account_id.clone(),
            account_name: self.account_name.clone(),
        }
    }
}

impl Member {
    pub(crate) fn must_manage_keys(&self) -> Result<(), Failure> {
        if self.role.manages_keys() {
            Ok(())
        } else {
            Err(Failure::Forbidden)
        }
    }

    /// Owners and admins; the same as for keys until there is a role in between.
    pub(crate) fn must_manage_inventory(&self) -> Result<(), Failure> {
        self.must_manage_keys()
    }

    /// What this member does.
    pub(crate) fn event(
        &self,
        action: Action,
        subject: &str,
        client: &Client,
        at: Timestamp,
        detail: serde_json::Value,
    ) -> AuditEvent {
        let actor = Actor::Member(self.id.clone());
        AuditEvent::new(&self.account_id, actor, client, action, subject, at, detail)
    }
}

/// The key that a call came with, whether or not it was let in. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CalledKey(Arc<Called>);

#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Called {
    pub(crate) account_id: AccountId,
    pub(crate) key_id: KeyId,
}

impl CalledKey {
    pub(crate) fn new(account_id: AccountId, key_id: KeyId) -> Self {
        Self(Arc::new(Called { account_id, key_id }))
    }
}

impl Deref for CalledKey {
    type Target = Called;

    fn deref(&self) -> &Called {
        &self.0
    }
}

/// A caller that presented the complete secret of a usable key. Cheap to clone.
#[derive(Debug, Clone)]
pub struct KeyCaller {
    /// As the key was when it was checked.
    pub(crate) verdict: Arc<Verdict>,
    pub(crate) ending: Ending,
    /// Before this call.
    pub(crate) last_used: Option<Timestamp>,
}

impl KeyCaller {
    pub fn key_id(&self) -> &KeyId {
        &self.verdict.key().key_id
    }

    pub(crate) fn account_id(&self) -> &AccountId {
        &self.verdict.key().account_id
    }

    /// What its holder is told of the key's end.
    pub fn ending(&self) -> Ending {
        self.ending
    }

    /// What its calls are counted under.
    pub fn usage(&self) -> &Arc<KeyUsage> {
        &self.verdict.usage
    }

    pub fn may(&self, scope: Scope) -> bool {
        self.verdict.scopes.contains(scope)
    }

    /// # Errors
    /// [`Error::MissingScope`] where the key lacks it.
    pub fn must(&self, scope: Scope) -> Result<(), Error> {
        if self.may(scope) {
            Ok(())
        } else {
            Err(Error::MissingScope(scope))
        }
    }

    /// What this key does.
    pub(crate) fn event(
        &self,
        action: Action,
        subject: &str,
        client: &Client,
        at: Timestamp,
        detail: serde_json::Value,
    ) -> AuditEvent {
        let actor = Actor::Key(self.key_id().clone());
        AuditEvent::new(
            self.account_id(),
            actor,
            client,
            action,
            subject,
            at,
            detail,
        )
    }
}
