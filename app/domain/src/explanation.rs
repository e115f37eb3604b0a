//! Explanation of a refused API call.

use crate::{DisplayTime, KeyId, KeyName};
use serde::{Deserialize, Serialize};

/// Data of the page that explains refused calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalPage {
    /// The request id as typed.
    pub id: String,
    pub lookup: Lookup,
}

/// Result of looking up a refused call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lookup {
    NotAsked,
    /// The text is not a request id.
    NoId,
    /// No refused call of the last 7 days with this id that the member may see.
    Unknown,
    Found(Box<Explanation>),
}

/// The actual reason for a refusal, and the known details of the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    pub at: DisplayTime,
    pub now: DisplayTime,
    /// The code in the answer that the caller got.
    pub code: String,
    pub why: String,
    /// Advice on what to do; may be empty.
    pub advice: String,
    /// Method and route, such as `POST /api/leads`.
    pub call: String,
    /// Id, name and preview of the key that the call was made with, if it is the account's own.
    pub key: Option<(KeyId, KeyName, String)>,
    /// JSON pointers into the request body, each with the fault at that position.
    pub entries: Vec<(String, String)>,
}
