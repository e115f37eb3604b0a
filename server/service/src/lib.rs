//! The rules of the product: who may do what, and what happens then.
//!
//! Both driving sides, the console's server functions and the HTTP API, end here, and each call
//! takes the caller as a value that only authentication can create. Time and randomness are
//! parameters; the database is reached through the ports in [`store`]. Nothing here knows HTTP, SQL
//! or the user interface, and results and errors are facts: the callers have the words for people.
//!
//! [`Services`] has one struct for each group of use cases, each in a module of its own. The
//! modules are ordered, and each uses only those of its own group or of an earlier one:
//!
//! 1. Values: `clock`, `random`, `origin`, `invalid`, `zone`, `rfc3339`, `fold`, [`entry`],
//!    `pepper`, [`key`], [`item`], [`lead`], [`refusal`].
//! 2. Ports: [`store`]; and `error`.
//! 3. Shared state: `limit`, `usage`, `peppers`, `verdict`, [`reserve`], `failed_attempts`,
//!    `password`, `second_factor`, `pepper_change`, `sign_in_guard`.
//! 4. Proofs of authentication: [`authenticator`] makes a [`KeyCaller`], and `sessions` a
//!    [`Member`].
//! 5. Use cases: [`keys`], [`inventory`], [`leads`], `team` and so on.
//! 6. `services`, which builds all of them.
//!
//! The singular names a value, and the plural the use cases with it: a `key` is stored and judged,
//! and `keys` are issued and revoked.

mod access;
mod accounts;
pub mod audit;
pub mod authenticator;
mod clock;
mod dashboard;
pub mod entry;
mod error;
mod failed_attempts;
pub mod fair_semaphore;
mod fold;
mod idempotency;
mod invalid;
pub mod inventory;
pub mod item;
pub mod key;
pub mod keys;
pub mod lead;
pub mod leads;
mod limit;
mod links;
mod node_metrics;
mod notices;
mod origin;
mod password;
mod pepper;
mod pepper_change;
mod peppers;
mod random;
pub mod refusal;
pub mod refusals;
pub mod reserve;
mod rfc3339;
mod second_factor;
mod services;
mod sessions;
mod sign_in_guard;
pub mod store;
mod team;
mod usage;
mod verdict;
mod zone;

pub use access::{Access, EnableFactorOutcome, OwnAccess, OwnSession};
pub use accounts::{Accounts, SettingsOverview, settings_form};
pub use authenticator::{Authenticator, KeyCaller};
pub use clock::{Clock, ManualClock, SystemClock};
pub use dashboard::{BusyKeys, Comparison, Dashboard, LatestChange, Overview, Today};
pub use error::Error;
pub use failed_attempts::AttemptKind;
pub use idempotency::{
    Decision, Idempotency, IdempotencyKey, RequestClaim, ResponseBuilder, SWEEP_EVERY_SECONDS,
};
pub use invalid::{InvalidFields, InvalidReason};
pub use limit::Allowance;
pub use links::{LinkToken, LinkView, Links, SetupForm};
pub use node_metrics::NodeMetrics;
pub use notices::{
    Mail, MailError, MailFailure, MailTopic, Mailer, NOTICE_INTERVAL_SECONDS, NoticeError, Notices,
};
pub use origin::{CalledKey, Client, RequestOrigin};
pub use password::Password;
pub use pepper::{Pepper, PepperId};
pub use pepper_change::{OldPepperNeed, PepperChange, StartError};
pub use peppers::Peppers;
pub use random::{OsRandom, Random};
pub use rfc3339::{Rfc3339Time, parse_rfc3339, rfc3339};
pub use services::Services;
pub use sessions::{
    AccountChoice, EnrollingMember, Member, OpenedSession, SessionToken, Sessions, SignInOutcome,
    SignInStep, SignedIn,
};
pub use team::{
    Invited, LinkDelivery, RequireFactorOutcome, Team, TeamCursor, TeamFactor, TeamList, TeamMember,
};
pub use usage::{FLUSH_EVERY_SECONDS, FLUSH_REST_LIMIT, KeyUsage, UsageWriter};
pub use verdict::{ExpiryNotice, Node, POLL_INTERVAL_MILLIS};
pub use zone::Zone;
