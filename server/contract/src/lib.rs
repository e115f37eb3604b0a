//! Contract suite of the storage ports: one case for each behaviour that every adapter must have.
//!
//! A case is a function that takes an empty store and panics if the store does not behave as
//! required. It registers itself by `case!`, so [`cases`] finds it without a list, and a case
//! without registration is dead code, which the lints refuse. The tests of an adapter run all of
//! them:
//!
//! ```
//! # use std::sync::Arc;
//! # use service::store::Store;
//! # async fn empty_store() -> Arc<dyn Store> { unimplemented!("opens a database") }
//! # async fn run_all() {
//! for case in contract::cases() {
//!     println!("{}", case.name());
//!     case.run(empty_store().await).await;
//! }
//! # }
//! ```
//!
//! `server/storage/tests/contract` does that: on SQLite each case is a test with its own name, and
//! on PostgreSQL one test runs all cases on one server.
//!
//! An adapter tests the failures that only it can cause, such as one between a change and its audit
//! event, with [`Change`], which can make every change of the ports in a [`World`].

use service::store::Store;
use std::pin::Pin;
use std::sync::Arc;

/// Registers the case of this name. Each case follows its registration.
macro_rules! case {
    ($name:ident) => {
        ::inventory::submit! {
            crate::Case {
                path: concat!(module_path!(), "::", stringify!($name)),
                behaviour: |store| Box::pin($name(store)),
            }
        }
    };
}

mod access;
mod accounts;
mod audit;
mod audit_log;
mod authority;
mod bulk;
mod caller_stats;
mod calls;
mod change;
mod factors;
mod failed_attempts;
mod feed_preview;
mod feeds;
mod fixtures;
mod idempotency;
mod imports;
mod inventory;
mod isolation;
mod item_changes;
mod item_edits;
mod items;
mod key_changes;
mod key_lists;
mod key_search;
mod keys;
mod leads;
mod managed_members;
mod notices;
mod operator;
mod overview;
mod paging;
mod password_resets;
mod people;
mod peppers;
mod quotas;
mod refusals;
mod revocations;
mod revoke_all_keys;
mod rotations;
mod sessions;
mod settings;
mod sign_in;
mod team;
mod tenant;
mod verdicts;

pub use change::{Change, World};
pub use feeds::feeds_of_other_accounts_and_keys_do_not_wait_for_many;

type CaseFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A behaviour that every storage adapter must have.
pub struct Case {
    path: &'static str,
    behaviour: fn(Arc<dyn Store>) -> CaseFuture,
}

::inventory::collect!(Case);

impl Case {
    /// Name of the case, such as `keys::keys_are_listed_newest_first`.
    pub fn name(&self) -> &'static str {
        self.path.strip_prefix("contract::").unwrap_or(self.path)
    }

    /// Runs the case on an empty store that no other case uses.
    ///
    /// # Panics
    /// If the adapter does not behave as the case requires.
    pub async fn run(&self, store: Arc<dyn Store>) {
        (self.behaviour)(store).await;
    }
}

/// Returns all cases, in the order of their names.
pub fn cases() -> Vec<&'static Case> {
    let mut cases: Vec<_> = ::inventory::iter::<Case>.into_iter().collect();
    cases.sort_unstable_by_key(|case| case.path);
    cases
}
