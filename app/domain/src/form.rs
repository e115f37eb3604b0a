//! What the console's forms send and what its pages need to be drawn.

use crate::{
    Emergency, EndingNotice, Expiry, KeyActivity, KeyCount, KeyPolicy, KeyQuery, KeyView, Moment,
    QuotaUse, RotationView,
};
use serde::{Deserialize, Serialize};

/// The create form as a browser sends it, not yet checked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CreateKeyForm {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub scopes: Vec<String>,
    #[serde(default)]
    pub expires: String,
    /// Where `expires` says that there is one, such as `2026-11-23`.
    #[serde(default)]
    pub last_day: String,
    /// The form's one-time token: a second form with the same one creates nothing.
    #[serde(default)]
    pub token: String,
}

/// The revoke form as a browser sends it, not yet checked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RevokeKeyForm {
    #[serde(default)]
    pub reason: String,
    /// The key's name, where it has to be typed.
    #[serde(default)]
    pub confirm: String,
}

/// The settings form as a browser sends it, not yet checked; also what stands in it at first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SettingsForm {
    pub account_name: String,
    /// ISO 4217.
    pub currency: String,
    pub limit_depth: String,
    pub limit_per_second: String,
    /// An IANA name.
    pub time_zone: String,
    /// Of new keys, and of ends that are set.
    pub keys_must_expire: bool,
    /// Empty: no limit.
    pub key_max_days: String,
    /// The other fields as they were when the form was filled, in JSON: what the member believes to change.
    #[serde(default)]
    pub seen: String,
}

/// Everything the Settings page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsPage {
    pub settings: SettingsForm,
    /// Code and name of each.
    pub currencies: Vec<(String, String)>,
    pub time_zones: Vec<String>,
    /// Whether the member's role changes settings.
    pub may_change: bool,
    /// For owners.
    #[serde(skip)]
    pub emergency: Option<Emergency>,
    #[serde(skip)]
    pub quotas: Vec<QuotaUse>,
    /// Calls that all keys of the account together may make a second on each node; `None`: no limit.
    #[serde(skip)]
    pub calls_per_second: Option<u32>,
}

/// What the create form needs from the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewKeyOptions {
    /// A fresh one-time token for one form.
    pub token: String,
    /// The choices that the form offers, with the end of a key that is made now where the choice says it.
    pub ends: Vec<(Expiry, Option<Moment>)>,
    /// The one that is chosen at first.
    pub usual: Expiry,
    /// The first day that may be the last one, such as `2026-11-23`, and the last that may, if any.
    pub days: (String, Option<String>),
}

/// What stands around the list of keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AroundKeys {
    /// Where keys wait since the account was restored from a backup: how many, and what to do.
    pub restored: Option<String>,
    /// Where keys end within 30 days.
    pub ending: Option<EndingNotice>,
    /// Where keys that are over are still called with: which. `None` where the list is of those.
    pub knocking: Option<String>,
    /// What was asked for.
    pub query: KeyQuery,
    /// Why it could not be asked for so; then the list is that of no question.
    pub refused: Option<String>,
    /// Ids and addresses of the members whose keys can be asked for.
    pub creators: Vec<(String, String)>,
    /// The address of the first page; `None` where this is it.
    pub first: Option<String>,
    /// The address of the next page; `None` on the last.
    pub next: Option<String>,
    /// Whether the list stopped there before its page was full, so as not to look at every key of a large account.
    pub stopped: bool,
}

/// Everything the API Keys page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeysPage {
    /// Those of this page, in the order that was asked for. By itself: active and paused first, newest first; expired
    /// and revoked follow.
    pub keys: Vec<KeyView>,
    /// Of those that were asked for.
    pub count: KeyCount,
    /// Whether some were asked for only.
    pub filtered: bool,
    /// What was just done, in words.
    pub done: Option<String>,
    /// Whether the account has no key at all.
    pub none: bool,
    /// Of Name, Key preview, Created, Last used and Status: the address of the list in that order, and `aria-sort`,
    /// which is empty where the list is in another.
    pub sorts: Vec<(String, String)>,
    /// Drawn by the server once, so that the browser need not know it.
    #[serde(skip)]
    pub around: AroundKeys,
    /// The server's time, from which relative times are counted.
    pub now: Moment,
    /// Whether the member's role manages keys.
    pub manages: bool,
    /// `None` where the member creates no keys, or nobody does for the time being.
    pub new_key: Option<NewKeyOptions>,
    /// Where integrations reach this installation, such as `https://console.example.com`.
    pub public_url: String,
}

/// The edit form as a browser sends it, not yet checked; also what stands in it at first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EditKeyForm {
    pub name: String,
    pub scopes: Vec<String>,
    /// The last day on which the key works, such as `2026-11-23`; empty for a key that does not expire.
    pub last_day: String,
    pub note: String,
    /// Empty, as the next one: the account's limit holds.
    pub limit_depth: String,
    pub limit_per_second: String,
    /// Addresses and networks that the key may be used from, one a line; empty: from anywhere.
    pub allow_list: String,
    /// Anything once the member was told whom their list shuts out, and means it.
    pub shut_out: String,
    /// The other fields as they were when the form was filled, in JSON: what the member believes to change.
    pub seen: String,
}

/// One thing that happened to a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryRow {
    pub at: Moment,
    /// An e-mail address, or who else it was in words.
    pub by: String,
    pub what: String,
    /// The address it was done from.
    pub from: Option<String>,
}

/// Everything the page of one key shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyPage {
    pub key: KeyView,
    pub now: Moment,
    /// What could be edited, as it is.
    pub settings: EditKeyForm,
    /// In words, whether it is the key's own or the account's.
    pub limit: String,
    /// Networks that it may be used from; empty: from anywhere.
    pub allow_list: Vec<String>,
    /// The first day that the form takes.
    pub today: String,
    /// The last one that it takes, where the account's settings say so.
    pub latest_day: Option<String>,
    /// What the account's settings ask of ends that are set.
    pub policy: KeyPolicy,
    /// The name of the time zone that days are counted in.
    pub zone: String,
    /// Newest first.
    pub history: Vec<HistoryRow>,
    pub rotation: RotationView,
    /// Whether the member's role changes keys.
    pub manages: bool,
    pub activity: KeyActivity,
    /// Whether the member's role changes keys, and this one can be changed.
    pub may_change: bool,
    /// Whether who created it may not sign in any more.
    pub creator_is_out: bool,
}
