//! The rules of the product: who may do what, and what happens then.
//!
//! Both driving sides, the console's server functions and the HTTP API, end here, and each call
//! takes the caller as a value that only authentication can create. Time and randomness are
//! parameters; the database is reached through the ports in [`store`]. Nothing here knows HTTP, SQL
//! or the user interface.
//!
//! [`Services`] has one struct for each group of use cases, each in a module of its own. The
//! modules are ordered, and each uses only those of its own group or of an earlier one:
//!
//! 1. Values: `clock`, `random`, `origin`, `zone`, `view`, `fold`, [`entry`], `pepper`, [`key`],
//!    [`item`], [`lead`], [`refusal`].
//! 2. Ports: [`store`]; and `error`.
//! 3. Shared state: `limit`, `usage`, `peppers`, `verdict`, [`reserve`], `attempt`, `password`,
//!    `second_factor`, `pepper_change`, `sign_in`.
//! 4. Proofs of authentication: [`authenticator`] makes a [`KeyCaller`], and `sessions` a
//!    [`Member`].
//! 5. Use cases: [`keys`], [`inventory`], [`leads`], `team` and so on.
//!
//! The singular names a value, and the plural the use cases with it: a `key` is stored and judged,
//! and `keys` are issued and revoked.

mod access;
mod attempt;
pub mod audit;
pub mod authenticator;
mod clock;
mod dashboard;
pub mod entry;
mod error;
pub mod fair_semaphore;
mod figures;
mod fold;
mod idempotency;
pub mod inventory;
pub mod item;
pub mod key;
pub mod keys;
pub mod lead;
pub mod leads;
mod limit;
mod links;
mod notices;
mod origin;
mod password;
mod pepper;
mod pepper_change;
mod peppers;
mod random;
pub mod refusal;
mod refusals;
pub mod reserve;
mod second_factor;
mod services;
mod sessions;
mod settings;
mod sign_in;
pub mod store;
mod team;
mod usage;
mod verdict;
mod view;
mod zone;

pub use access::{Access, Enrolled, OwnAccess, OwnSession};
pub use attempt::Attempt;
pub use authenticator::{Authenticator, KeyCaller};
pub use clock::{Clock, ManualClock, SystemClock};
pub use dashboard::{Dashboard, LatestChange, Overview};
pub use error::Error;
pub use figures::Figures;
pub use idempotency::{
    AnswerToStore, Claim, Decision, Idempotency, IdempotencyKey, SWEEP_EVERY_SECONDS,
};
pub use limit::Allowance;
pub use links::{LinkToken, LinkView, Links, SetupForm};
pub use notices::{
    LOOK_EVERY_SECONDS, Mail, MailFailure, MailTopic, Mailer, NotSent, NoticeError, Notices,
};
pub use origin::{CalledKey, Client, Source};
pub use password::Password;
pub use pepper::{Pepper, PepperId};
pub use pepper_change::{NeedsOldPepper, OpenError, PepperChange};
pub use peppers::Peppers;
pub use random::{OsRandom, Random};
pub use refusals::Refusals;
pub use services::Services;
pub use sessions::{AccountChoice, Member, SessionToken, Sessions, SignInStep, SignedIn};
pub use settings::{Settings, SettingsOverview, settings_form};
pub use team::{Invited, Team, TeamList, TeamPlace};
pub use usage::{FLUSH_EVERY_SECONDS, FLUSH_REST_FOR, KeyUsage, UsageWriter};
pub use verdict::{BEAT_MILLIS, ExpiryNotice, Node};
pub use view::{Rfc3339Time, parse_rfc3339, rfc3339};
pub use zone::Zone;
