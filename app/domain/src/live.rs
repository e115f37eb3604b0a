//! What an open list of keys is told while somebody looks at it.

use crate::{KeyCount, KeyId, KeyView, Timestamp};
use serde::{Deserialize, Serialize};

/// How the list differs from what was told before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeysNews {
    pub now: Timestamp,
    /// All that stand in the list now, in their order.
    pub order: Vec<KeyId>,
    /// Of them, those that were not told, or were otherwise.
    pub changed: Vec<KeyView>,
    pub count: KeyCount,
    /// The account has no keys at all.
    pub none: bool,
    /// Of the key whose first call is waited for.
    pub first_call: Option<FirstCall>,
}

/// How far a key that was just made has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstCall {
    pub stage: FirstCallStage,
    pub text: String,
    /// Where the call came from, or what to do about it; may be empty.
    pub more: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FirstCallStage {
    Waiting,
    /// Calls came, and none was accepted yet.
    Refused,
    Accepted,
}

impl FirstCallStage {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Refused => "refused",
            Self::Accepted => "accepted",
        }
    }
}
