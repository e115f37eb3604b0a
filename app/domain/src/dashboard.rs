//! What the Dashboard shows.

use crate::{KeyId, KeyName, LeadStatus, Moment, Refusal};
use serde::{Deserialize, Serialize};

/// An account at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DashboardPage {
    pub now: Moment,
    pub public_url: String,
    /// Whether the member may create keys and send items.
    pub manages: bool,
    pub steps: FirstSteps,
    /// Of the last 30 days, the oldest first; the last one is today.
    pub days: Vec<DayCalls>,
    /// Whose midnight a day begins at; an IANA name.
    pub time_zone: String,
    /// Calls that were refused in those days, the most frequent reason first.
    pub refusals: Vec<(Refusal, u64)>,
    pub keys: KeyCounts,
    pub items: u64,
    pub inventory_change: Option<LastChange>,
    /// How many leads have each status, the erased left out.
    pub leads: Vec<(LeadStatus, u64)>,
    pub leads_change: Option<LastChange>,
}

/// What a new account has done already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstSteps {
    /// There is a key, of whatever status.
    pub key: bool,
    /// A call was accepted, however long ago.
    pub call: bool,
    /// There are items or leads.
    pub data: bool,
}

impl FirstSteps {
    pub const fn done(self) -> bool {
        self.key && self.call && self.data
    }
}

/// The calls of one day, or of one hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCalls {
    /// `23 Nov`, or `14:00`.
    pub name: String,
    pub accepted: u64,
    pub refused: u64,
}

impl DayCalls {
    pub const fn total(&self) -> u64 {
        self.accepted + self.refused
    }
}

/// An account's keys by their status. More than [`KeyCount::MOST`](crate::KeyCount::MOST) of a kind are not counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KeyCounts {
    pub active: u32,
    pub paused: u32,
    pub expired: u32,
    pub revoked: u32,
    /// Active and paused ones that neither were used nor made within 30 days.
    pub unused: u32,
    /// Over, and still called with within 7 days.
    pub knocking: u32,
    /// Those that end within 30 days, the next one first.
    pub expiring: Vec<ExpiringKey>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpiringKey {
    pub id: KeyId,
    pub name: KeyName,
    pub end: Moment,
    /// It is being replaced, and still used near its end.
    pub late: bool,
}

/// That keys are about to end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndingNotice {
    /// Within so many days: 1, 7 or 30.
    pub days: u32,
    /// Which, and when.
    /// "4 keys end within 7 days".
    pub title: String,
    pub text: String,
}

/// The newest change of a kind, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastChange {
    pub at: Moment,
    /// `3 added, 1 removed`.
    pub what: String,
    /// The name of the key that did it; `None` for what was done in the console.
    pub key: Option<KeyName>,
}
