//! The rules of the product: who may do what, and what happens then.
//!
//! Both driving sides, the console's server functions and the HTTP API, end here, and each call
//! takes the caller as a value that only authentication can create. Time and randomness are
//! parameters; the database is reached through the ports in [`store`]. Nothing here knows HTTP, SQL
//! or the user interface.

mod access;
mod attempt;
pub mod audit;
mod caller;
mod calls;
mod clock;
mod dashboard;
pub mod entry;
mod error;
pub mod fair_semaphore;
mod figures;
mod fold;
pub mod inventory;
pub mod key;
pub mod leads;
mod limit;
mod link;
mod notice;
mod once;
mod other_accounts;
mod password;
mod pepper;
mod random;
pub mod refusal;
pub mod reserve;
mod second_factor;
mod session;
mod settings;
mod signed_in;
mod start;
pub mod store;
mod tally;
mod team;
mod usage;
mod verdict;
mod view;
mod zone;

pub use attempt::Attempt;
pub use caller::{CalledKey, Client, Source};
pub use clock::{Clock, ManualClock, SystemClock};
pub use error::Error;
pub use figures::Figures;
pub use key::KeyCaller;
pub use limit::Allowance;
pub use link::{LinkToken, LinkView, SetupForm};
pub use notice::{LOOK_EVERY_SECONDS, Mail, MailFailure, Mailer, NotSent, NoticeError};
pub use once::{Claim, IdempotencyKey, Keep, SWEEP_EVERY_SECONDS, Turn};
pub use password::Password;
pub use pepper::{Pepper, PepperId, Peppers};
pub use random::{OsRandom, Random};
pub use second_factor::{AccountChoice, Enrolled, SignInStep, SignedIn};
pub use session::SessionToken;
pub use signed_in::Member;
pub use start::{NeedsOldPepper, OpenError};
pub use team::TeamPlace;
pub use usage::{FLUSH_EVERY_SECONDS, FLUSH_REST_FOR, KeyUsage};
pub use verdict::BEAT_MILLIS;
pub use view::{Rfc3339Time, parse_rfc3339, rfc3339};
pub use zone::Zone;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64};
use tokio_util::task::TaskTracker;

/// All operations of the product. Cheap to share behind an [`Arc`].
pub struct Service {
    store: Arc<dyn store::Store>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    peppers: Peppers,
    verdicts: verdict::Verdicts,
    /// Number of reads of keys that were not in memory, since the start.
    key_reads: AtomicU64,
    heartbeat: verdict::Heartbeat,
    hasher: password::Hasher,
    reserve: reserve::Reserve,
    /// Revocations and pauses that are in force on this node alone.
    unstored: key::UnstoredStops,
    /// Tasks that store how revocations reached the nodes.
    receipts: TaskTracker,
    usages: usage::Usages,
    refusals: refusal::PendingRefusals,
    awaited: key::AwaitedKeys,
    failures: limit::FailureBuckets,
    attempts: attempt::Attempts,
    suspects: Arc<limit::Suspects>,
    /// Calls per second of all keys of an account together; 0 means no limit.
    account_calls: AtomicU32,
    in_flight: once::InFlight,
    public_url: String,
}
