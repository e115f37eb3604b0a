//! Refused API calls: the list of them, and the explanation of one.

use crate::{DisplayTime, FilterMenu, KeyId, KeyName};

/// Data of the Requests page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalPage {
    /// The request id as typed.
    pub id: String,
    pub lookup: Lookup,
    /// The numbers of accepted and rejected requests of the last 7 days in a sentence, or the
    /// number of those that match the filters. Present if the list is.
    pub summary: Option<String>,
    /// Present unless a call was found by its id.
    pub list: Option<RefusalList>,
    /// The address of the list with its filters.
    pub back: String,
    pub now: DisplayTime,
}

/// Refused calls of the account, newest first, one page at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalList {
    pub rows: Vec<RefusalRow>,
    /// The filters that apply, and those that offer choices.
    pub filters: Vec<FilterMenu>,
    /// The number of calls that match the filters in a sentence, if there are filters.
    pub matches: Option<String>,
    pub is_first: bool,
    /// The address of the first page.
    pub first: String,
    /// The address of the next page.
    pub next: Option<String>,
    /// The address at which newer calls are reported, on the first page.
    pub news: Option<String>,
}

/// A text that is a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextLink {
    pub text: String,
    pub href: String,
}

/// A refused call in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalRow {
    pub at: DisplayTime,
    /// Method and route, such as `POST /api/leads`, with a link to the explanation.
    pub call: TextLink,
    /// Status of the answer, if the code is known to this version.
    pub status: Option<u16>,
    /// The reason, with a link to all calls that were refused for it.
    pub reason: TextLink,
    /// The key, with a link to all of its refused calls.
    pub key: Option<TextLink>,
    /// The caller's address, with a link to all refused calls from it.
    pub address: Option<TextLink>,
    pub remedy: Option<RefusalRemedy>,
}

/// The remedy after a refused call in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefusalRemedy {
    /// A change of the key.
    Action(RemedyAction),
    /// The key has been changed since, so that the reason is gone.
    Fixed,
}

/// A button or link that helps after a refused call, such as a change by which further calls like
/// it are accepted, for members who may make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemedyAction {
    pub label: &'static str,
    /// The label with the key and the value that it changes, for screen readers.
    pub name: String,
    pub href: String,
    /// Whether a button makes the change immediately. Otherwise, a link leads to the form for it.
    pub is_immediate: bool,
}

/// Result of looking up a refused call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    NotAsked,
    /// The text is not a request id.
    NoId,
    /// The text is a key or a part of one, which is not shown again.
    FullKey,
    /// No refused call of the last 7 days with this id that the member may see.
    Unknown,
    Found(Box<Explanation>),
}

/// The actual reason for a refusal, and the known details of the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    pub at: DisplayTime,
    /// The code in the answer that the caller got.
    pub code: String,
    /// Status of the answer, if the code is known to this version.
    pub status: Option<u16>,
    pub why: String,
    /// Advice on what to do; may be empty.
    pub advice: String,
    /// Method and route, such as `POST /api/leads`.
    pub call: String,
    /// Id, name and preview of the key that the call was made with, if it is the account's own.
    pub key: Option<(KeyId, KeyName, String)>,
    /// The caller's address, if the call was made with a key of the account.
    pub address: Option<String>,
    /// JSON pointers into the request body, each with the fault at that position.
    pub entries: Vec<(String, String)>,
    /// The action that helps most.
    pub remedy: Option<RemedyAction>,
}
