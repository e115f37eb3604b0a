//! Caller statistics of keys: addresses, programs, networks and used scopes.

use super::Result;
use async_trait::async_trait;
use domain::{AccountId, KeyId, Outcome, Scope, Timestamp};
use ipnet::IpNet;
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

/// Callers that are kept for each key and outcome: those with the latest calls.
pub const MAX_CALLERS: usize = 20;
/// Networks that are kept for each key: those with the latest accepted calls. All of them fit in an
/// [`AllowList`](crate::key::AllowList).
pub const MAX_NETWORKS: usize = 100;

/// Calls with one key, from one address and program, with one outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// `Accepted` if the key passed authentication, whatever became of the call afterwards.
    pub outcome: Outcome,
    pub ip: IpAddr,
    pub user_agent: Option<String>,
    pub first: Timestamp,
    pub last: Timestamp,
    pub calls: u64,
}

impl Caller {
    /// Returns the network of the address, such as `203.0.113.0/24`: a /24 of IPv4, a /64 of IPv6.
    ///
    /// # Panics
    /// Never: a network of this length exists for every address.
    pub fn network(&self) -> String {
        let length = if self.ip.is_ipv4() { 24 } else { 64 };
        let network =
            IpNet::new(self.ip, length).expect("a length that every address of the kind has");
        network.trunc().to_string()
    }

    /// Returns the address by which the network can be shown as long as no other address in it was
    /// seen. `None` for IPv6, since hosts often change their address within an IPv6 network.
    pub fn only_ip(&self) -> Option<IpAddr> {
        Some(self.ip).filter(IpAddr::is_ipv4)
    }
}

/// New observations of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerStats {
    pub account_id: AccountId,
    pub key_id: KeyId,
    pub callers: Vec<Caller>,
    pub scope_uses: ScopeUses,
}

/// A network from which a key made accepted calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallingNetwork {
    pub network: String,
    /// The only address that was seen in the network; `None` once several were seen.
    pub only_ip: Option<IpAddr>,
    pub first: Timestamp,
    pub last: Timestamp,
}

/// For each scope, the time of the last call that needed it and had it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScopeUses(BTreeMap<Scope, Timestamp>);

impl ScopeUses {
    pub fn last(&self, scope: Scope) -> Option<Timestamp> {
        self.0.get(&scope).copied()
    }

    /// Records a use of a scope. Never moves a time backwards.
    pub fn note(&mut self, scope: Scope, at: Timestamp) {
        let last = self.0.entry(scope).or_insert(at);
        *last = at.max(*last);
    }

    pub fn merge(&mut self, other: &Self) {
        for (scope, at) in &other.0 {
            self.note(*scope, *at);
        }
    }

    /// Parses the text that `Display` writes; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let mut uses = Self::default();
        for entry in text.split_whitespace() {
            let (scope, millis) = entry.split_once('=')?;
            let at = Timestamp::from_millis(millis.parse().ok()?);
            uses.note(Scope::parse(scope).ok()?, at);
        }
        Some(uses)
    }
}

/// Writes entries such as `leads:read=1790000000000`, in milliseconds and separated by spaces.
impl fmt::Display for ScopeUses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (scope, at)) in self.0.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{scope}={}", at.millis())?;
        }
        Ok(())
    }
}

/// Summary of a key's calls, stored in the key's row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyCallSummary {
    pub scope_uses: ScopeUses,
    /// The time of the first accepted call since the key's networks have been recorded.
    pub first_network_at: Option<Timestamp>,
    /// The time of the last accepted call from a network that was new for the key; `None` until
    /// there is a second network.
    pub new_network_at: Option<Timestamp>,
    /// The time of the last call with the key after it was revoked or had expired.
    pub dead_key_call_at: Option<Timestamp>,
}

/// Caller statistics. None of them need to survive power loss.
#[async_trait]
pub trait CallerStatsStore: Send + Sync + 'static {
    /// Adds observations of keys in one transaction. Never moves a last time backwards, nor a first
    /// time forwards. Keys that do not exist or belong to another account are skipped. Each key
    /// occurs at most once.
    async fn record_caller_stats(&self, stats: &[CallerStats]) -> Result<()>;

    /// Returns up to [`MAX_CALLERS`] callers for each outcome, in no particular order.
    async fn callers(&self, account: &AccountId, key: &KeyId) -> Result<Vec<Caller>>;

    /// Returns up to [`MAX_NETWORKS`] networks, in no particular order.
    async fn networks(&self, account: &AccountId, key: &KeyId) -> Result<Vec<CallingNetwork>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permission_uses_round_trip_through_their_text() {
        let mut uses = ScopeUses::default();
        assert_eq!(ScopeUses::parse(&uses.to_string()), Some(uses.clone()));
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
        assert_eq!(ScopeUses::parse(&uses.to_string()), Some(uses));
        assert_eq!(ScopeUses::parse("leads:read"), None);
    }

    #[test]
    fn caller_belongs_to_its_ipv4_24_or_ipv6_64_network() {
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
