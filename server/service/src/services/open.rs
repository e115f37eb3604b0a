//! Building all groups of use cases.

use super::Services;
use crate::access::Access;
use crate::accounts::Accounts;
use crate::audit::AuditLog;
use crate::authenticator::{Authenticator, NewKeyPrefixes};
use crate::clock::Clock;
use crate::dashboard::Dashboard;
use crate::failed_attempts::AttemptLog;
use crate::idempotency::Idempotency;
use crate::inventory::{Imports, Inventory};
use crate::keys::{Emergencies, KeyChanges, Keys, Operator, RestoredKeys};
use crate::leads::Leads;
use crate::limit::{AccountLimit, FailureBuckets};
use crate::links::Links;
use crate::notices::Notices;
use crate::password::Hasher;
use crate::pepper_change::{PepperChange, StartError};
use crate::peppers::Peppers;
use crate::random::Random;
use crate::refusals::{PendingRefusals, Refusals};
use crate::reserve::FreeSpace;
use crate::second_factor::Factors;
use crate::sessions::Sessions;
use crate::sign_in_guard::SignInGuard;
use crate::store::Store;
use crate::team::Team;
use crate::usage::{UsageWriter, Usages};
use crate::verdict::{Node, PendingStops};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use tokio_util::task::TaskTracker;

impl Services {
    /// Checks the peppers against the database, and builds all groups.
    ///
    /// `public_url` is the address at which people and integrations reach this installation,
    /// without a slash at its end.
    ///
    /// # Errors
    /// See [`StartError`].
    #[expect(
        clippy::too_many_lines,
        reason = "a list, in which one place shows what each group gets"
    )]
    pub async fn open(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        peppers: impl Into<Peppers>,
        public_url: String,
    ) -> Result<Self, StartError> {
        let peppers = Arc::new(peppers.into());
        let factors = Arc::new(Factors {
            random: random.clone(),
            peppers: peppers.clone(),
        });
        let pepper = Arc::new(PepperChange {
            store: store.clone(),
            clock: clock.clone(),
            peppers: peppers.clone(),
            factors: factors.clone(),
        });
        pepper.check().await?;

        // The state that several groups share.
        let usages = Arc::new(Usages::default());
        let pending_stops = Arc::new(PendingStops::default());
        let new_key_prefixes = Arc::new(NewKeyPrefixes::default());
        let pending_refusals = Arc::new(PendingRefusals::default());
        let account_limit = Arc::new(AccountLimit::default());
        let free_space = Arc::new(FreeSpace::new(store.clone(), clock.clone()));
        let attempts = Arc::new(AttemptLog::new(store.clone(), clock.clone()));
        let node = Arc::new(Node::new(
            store.clone(),
            clock.clone(),
            random.clone(),
            peppers.clone(),
        ));

        // The members of an account, and their sign-ins.
        let guard = Arc::new(SignInGuard {
            store: store.clone(),
            clock: clock.clone(),
            hasher: Hasher::new(&*random),
            random: random.clone(),
            factors: factors.clone(),
            attempts: attempts.clone(),
        });
        let sessions = Arc::new(Sessions {
            store: store.clone(),
            clock: clock.clone(),
            random: random.clone(),
            guard: guard.clone(),
        });

        // The keys, from a call with one to the changes of one.
        let key_changes = Arc::new(KeyChanges {
            store: store.clone(),
            node: node.clone(),
            free_space: free_space.clone(),
            pending_stops: pending_stops.clone(),
            receipts: TaskTracker::new(),
        });
        let restored = Arc::new(RestoredKeys {
            store: store.clone(),
        });
        let keys = Arc::new(Keys {
            store: store.clone(),
            clock: clock.clone(),
            random: random.clone(),
            node: node.clone(),
            peppers: peppers.clone(),
            pepper: pepper.clone(),
            changes: key_changes.clone(),
            restored: restored.clone(),
            usages: usages.clone(),
            pending_stops: pending_stops.clone(),
            recent: new_key_prefixes.clone(),
            refusals: pending_refusals.clone(),
        });
        let emergencies = Arc::new(Emergencies {
            store: store.clone(),
            clock: clock.clone(),
            changes: key_changes.clone(),
            node: node.clone(),
        });

        // The account and its data.
        let inventory = Arc::new(Inventory {
            store: store.clone(),
            clock: clock.clone(),
            free_space: free_space.clone(),
        });
        Ok(Self {
            access: Access {
                store: store.clone(),
                clock: clock.clone(),
                guard: guard.clone(),
                factors,
                pepper: pepper.clone(),
            },
            audit: AuditLog {
                store: store.clone(),
            },
            auth: Authenticator {
                store: store.clone(),
                clock: clock.clone(),
                node: node.clone(),
                peppers: peppers.clone(),
                usages: usages.clone(),
                pending_stops: pending_stops.clone(),
                new_key_prefixes,
                account_limit: account_limit.clone(),
                failures: FailureBuckets::default(),
                throttled_lookups: Arc::default(),
                key_reads: AtomicU64::new(0),
            },
            clock: clock.clone(),
            dashboard: Dashboard {
                store: store.clone(),
                clock: clock.clone(),
                keys: keys.clone(),
            },
            emergencies: emergencies.clone(),
            free_space: free_space.clone(),
            idempotency: Idempotency {
                store: store.clone(),
                clock: clock.clone(),
                random: random.clone(),
                in_flight: Arc::default(),
            },
            imports: Imports {
                store: store.clone(),
                clock: clock.clone(),
                random: random.clone(),
                free_space: free_space.clone(),
                inventory: inventory.clone(),
            },
            inventory,
            key_changes: key_changes.clone(),
            keys,
            leads: Leads {
                store: store.clone(),
                clock: clock.clone(),
                random: random.clone(),
                free_space: free_space.clone(),
            },
            links: Links {
                store: store.clone(),
                clock: clock.clone(),
                random: random.clone(),
                node: node.clone(),
                guard: guard.clone(),
                sessions: sessions.clone(),
            },
            node: node.clone(),
            notices: Notices {
                store: store.clone(),
                clock: clock.clone(),
                public_url: public_url.clone(),
            },
            operator: Operator {
                store: store.clone(),
                clock: clock.clone(),
                node: node.clone(),
                peppers: peppers.clone(),
                changes: key_changes,
                restored,
            },
            pepper,
            refusals: Refusals {
                store: store.clone(),
                clock: clock.clone(),
                free_space,
                pending: pending_refusals,
            },
            sessions,
            accounts: Accounts {
                store: store.clone(),
                clock: clock.clone(),
                node,
                emergencies,
                account_limit,
            },
            team: Team {
                store: store.clone(),
                clock: clock.clone(),
                random,
                public_url,
            },
            usage: UsageWriter {
                store: store.clone(),
                clock,
                usages: usages.clone(),
            },
            store,
            attempts,
            guard,
            peppers,
            pending_stops,
            usages,
        })
    }
}
