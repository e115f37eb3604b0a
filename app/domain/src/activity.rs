//! Data about a key's calls, for the key's page.

use crate::{DisplayTime, PeriodCalls, RefusalCode, Scope};
use serde::{Deserialize, Serialize};

/// Period that the activity on a key's page covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ActivityPeriod {
    Day,
    #[default]
    Week,
    Month,
}

impl ActivityPeriod {
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// Text in the page's address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Day => "24 hours",
            Self::Week => "7 days",
            Self::Month => "30 days",
        }
    }

    /// Parses the text in the page's address. An unknown text is the default period.
    pub fn parse(raw: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|period| period.as_str() == raw)
            .unwrap_or_default()
    }
}

/// An address and a program that made calls with a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerRow {
    pub ip: String,
    pub user_agent: Option<String>,
    pub first: DisplayTime,
    pub last: DisplayTime,
    pub calls: u64,
    /// The key's allowed IPs no longer contain the address.
    pub is_blocked: bool,
}

/// Use of one of the key's permissions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeRow {
    pub scope: Scope,
    pub last: Option<DisplayTime>,
    /// Whole days without use, if there are enough of them to ask whether the key needs the
    /// permission.
    pub idle_days: Option<i64>,
}

/// Addresses observed while a key's callers are being watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    pub since: DisplayTime,
    /// Time from which callers are shown, some days before the watch.
    pub from: DisplayTime,
    /// Single addresses, the latest first.
    pub addresses: Vec<WatchedCaller>,
    /// Networks with several addresses, as the wider choice.
    pub networks: Vec<WatchedCaller>,
    /// First call from the address or network that appeared last.
    pub newest: Option<DisplayTime>,
}

/// An address or a network that may be put on an allow list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchedCaller {
    pub text: String,
    pub last: DisplayTime,
    /// Number of accepted calls, if they are known.
    pub calls: Option<u64>,
    pub is_proposed: bool,
}

/// Calls of the last four weeks by hour of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeekPattern {
    /// The days from Monday to Sunday.
    pub days: Vec<WeekdayCalls>,
    /// The busiest hour, in words.
    pub summary: String,
}

/// Calls on one weekday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeekdayCalls {
    /// Name, such as `Monday`.
    pub name: String,
    /// Number of calls in each of the 24 hours.
    pub hours: Vec<u64>,
}

/// Calls with a key: their callers, their outcomes and the permissions that they used.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KeyActivity {
    pub period: ActivityPeriod,
    /// Calls by hour or day, oldest first. The last period is not over yet.
    pub tallies: Vec<PeriodCalls>,
    /// Refused calls of the period by reason, the most frequent one first.
    pub refusals: Vec<(RefusalCode, u64)>,
    /// `None` if there were no calls in the last four weeks.
    pub week_pattern: Option<WeekPattern>,
    /// Callers whose calls were accepted, the latest first.
    pub callers: Vec<CallerRow>,
    /// Callers whose calls were refused, the latest first.
    pub refused: Vec<(RefusalCode, CallerRow)>,
    /// The key's permissions.
    pub scopes: Vec<ScopeRow>,
    /// `None` while the key's callers are not being watched.
    pub watch: Option<Watch>,
    /// Number of calls and time of the last one since the key was revoked or expired, if it is
    /// still in use.
    pub dead_key_calls: Option<(u64, DisplayTime)>,
    /// The key was called for the first time from another network, within the last 7 days.
    pub new_network: bool,
    /// These networks, as far as they are known, and the time of the first call from each. The
    /// latest is first.
    pub new_networks: Vec<(String, DisplayTime)>,
    /// The key is active or paused, and was neither used nor created in the last 30 days.
    pub unused: bool,
}
