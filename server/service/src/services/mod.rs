//! All groups of use cases, built in one place.

mod open;

use crate::access::Access;
use crate::accounts::Accounts;
use crate::audit::AuditLog;
use crate::authenticator::Authenticator;
use crate::clock::Clock;
use crate::dashboard::Dashboard;
use crate::error::Error;
use crate::failed_attempts::AttemptLog;
use crate::idempotency::Idempotency;
use crate::inventory::{Imports, Inventory};
use crate::keys::{Emergencies, KeyChanges, Keys, Operator};
use crate::leads::Leads;
use crate::links::Links;
use crate::node_metrics::NodeMetrics;
use crate::notices::Notices;
use crate::pepper_change::PepperChange;
use crate::peppers::Peppers;
use crate::refusals::Refusals;
use crate::reserve::FreeSpace;
use crate::sessions::Sessions;
use crate::sign_in_guard::SignInGuard;
use crate::store::InstallationStore;
use crate::team::Team;
use crate::usage::{TimeLimit, UsageWriter, Usages};
use crate::verdict::{Node, PendingStops};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// All groups of use cases. Each reaches only the ports that it needs.
pub struct Services {
    pub access: Access,
    pub accounts: Accounts,
    pub audit: AuditLog,
    pub auth: Authenticator,
    pub clock: Arc<dyn Clock>,
    pub dashboard: Dashboard,
    pub emergencies: Arc<Emergencies>,
    pub free_space: Arc<FreeSpace>,
    pub idempotency: Idempotency,
    pub imports: Imports,
    pub inventory: Arc<Inventory>,
    pub key_changes: Arc<KeyChanges>,
    pub keys: Arc<Keys>,
    pub leads: Leads,
    pub links: Links,
    /// This process as a node, with its lease.
    pub node: Arc<Node>,
    pub notices: Notices,
    pub operator: Operator,
    pub pepper: Arc<PepperChange>,
    pub refusals: Refusals,
    pub sessions: Arc<Sessions>,
    pub team: Team,
    pub usage: UsageWriter,
    store: Arc<dyn InstallationStore>,
    attempts: Arc<AttemptLog>,
    guard: Arc<SignInGuard>,
    peppers: Arc<Peppers>,
    pending_stops: Arc<PendingStops>,
    usages: Arc<Usages>,
}

impl Services {
    /// Renews the lease of this node, acknowledges changes, watches the other nodes, and stores
    /// changes that are in force on this node alone. Before this runs and after it is dropped, each
    /// request reads the database.
    pub async fn heartbeat_forever(&self) {
        tokio::join!(
            self.node.heartbeat_forever(),
            self.key_changes.store_pending_forever()
        );
    }

    /// Writes all pending uses, counts of calls, callers, refused calls and failed sign-ins. Data
    /// that could not be written stays pending.
    ///
    /// Only one flush may run at a time, and it must be awaited to its end (F4 in `crate::usage`).
    ///
    /// # Errors
    /// The database's.
    pub async fn flush(&self) -> Result<(), Error> {
        self.flush_until(&TimeLimit::none()).await
    }

    /// Writes all last uses, and the rest until `limit` has passed or `stop` is cancelled. The next
    /// flush begins with the keys whose rest is still pending.
    ///
    /// # Errors
    /// The database's.
    pub async fn flush_within(
        &self,
        limit: Duration,
        stop: &CancellationToken,
    ) -> Result<(), Error> {
        self.flush_until(&TimeLimit::of(limit, stop)).await
    }

    async fn flush_until(&self, limit: &TimeLimit) -> Result<(), Error> {
        // W1 to W4 in `crate::usage`.
        self.usage.write(limit).await?;
        // W5.
        self.refusals.write(limit).await?;
        self.attempts.write().await?;
        self.pepper.advance().await
    }

    /// Returns the figures of this node for its operator.
    pub fn node_metrics(&self) -> NodeMetrics {
        NodeMetrics {
            keys_in_memory: self.node.verdicts.key_count(),
            has_lease: self.node.has_lease(),
            uses_pending: self.usages.pending(),
            failed_attempts: self.attempts.counts(),
            key_reads: self.auth.key_reads(),
            pepper_need: self.peppers.need(),
            storage_low: self.free_space.is_low(),
            not_stored: self.pending_stops.count() as u64,
        }
    }

    /// Returns the number of passwords that were verified since the start. It must not depend on
    /// whether the address of a sign-in has a member.
    pub fn verified_passwords(&self) -> u64 {
        self.guard.verified_passwords()
    }

    /// Checks that keys can be verified and changed now.
    ///
    /// # Errors
    /// The database's.
    pub async fn check_readiness(&self) -> Result<(), Error> {
        Ok(self.store.ping().await?)
    }
}
