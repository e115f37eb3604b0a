//! Domain types shared by the browser, the server and the storage.
//!
//! Input is parsed at the boundary into types with private fields and `parse` constructors, so that
//! code behind the boundary never handles an unchecked string. This crate does no I/O, reads no
//! clock and draws no random bytes, and all of it compiles to WebAssembly.

mod activity;
mod audit;
mod call;
mod dashboard;
mod email;
mod failure;
mod find;
mod form;
mod id;
mod import;
mod inventory;
mod key;
mod lead;
mod limit;
mod live;
mod member;
mod moment;
mod policy;
mod quota;
mod refusal;
mod rotation;
mod scope;
mod several;
mod stale;
mod team;
mod text;

pub use activity::{CallerRow, KeyActivity, ScopeRow, Stretch, Watch};
pub use audit::{AuditDetail, AuditForm, AuditName, AuditPage, AuditRow};
pub use call::{Outcome, RefusalCode};
pub use dashboard::{
    DashboardPage, DayCalls, EndingNotice, ExpiringKey, FirstSteps, KeyCounts, LastChange,
};
pub use email::Email;
pub use failure::{Failure, Field, FieldError};
pub use find::{KeyCount, KeyOrder, KeyQuery, KeySort};
pub use form::{
    AroundKeys, CreateKeyForm, EditKeyForm, HistoryRow, KeyPage, KeysPage, NewKeyOptions,
    RevokeKeyForm, SettingsForm, SettingsPage,
};
pub use id::{AccountId, KeyId, LeadId, MemberId};
pub use import::{
    ChangedItem, FileRefusal, ImportColumn, ImportCounts, ImportFile, ImportPage, ImportPreview,
    ImportResult, ImportStart, ImportTable, NewItem, OpenImport, RowProblem,
};
pub use inventory::{InventoryPage, InventoryQuery, ItemMatches, ItemRow, SearchedItems};
pub use key::{
    Expiry, IdentifiedKey, IssuedKey, KeyName, KeyNote, KeyStatus, KeyView, LastUse, Revocation,
    RevokeReason,
};
pub use lead::{LeadRow, LeadStatus, LeadsPage};
pub use limit::RateLimit;
pub use live::{FirstCall, FirstCallStage, KeysNews};
pub use member::{AccountName, MemberView, Role};
pub use moment::{Moment, Timestamp, relative, seconds};
pub use policy::KeyPolicy;
pub use quota::{QuotaUse, Resource};
pub use refusal::{Explanation, Lookup, RefusalPage};
pub use rotation::{
    Grace, KeyLink, Overlap, OverlapStep, RotateKeyForm, RotatePage, RotationView, rotation_choices,
};
pub use scope::{Preset, Scope, ScopeSet};
pub use several::{Emergency, SeveralAct, SeveralForm, SeveralPage};
pub use team::{
    AccountPage, Enrolment, InvitationRow, InviteForm, IssuedInvitation, MemberRow, SessionRow,
    TeamPage, WrongCodes,
};
pub use text::{Rejected, find_invisible, is_invisible};
