//! The origin of a request, and the key that it names.

use domain::{AccountId, KeyId, is_invisible};
use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

/// Origin of a request, for the audit log and for "last used".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    pub ip: IpAddr,
    user_agent: Option<String>,
    request_id: Option<String>,
}

impl Client {
    pub fn new(ip: IpAddr, user_agent: Option<&str>) -> Self {
        RequestOrigin::new(ip, user_agent.map(str::as_bytes)).client()
    }

    /// Returns the same client, with the ID of its request for the audit log.
    #[must_use]
    pub fn of_request(self, id: &str) -> Self {
        Self {
            request_id: Some(id.to_owned()),
            ..self
        }
    }

    pub fn user_agent(&self) -> Option<&str> {
        self.user_agent.as_deref()
    }

    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }
}

/// Origin of a request as received, without an allocation: most calls only need to be counted.
#[derive(Debug, Clone, Copy)]
pub struct RequestOrigin<'a> {
    ip: IpAddr,
    user_agent: Option<&'a [u8]>,
}

impl<'a> RequestOrigin<'a> {
    pub fn new(ip: IpAddr, user_agent: Option<&'a [u8]>) -> Self {
        let ip = ip.to_canonical();
        Self { ip, user_agent }
    }

    pub fn ip(&self) -> IpAddr {
        self.ip
    }

    /// Returns the stored form: at most 200 characters of the user agent, without invisible ones.
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
            request_id: None,
        }
    }

    /// Whether this is the given client, as far as that can be decided without an allocation: if
    /// the program's name is received exactly as it is stored.
    pub(crate) fn matches_exactly(&self, ip: IpAddr, user_agent: Option<&str>) -> bool {
        self.ip == ip && self.user_agent == user_agent.map(str::as_bytes)
    }
}

/// The key that a call used, whether or not the call was accepted. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CalledKey(Arc<KeyIdentity>);

#[derive(Debug, PartialEq, Eq, Hash)]
pub struct KeyIdentity {
    pub(crate) account_id: AccountId,
    pub(crate) key_id: KeyId,
}

impl CalledKey {
    pub(crate) fn new(account_id: AccountId, key_id: KeyId) -> Self {
        Self(Arc::new(KeyIdentity { account_id, key_id }))
    }
}

impl Deref for CalledKey {
    type Target = KeyIdentity;

    fn deref(&self) -> &KeyIdentity {
        &self.0
    }
}
