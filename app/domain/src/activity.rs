//! What a key's page tells of its calls.

use crate::{DayCalls, Moment, Refusal, Scope};
use serde::{Deserialize, Serialize};

/// How far back a key's page looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Stretch {
    Day,
    #[default]
    Week,
    Month,
}

impl Stretch {
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// The text in the page's address.
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

    /// An unknown text is the usual stretch.
    pub fn parse(raw: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|stretch| stretch.as_str() == raw)
            .unwrap_or_default()
    }
}

/// From where calls came, and by which program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerRow {
    pub ip: String,
    pub user_agent: Option<String>,
    pub first: Moment,
    pub last: Moment,
    pub calls: u64,
}

/// What a key uses one of its permissions for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeRow {
    pub scope: Scope,
    pub last: Option<Moment>,
    /// Whole days without it, where they are enough to ask whether the key needs it.
    pub idle_days: Option<i64>,
}

/// What was seen while it was watched where a key's calls come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    pub since: Moment,
    /// Networks to allow, each with the last call from it, the latest first.
    pub seen: Vec<(String, Moment)>,
}

/// Who calls with a key, what for, and what comes of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KeyActivity {
    pub stretch: Stretch,
    /// By hours or days, the oldest first; the last one is under way.
    pub tallies: Vec<DayCalls>,
    /// Refused calls in that stretch, the most frequent reason first.
    pub refusals: Vec<(Refusal, u64)>,
    /// Whom the key let in, the latest first.
    pub callers: Vec<CallerRow>,
    /// Who called in vain, the latest first.
    pub refused: Vec<(Refusal, CallerRow)>,
    /// The key's permissions.
    pub scopes: Vec<ScopeRow>,
    /// `None` while nothing is watched.
    pub watch: Option<Watch>,
    /// Where the key is over and still called with: how many calls came since, and when the last one did.
    pub knocks: Option<(u64, Moment)>,
}
