//! Why one call was refused.

use crate::{KeyId, KeyName, Moment};
use serde::{Deserialize, Serialize};

/// What the page of refused calls shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalPage {
    /// As it was typed.
    pub id: String,
    pub lookup: Lookup,
}

/// What came of looking for a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lookup {
    NotAsked,
    /// What was typed is no request id.
    NoId,
    /// No call of the last 7 days that was refused and is the member's to see.
    Unknown,
    Found(Box<Explanation>),
}

/// The true reason, and what is known of the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    pub at: Moment,
    pub now: Moment,
    /// What the caller was told.
    pub code: String,
    pub why: String,
    /// What to do; may be empty.
    pub advice: String,
    /// Such as `POST /api/leads`.
    pub call: String,
    /// The account's own key that it came with.
    pub key: Option<(KeyId, KeyName, String)>,
    /// JSON pointers into the body, each with what is wrong there.
    pub entries: Vec<(String, String)>,
}
