//! Where calls come from, as the ports take and give it.

use super::Result;
use async_trait::async_trait;
use domain::{AccountId, KeyId, Outcome, Rejected, Scope, Timestamp};
use ipnet::IpNet;
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

/// As many callers are kept of a key for each outcome: those that called last.
pub const KEPT_CALLERS: usize = 20;
/// As many networks are kept of a key: those that it was last let in from. All of them fit in an
/// [`AllowList`](crate::key::AllowList).
pub const KEPT_NETWORKS: usize = 100;

/// Calls with one key, from one address, by one program, that came to the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Accepted where the key was let in, whatever came of the call.
    pub outcome: Outcome,
    pub ip: IpAddr,
    pub user_agent: Option<String>,
    pub first: Timestamp,
    pub last: Timestamp,
    pub calls: u64,
}

impl Caller {
    /// The network that its address belongs to, such as `203.0.113.0/24`: a /24 of IPv4, a /64 of IPv6.
    ///
    /// # Panics
    /// Never: every address has networks of these lengths.
    pub fn network(&self) -> String {
        let length = if self.ip.is_ipv4() { 24 } else { 64 };
        let network =
            IpNet::new(self.ip, length).expect("a length that every address of the kind has");
        network.trunc().to_string()
    }

    /// The address that stands for the network while no other one of it was seen. Hosts change their address within an
    /// IPv6 network all the time, so none stands for that.
    pub fn only_ip(&self) -> Option<IpAddr> {
        Some(self.ip).filter(IpAddr::is_ipv4)
    }
}

/// What was seen of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    pub account_id: AccountId,
    pub key_id: KeyId,
    pub callers: Vec<Caller>,
    pub scope_uses: ScopeUses,
}

/// A network that a key was let in from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallingNetwork {
    pub network: String,
    /// `None` once several addresses of it were seen.
    pub only_ip: Option<IpAddr>,
    pub first: Timestamp,
    pub last: Timestamp,
}

/// When each permission was last needed by a call that had it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScopeUses(BTreeMap<Scope, Timestamp>);

impl ScopeUses {
    pub fn last(&self, scope: Scope) -> Option<Timestamp> {
        self.0.get(&scope).copied()
    }

    /// Never moves a time backwards.
    pub fn note(&mut self, scope: Scope, at: Timestamp) {
        let last = self.0.entry(scope).or_insert(at);
        *last = at.max(*last);
    }

    pub fn merge(&mut self, other: &Self) {
        for (scope, at) in &other.0 {
            self.note(*scope, *at);
        }
    }

    /// # Errors
    /// A text that [`ScopeUses`] does not write.
    pub fn parse(text: &str) -> std::result::Result<Self, Rejected> {
        const REJECTED: Rejected = Rejected("These are no uses of permissions.");
        let mut uses = Self::default();
        for entry in text.split_whitespace() {
            let (scope, millis) = entry.split_once('=').ok_or(REJECTED)?;
            let millis = millis.parse().map_err(|_| REJECTED)?;
            uses.note(Scope::parse(scope)?, Timestamp::from_millis(millis));
        }
        Ok(uses)
    }
}

/// `leads:read=1790000000000`, separated by spaces.
impl fmt::Display for ScopeUses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (scope, at)) in self.0.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{scope}={}", at.millis())?;
        }
        Ok(())
    }
}

/// What is remembered of a key's calls beside the key itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyMarks {
    pub scope_uses: ScopeUses,
    /// When it was first let in since its networks are remembered.
    pub first_network_at: Option<Timestamp>,
    /// When it was last let in from a network that was not known for it; `None` while it knows but one.
    pub new_network_at: Option<Timestamp>,
    /// When somebody last called with it after it was revoked or expired.
    pub knocked_at: Option<Timestamp>,
}

/// Where calls come from. None of it need survive power loss.
#[async_trait]
pub trait SightingStore: Send + Sync + 'static {
    /// Adds to what is known of keys, in one transaction; never moves a last time backwards, nor a first one forwards.
    /// Unknown keys, and keys of another account, are passed over. Each key stands there once.
    async fn record_sightings(&self, sightings: &[Sighting]) -> Result<()>;

    /// At most [`KEPT_CALLERS`] for each outcome, in no order.
    async fn callers(&self, account: &AccountId, key: &KeyId) -> Result<Vec<Caller>>;

    /// At most [`KEPT_NETWORKS`], in no order.
    async fn networks(&self, account: &AccountId, key: &KeyId) -> Result<Vec<CallingNetwork>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_of_permissions_are_read_as_they_are_written() {
        let mut uses = ScopeUses::default();
        assert_eq!(ScopeUses::parse(&uses.to_string()), Ok(uses.clone()));
        for (scope, millis) in [
            (Scope::LeadsWrite, 7),
            (Scope::InventoryRead, 9),
            (Scope::LeadsWrite, 6),
        ] {
            uses.note(scope, Timestamp::from_millis(millis));
        }
        assert_eq!(
            uses.last(Scope::LeadsWrite),
            Some(Timestamp::from_millis(7))
        );
        assert_eq!(uses.last(Scope::LeadsRead), None);
        assert_eq!(ScopeUses::parse(&uses.to_string()), Ok(uses));
        assert!(ScopeUses::parse("leads:read").is_err());
    }

    #[test]
    fn an_address_belongs_to_its_24_or_64() {
        let caller = |ip: &str| Caller {
            outcome: Outcome::Accepted,
            ip: ip.parse().unwrap(),
            user_agent: None,
            first: Timestamp::from_millis(0),
            last: Timestamp::from_millis(0),
            calls: 1,
        };
        assert_eq!(caller("203.0.113.77").network(), "203.0.113.0/24");
        let v6 = caller("2001:db8:1:2:3:4:5:6");
        assert_eq!(v6.network(), "2001:db8:1:2::/64");
        assert_eq!(v6.only_ip(), None);
    }
}
