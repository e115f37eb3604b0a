//! A refused call: its id, and the details of its reason.

use crate::key::Malformed;
use domain::Scope;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// The id of a call, as returned to its caller: 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallId(String);

impl CallId {
    /// Parses an id; `None` for other texts.
    pub fn parse(raw: &str) -> Option<Self> {
        let text = raw.trim().to_ascii_lowercase();
        let hex = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
        hex.then_some(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Details of a refusal in addition to its code.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    #[default]
    Nothing,
    /// The fault in the form of the key.
    Form(Malformed),
    /// The address of the caller.
    Address(IpAddr),
    /// The scope that the call needed.
    Scope(Scope),
    /// The key's own limit was reached, and not that of failed attempts.
    OwnLimit,
    /// The limit of all keys of the account together was reached.
    AccountLimit,
    /// Pointers into the body, each with its code.
    Entries(Vec<(String, String)>),
}
