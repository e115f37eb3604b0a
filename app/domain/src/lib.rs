//! Domain types shared by the browser, the server and the storage.
//!
//! Input is parsed at the boundary into types with private fields and `parse` constructors, so that
//! code behind the boundary never handles an unchecked string. This crate does no I/O, reads no
//! clock and draws no random bytes, and all of it compiles to WebAssembly.

mod activity;
mod audit;
mod bulk;
mod dashboard;
mod email;
mod explanation;
mod failure;
mod form;
mod id;
mod import;
mod inventory;
mod key;
mod key_query;
mod lead;
mod limit;
mod live;
mod member;
mod merge;
mod outcome;
mod policy;
mod quota;
mod rotation;
mod scope;
mod search;
mod secret;
mod team;
mod text;
mod time;

pub use activity::{
    ActivityPeriod, CallerRow, KeyActivity, ScopeRow, Watch, WatchedCaller, WeekPattern,
    WeekdayCalls,
};
pub use audit::{AuditDetail, AuditForm, AuditGroup, AuditName, AuditPage, AuditRow};
pub use bulk::{BulkAction, BulkForm, BulkPage, Emergency};
pub use dashboard::{
    BusyKey, DashboardPage, DeadKeysNotice, ExpiringKey, ExpiringKeysNotice, KeyCounts, LastChange,
    LatestEvent, OnboardingSteps, PeriodCalls, Tile, TileTone,
};
pub use email::Email;
pub use explanation::{
    Explanation, Lookup, RefusalList, RefusalPage, RefusalRemedy, RefusalRow, RemedyAction,
    TextLink,
};
pub use failure::{Failure, Field, FieldError};
pub use form::{
    CreateKeyForm, EditKeyForm, FilterMenu, HistoryRow, KeyPage, KeysPage, KeysPageContext,
    ListLink, NewKeyOptions, RevokeKeyForm, RotateKeyForm, RotatePage, SettingsForm, SettingsPage,
    Sparkline,
};
pub use id::{AccountId, KeyId, LeadId, MemberId};
pub use import::{
    CellError, ChangedItem, CurrencyChoice, EmptiedWarning, FileRefusal, ImportColumn,
    ImportCounts, ImportFile, ImportPage, ImportPreview, ImportResult, ImportStart, ImportTable,
    NewItem, OpenImport, RowErrors,
};
pub use inventory::{InventoryPage, InventoryQuery, ItemMatches, ItemPage, ItemRow, SearchedItems};
pub use key::{
    CodeExample, Expiry, IdentifiedKey, IssuedKey, KeyName, KeyNote, KeyStatus, KeyView, LastUse,
    Revocation, RevokeReason,
};
pub use key_query::{KeyCount, KeyOrder, KeyQuery, KeySort};
pub use lead::{LeadRow, LeadStatus, LeadsPage};
pub use limit::RateLimit;
pub use live::{FirstCallStage, FirstCallView, KeyListUpdate};
pub use member::{AccountName, MemberView, Role};
pub use outcome::{Outcome, RefusalCode};
pub use policy::KeyPolicy;
pub use quota::{QuotaUse, Resource};
pub use rotation::{Grace, KeyLink, Overlap, OverlapStep, RotationView, rotation_choices};
pub use scope::{Preset, Scope, ScopeSet};
pub use search::{SearchGroup, SearchPage, SearchResult};
pub use secret::{PageSecrets, ShownSecret};
pub use team::{
    AccountPage, Enrolment, FactorRequirement, InvitationRow, InviteForm, IssuedInvitation,
    MemberRow, SessionRow, TeamPage, WrongCodes,
};
pub use text::{InvalidValue, find_invisible, is_invisible, number};
pub use time::{DisplayTime, Timestamp, relative, relative_in_short, seconds};
