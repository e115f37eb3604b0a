//! Failed sign-ins of members, counted by hour, network and member.

use super::{Action, Actor, AuditEvent, Result};
use crate::rfc3339::rfc3339;
use async_trait::async_trait;
use domain::{AccountId, MemberId, Timestamp};
use serde_json::json;
use std::net::IpAddr;

/// Maximum number of networks with separate counts and audit events, for each member, action and
/// hour. All others share one count, so that an attack from many addresses cannot fill the audit
/// log.
pub const MAX_COUNTED_NETWORKS: u32 = 20;

/// Failed attempts of one kind against one member, from one network in one hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedAttempts {
    pub member_id: MemberId,
    /// The action under which the failures are recorded, such as [`Action::SessionRefused`].
    pub action: Action,
    /// The beginning of the hour, in UTC.
    pub hour: Timestamp,
    /// An IPv4 address or an IPv6 /64; empty for the shared count.
    pub network: String,
    /// The address of the first attempt; `None` for the shared count.
    pub ip: Option<IpAddr>,
    pub attempts: u64,
}

impl FailedAttempts {
    /// Returns the audit event, with the number of attempts so far.
    pub fn event(&self, account: &AccountId, now: Timestamp) -> AuditEvent {
        let mut detail = json!({ "attempts": self.attempts, "hour": rfc3339(self.hour) });
        if self.network.is_empty() {
            detail["from"] = json!("other addresses");
        }
        AuditEvent {
            actor: Actor::Unknown,
            ip: self.ip,
            ..AuditEvent::of_system(account, self.action, self.member_id.as_str(), now, detail)
        }
    }
}

/// Counts of failed sign-ins. Each count leads to at most two audit events: one when it begins and,
/// if further attempts followed, one with their number once the hour is over.
#[async_trait]
pub trait AttemptStore: Send + Sync + 'static {
    /// Adds to the counts of one account's members, and records an event at `now` for each count
    /// that begins.
    async fn record_attempts(
        &self,
        account: &AccountId,
        attempts: &[FailedAttempts],
        now: Timestamp,
    ) -> Result<()>;

    /// Removes up to `limit` counts of one account whose hours began before `before`, and records
    /// an event at `now` for each count that grew after its first event. Returns how many counts
    /// were removed, which is 0 if none is left.
    async fn close_attempts(&self, before: Timestamp, now: Timestamp, limit: u32) -> Result<u64>;
}
