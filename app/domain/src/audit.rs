//! What the Audit log page shows, and what can be asked of it.

use crate::{FieldError, Moment};
use serde::{Deserialize, Serialize};

/// What is looked for, as an address says it and not yet checked. Whatever is empty is not asked about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AuditForm {
    /// `member:ID`, `key:ID`, `keys`, `operator` or `unknown`.
    pub who: String,
    /// A group of actions, such as `keys`.
    pub what: String,
    /// The id of what was changed, such as a key's.
    pub thing: String,
    /// The first and the last day, such as `2026-11-23`.
    pub from: String,
    pub to: String,
}

impl AuditForm {
    /// Each field with its name in an address.
    pub fn fields(&self) -> [(&'static str, &str); 5] {
        [
            ("who", &self.who),
            ("what", &self.what),
            ("thing", &self.thing),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }

    pub fn is_empty(&self) -> bool {
        self.fields().iter().all(|(_, value)| value.is_empty())
    }
}

/// Something that a line of the log speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditName {
    pub name: String,
    /// The value by which the log can be asked for it; `None` where it cannot.
    pub filter: Option<String>,
}

/// One field of what was done: as it was, where it was anything, and as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditDetail {
    pub field: String,
    /// `None` where it is no change of a value.
    pub before: Option<String>,
    pub after: String,
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    pub at: Moment,
    pub what: String,
    /// What it was done to, where that has a name of its own.
    pub thing: Option<AuditName>,
    pub details: Vec<AuditDetail>,
    pub who: AuditName,
    /// The address; `None` for what was done on the command line.
    pub ip: Option<String>,
    pub user_agent: Option<String>,
}

/// Everything the Audit log page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    /// Newest first.
    pub rows: Vec<AuditRow>,
    pub now: Moment,
    /// What was asked.
    pub form: AuditForm,
    /// What is wrong with it; then there are no rows.
    pub errors: Vec<FieldError>,
    /// Value and text of each choice.
    pub who: Vec<(String, String)>,
    pub what: Vec<(String, String)>,
    /// The name of the key that is asked for.
    pub thing: Option<String>,
    /// The name of the time zone that days are counted in.
    pub zone: String,
    /// Whether this is the first page.
    pub first: bool,
    /// Whether the search stopped before this page was full. The next page continues it.
    pub stopped: bool,
    /// The address of the next page.
    pub next: Option<String>,
    /// What follows the question mark in the addresses that give the same events as a file.
    pub query: String,
}
