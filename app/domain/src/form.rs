//! Forms that the console submits, and the data of its pages.

use crate::{
    DeadKeysNotice, DisplayTime, Emergency, ExpiringKeysNotice, Expiry, Failure, KeyActivity,
    KeyCount, KeyId, KeyLink, KeyPolicy, KeyQuery, KeyView, QuotaUse, RotationView,
};
use serde::{Deserialize, Serialize};

/// The create form as submitted, unparsed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CreateKeyForm {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub scopes: Vec<String>,
    #[serde(default)]
    pub expires: String,
    /// The last day, such as `2026-11-23`, if `expires` is [`Expiry::Date`].
    #[serde(default)]
    pub last_day: String,
    #[serde(default)]
    pub note: String,
    /// Empty, like the next field, if the account's rate limit applies.
    #[serde(default)]
    pub limit_depth: String,
    #[serde(default)]
    pub limit_per_second: String,
    /// Addresses and networks from which the key may be used, one a line. Empty means any address.
    #[serde(default)]
    pub allow_list: String,
    /// One-time token of the form. A second submission with the same token creates nothing.
    #[serde(default)]
    pub token: String,
}

/// The rotate form as submitted, unparsed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RotateKeyForm {
    pub grace: String,
    pub expires: String,
    /// The last day, if `expires` is [`Expiry::Date`].
    pub last_day: String,
    /// One-time token of the form. A second submission with the same token creates nothing.
    pub token: String,
}

/// The revoke form as submitted, unparsed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RevokeKeyForm {
    #[serde(default)]
    pub reason: String,
    /// The key's name, if the form asks for it as a confirmation.
    #[serde(default)]
    pub confirm: String,
}

/// The settings form as submitted, unparsed. Also its initial values.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SettingsForm {
    pub account_name: String,
    /// ISO 4217 code.
    pub currency: String,
    pub limit_depth: String,
    pub limit_per_second: String,
    /// IANA name.
    pub time_zone: String,
    /// Applies to new keys, and to expiry dates that are set from now on.
    pub keys_must_expire: bool,
    /// Empty means no limit.
    pub key_max_days: String,
    /// The other fields as they were when the form was rendered, in JSON. They show which changes
    /// the member intends to make.
    #[serde(default)]
    pub seen: String,
}

/// Data of the Settings page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsPage {
    pub settings: SettingsForm,
    /// The member's role may change the settings.
    pub may_change: bool,
    /// Present for owners only.
    #[serde(skip)]
    pub emergency: Option<Emergency>,
    #[serde(skip)]
    pub quotas: Vec<QuotaUse>,
    /// Number of calls a second that all keys of the account may make together on each node; `None`
    /// means no limit.
    #[serde(skip)]
    pub calls_per_second: Option<u32>,
}

/// Data that the create form needs from the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewKeyOptions {
    /// A fresh one-time token for one form.
    pub token: String,
    /// Options of the form, each with the expiry of a key that is created now, if the option alone
    /// determines it.
    pub expiries: Vec<(Expiry, Option<DisplayTime>)>,
    /// The option that is selected initially.
    pub preselected: Expiry,
    /// First day that may be the last one, such as `2026-11-23`, and the latest such day, if
    /// limited.
    pub days: (String, Option<String>),
    /// The rate limit of a key that has none of its own, in words.
    pub account_limit: String,
}

/// Link to a list in another order or with another filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListLink {
    pub text: String,
    pub href: String,
    /// The number of entries in that list, such as `12` or `99+`, if it is shown.
    pub count: Option<String>,
    /// The link leads to the list that is shown.
    pub is_current: bool,
}

/// A filter of a list, or its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterMenu {
    /// Name in the address.
    pub name: &'static str,
    pub label: &'static str,
    /// The value that applies, in words, and the address without it.
    pub current: Option<(String, String)>,
    pub choices: Vec<ListLink>,
}

/// Data of the parts of the API Keys page around the list itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeysPageContext {
    /// Number of keys on hold since the account was restored from a backup, and advice; `None` if
    /// there are none.
    pub restored: Option<String>,
    /// Present if keys expire within 30 days.
    pub expiry_notice: Option<ExpiringKeysNotice>,
    /// `None` if there are none, or if the list is filtered by them.
    pub dead_keys_in_use: Option<DeadKeysNotice>,
    /// The query as requested.
    pub query: KeyQuery,
    /// Links to the lists that the search text describes, such as that of the paused keys.
    pub suggestions: Vec<ListLink>,
    /// Explains which keys the filter selects, if its name does not.
    pub explanation: Option<String>,
    /// Why the query is invalid. The list is unfiltered then.
    pub refused: Option<String>,
    /// The query is invalid because its text contains a full key.
    pub has_full_key: bool,
    /// Links to the saved views.
    pub views: Vec<ListLink>,
    pub filters: Vec<FilterMenu>,
    /// Address of this page of the list, to which a bulk action returns.
    pub here: String,
    /// Address of the first page; `None` on the first page itself.
    pub first: Option<String>,
    /// Address of the next page; `None` on the last page.
    pub next: Option<String>,
    /// The search stopped at `next` before the page was full, so as not to examine every key of a
    /// large account.
    pub stopped: bool,
}

/// Calls with one key over the last seven days, as bars that the server has rendered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sparkline {
    /// SVG path of the bars of accepted calls, in a box of 94 by 40 units. Empty if there are none.
    pub accepted: String,
    /// The same for all calls of the days with refused ones, to be drawn below the accepted ones.
    pub refused: String,
    /// The number of calls, in words.
    pub text: String,
}

/// Data of the API Keys page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeysPage {
    /// Keys of this page in the requested order. By default, active and paused keys come first,
    /// followed by expired and revoked ones; the newest are first in each group.
    pub keys: Vec<KeyView>,
    /// Number of keys that match the query.
    pub count: KeyCount,
    /// The calls of each of these keys, in the same order, or nothing if they cannot be read at the
    /// moment.
    pub sparklines: Vec<Sparkline>,
    /// The query restricts the list.
    pub filtered: bool,
    /// Title and text of the list while it has no keys.
    pub empty: (String, String),
    /// The change that was just made, in words.
    pub done: Option<String>,
    /// The account has no keys at all.
    pub no_keys: bool,
    /// For the columns Name, Key preview, Created, Last used and Status: the address of the list in
    /// that order, and the value of `aria-sort`, which is empty if the list is in another order.
    pub sorts: Vec<(String, String)>,
    /// Rendered by the server only, so that the browser does not need it.
    #[serde(skip)]
    pub context: KeysPageContext,
    /// Time on the server, to which relative times refer.
    pub now: DisplayTime,
    /// The member's role may manage keys.
    pub may_manage: bool,
    /// `None` if the member may not create keys, or if an owner has stopped the creation of keys.
    pub new_key: Option<NewKeyOptions>,
    /// Base URL of this installation for integrations, such as `https://console.example.com`.
    pub public_url: String,
}

/// The edit form as submitted, unparsed. Also its initial values.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EditKeyForm {
    pub name: String,
    pub scopes: Vec<String>,
    /// The last day on which the key works, such as `2026-11-23`; empty if it does not expire.
    pub last_day: String,
    pub note: String,
    /// Empty, like the next field, if the account's rate limit applies.
    pub limit_depth: String,
    pub limit_per_second: String,
    /// Addresses and networks from which the key may be used, one a line. Empty means any address.
    pub allow_list: String,
    /// Not empty once the member has confirmed that the allow list excludes recent callers.
    pub shut_out: String,
    /// The other fields as they were when the form was rendered, in JSON. They show which changes
    /// the member intends to make.
    pub seen: String,
}

/// One event in the history of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryRow {
    pub at: DisplayTime,
    /// Email address of the member, or a description of another actor.
    pub by: String,
    pub what: String,
    /// The changes of an edit, a line for each setting.
    pub changes: Vec<String>,
    /// IP address of the caller.
    pub from: Option<String>,
}

/// Data of the page of one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyPage {
    pub key: KeyView,
    pub now: DisplayTime,
    /// Current values of the edit form.
    pub settings: EditKeyForm,
    /// The effective rate limit in words, either the key's own or the account's.
    pub limit: String,
    /// The account's rate limit in words.
    pub account_limit: String,
    /// Networks from which the key may be used. Empty means any address.
    pub allow_list: Vec<String>,
    /// First day that the form accepts.
    pub today: String,
    /// Latest day that the form accepts, if the account's policy limits it.
    pub latest_day: Option<String>,
    /// The account's policy for expiry dates that are set.
    pub policy: KeyPolicy,
    /// The expiry in words, if the key expires before its last day ends.
    pub early_expiry: Option<String>,
    /// Last day of the key if it is extended, as the form takes it and in words. `None` if the key
    /// does not expire, or not before that day.
    pub extended: Option<(String, String)>,
    /// Name of the time zone in which days begin and end.
    pub zone: String,
    /// Another active or paused key with the same name.
    pub namesake: Option<KeyLink>,
    /// Newest first.
    pub history: Vec<HistoryRow>,
    /// The ID of the request that made the latest change, if the member can undo it.
    pub undoable: Option<String>,
    pub rotation: RotationView,
    /// The member's role may manage keys.
    pub may_manage: bool,
    pub activity: KeyActivity,
    /// The member's role may manage keys, and this key can still be changed.
    pub may_change: bool,
    /// The member who created the key is deactivated.
    pub creator_is_deactivated: bool,
}

/// Data of the rotate page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotatePage {
    pub key: KeyView,
    pub now: DisplayTime,
    /// Why the key cannot be rotated, if so.
    pub refused: Option<Failure>,
    /// The key that already replaces this one.
    pub replaced_by: Option<KeyId>,
    /// Options of the new key.
    pub options: NewKeyOptions,
}
