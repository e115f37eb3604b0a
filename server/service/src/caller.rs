//! The origin of a request, and the key that it names.

use domain::{AccountId, KeyId, is_invisible};
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
