//! Live updates that the server sends to an open list of keys.

use crate::{KeyCount, KeyId, KeyView, Timestamp};
use serde::{Deserialize, Serialize};

/// Difference between the current list and the one that the stream sent last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyListUpdate {
    pub now: Timestamp,
    /// Ids of all keys in the current list, in their order.
    pub order: Vec<KeyId>,
    /// Keys of the list that are new or changed since the last update.
    pub changed: Vec<KeyView>,
    pub count: KeyCount,
    /// Number of keys in each saved view, as in [`ListLink::count`](crate::ListLink::count).
    pub view_counts: Vec<String>,
    /// The account has no keys at all.
    pub no_keys: bool,
    /// Progress of the key whose first call the page waits for.
    pub first_call: Option<FirstCallView>,
}

/// Progress of a newly created key towards its first accepted call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstCallView {
    pub stage: FirstCallStage,
    pub text: String,
    /// Address that the call came from, or advice; may be empty.
    pub detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FirstCallStage {
    Waiting,
    /// Calls arrived, but none has been accepted yet.
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
