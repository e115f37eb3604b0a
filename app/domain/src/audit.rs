//! Data of the Audit log page and its filters.

use crate::{DisplayTime, FieldError, FilterMenu};

/// Filters of the Audit log, unparsed, as in the page's address. An empty field is not a filter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditForm {
    /// Actor: `member:ID`, `key:ID`, `keys`, `operator` or `unknown`.
    pub who: String,
    /// Group of actions, such as `keys`, or one action, such as `key.revoked`.
    pub what: String,
    /// Name or preview of a key, or the id of a key, item or lead.
    pub thing: String,
    /// First and last day, such as `2026-11-23`.
    pub from: String,
    pub to: String,
}

impl AuditForm {
    /// Returns every field with its name in the page's address.
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

/// Actor or subject that a row of the log names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditName {
    pub name: String,
    /// Value of the filter that selects the events of this actor or subject.
    pub filter: String,
    /// Address of the page of this key, if it is one.
    pub page: Option<String>,
}

/// One field of an event: its value before the change, if any, and after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditDetail {
    pub field: String,
    /// `None` if the field is not the change of a value.
    pub before: Option<String>,
    pub after: String,
}

/// One row of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    pub at: DisplayTime,
    pub what: String,
    /// Identifier of the action, such as `key.revoked`.
    pub action: String,
    /// The subject, if it has a name of its own.
    pub thing: Option<AuditName>,
    pub details: Vec<AuditDetail>,
    pub who: AuditName,
    /// IP address of the caller; `None` for actions of the server and its commands.
    pub ip: Option<String>,
    /// The browser or program in words, such as "Firefox 131 on Windows"; `None` if it is unknown.
    pub browser: Option<String>,
    /// Name that the browser or program gives itself.
    pub user_agent: Option<String>,
    pub request_id: Option<String>,
}

/// Group of actions among which a filter selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditGroup {
    pub label: String,
    /// Value and label of each choice: all actions of the group, and then each of them.
    pub choices: Vec<(String, String)>,
}

/// Data of the Audit log page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPage {
    /// Newest first.
    pub rows: Vec<AuditRow>,
    pub now: DisplayTime,
    /// The filters as requested.
    pub form: AuditForm,
    /// Errors in the filters. If there are any, `rows` is empty.
    pub errors: Vec<FieldError>,
    /// Value and label of each option.
    pub who: Vec<(String, String)>,
    pub what: Vec<AuditGroup>,
    /// The filters that apply.
    pub filters: Vec<FilterMenu>,
    /// Name of the time zone in which days begin and end.
    pub zone: String,
    /// Address of the first page; `None` on the first page itself.
    pub first: Option<String>,
    /// The search stopped before this page was full. The next page continues it.
    pub stopped: bool,
    /// Address of the next page.
    pub next: Option<String>,
    /// Query string of the addresses that export the same events as a file.
    pub query: String,
}
