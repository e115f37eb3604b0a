//! Data of the Dashboard.

use crate::{DisplayTime, KeyId, KeyName, LeadStatus, RefusalCode};
use serde::{Deserialize, Serialize};

/// Data of the Dashboard page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DashboardPage {
    pub now: DisplayTime,
    pub public_url: String,
    /// The member may create keys and upload items.
    pub may_manage: bool,
    pub steps: OnboardingSteps,
    /// The last 30 days, oldest first. The last entry is today.
    pub days: Vec<PeriodCalls>,
    /// IANA name of the time zone in which days begin.
    pub time_zone: String,
    /// The most important figures.
    pub tiles: Vec<Tile>,
    /// Refused calls of the last 7 days by reason, the most frequent one first.
    pub refusals: Vec<(RefusalCode, u64)>,
    /// The keys with the most calls in the last 7 days, the one with the most calls first.
    pub busy_keys: Vec<BusyKey>,
    /// Number of keys that were examined for that, the most recently used ones; `None` if all were.
    pub examined_keys: Option<u32>,
    pub keys: KeyCounts,
    /// Keys that expire within 30 days, the next one first.
    pub expiring: Vec<ExpiringKey>,
    pub items: u64,
    pub inventory_change: Option<LastChange>,
    /// Number of leads by status, without erased ones.
    pub leads: Vec<(LeadStatus, u64)>,
    pub leads_change: Option<LastChange>,
    /// The newest events of the audit log, newest first.
    pub events: Vec<LatestEvent>,
}

/// Onboarding steps that the account has completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnboardingSteps {
    /// The account has a key of any status.
    pub key: bool,
    /// A call was accepted at any time.
    pub call: bool,
    /// The account has items or leads.
    pub data: bool,
}

impl OnboardingSteps {
    pub const fn is_complete(self) -> bool {
        self.key && self.call && self.data
    }
}

/// Number of calls in one day or one hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodCalls {
    /// Label of the day or hour, such as `23 Nov` or `14:00`.
    pub name: String,
    pub accepted: u64,
    pub refused: u64,
}

impl PeriodCalls {
    pub const fn total(&self) -> u64 {
        self.accepted + self.refused
    }
}

/// A figure of the Dashboard, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tile {
    pub label: String,
    pub value: String,
    /// Figure that it is compared with, or its parts.
    pub note: String,
    pub tone: TileTone,
    /// Address of the page with the details.
    pub href: Option<String>,
}

/// How a [`Tile`] looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TileTone {
    Plain,
    Warning,
}

/// A key with its calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusyKey {
    pub id: KeyId,
    pub name: KeyName,
    pub preview: String,
    pub accepted: u64,
    pub refused: u64,
}

/// Numbers of an account's keys by status.
///
/// For each status, counting stops above [`KeyCount::MAX`](crate::KeyCount::MAX).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KeyCounts {
    pub active: u32,
    pub paused: u32,
    pub expired: u32,
    pub revoked: u32,
    /// Active and paused keys that were neither used nor created within 30 days.
    pub unused: u32,
    /// Active and paused keys that expire within 7 days.
    pub expiring_soon: u32,
    /// Active and paused keys that were used from a new network in the last 7 days.
    pub new_networks: u32,
    /// Keys that need attention, as in the saved view of the list.
    pub need_attention: u32,
    /// Revoked and expired keys that were used in the last 7 days.
    pub dead_keys_in_use: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpiringKey {
    pub id: KeyId,
    pub name: KeyName,
    pub end: DisplayTime,
    /// The key is being replaced, and is still in use shortly before it expires.
    pub late: bool,
}

/// Notice of keys that expire soon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpiringKeysNotice {
    /// The smallest of 1, 7 and 30 days within which a key expires.
    pub days: u32,
    /// Number of keys and the time within which they expire, such as "4 keys expire within 7 days".
    pub title: String,
    pub text: String,
}

/// Notice of revoked and expired keys that are still in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadKeysNotice {
    /// Number of keys, such as "2 revoked or expired keys are still in use".
    pub title: String,
    /// Names some of them. Empty if they are too far down the list to be found.
    pub text: String,
}

/// The most recent change to the inventory or to the leads, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastChange {
    pub at: DisplayTime,
    /// Summary, such as `3 added, 1 removed`.
    pub what: String,
    /// Name of the key that made the change; `None` for changes made in the console.
    pub key: Option<KeyName>,
}

/// An event of the audit log, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatestEvent {
    pub at: DisplayTime,
    pub what: String,
    /// Name of what was changed, if it has one.
    pub thing: Option<String>,
    /// Address of the page of what was changed, if it is a key.
    pub page: Option<String>,
    pub who: String,
}
