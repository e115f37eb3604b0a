//! A database looked at without changing anything in it: for `voxum doctor`, and for a backup before it is restored.

use service::store::PepperNeed;
use sqlx::migrate::Migrator;
use std::time::Duration;

/// How things stand with a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Of SQLite's library, which is built in, or of PostgreSQL's server.
    pub version: String,
    pub schema: Schema,
    /// What the database's own check found, the first of it.
    pub damage: Option<String>,
    /// Which pepper the stored keys were made under; see `service::Pepper::fingerprint`.
    pub pepper_fingerprint: Option<String>,
    /// What needs which pepper; empty if the schema is not this version's.
    pub pepper_uses: Vec<PepperUse>,
    /// Whether anything depends on the pepper.
    pub has_keys: bool,
    /// When the newest audit event was written, in milliseconds since 1970 in UTC.
    pub newest_event: Option<i64>,
    /// How the database's server answers; `None` of a file.
    pub server: Option<ServerLook>,
}

/// How much needs one pepper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PepperUse {
    /// See `service::Pepper::id`.
    pub pepper_id: String,
    pub need: PepperNeed,
}

impl From<(String, i64, i64, i64)> for PepperUse {
    fn from((pepper_id, keys, factors, codes): (String, i64, i64, i64)) -> Self {
        let need = PepperNeed {
            keys: keys.unsigned_abs(),
            factors: factors.unsigned_abs(),
            recovery_codes: codes.unsigned_abs(),
        };
        Self { pepper_id, need }
    }
}

/// What only a server has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerLook {
    /// The fastest of some answers.
    pub latency: Duration,
    /// By how many milliseconds its clock is ahead of this machine's, as exactly as the latency allows.
    pub clock_ahead: i64,
    /// How many connections it has for everybody together.
    pub connections: i64,
    /// How many nodes are at it that nobody takes for dead; `None` where its schema is not this program's.
    pub nodes: Option<i64>,
    /// On this machine, so that nobody stands in between.
    pub near: bool,
    /// Nobody in between can read what goes there.
    pub encrypted: bool,
    /// Nor be taken for it.
    pub checked: bool,
}

/// How a database's schema stands to the one that this program knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// There is none yet: the first start makes it.
    None,
    Current(i64),
    /// The next start brings it up to date.
    Older(i64),
    /// Made by a newer version; this one refuses it.
    Newer(i64),
}

impl Schema {
    pub(crate) fn of(found: Option<i64>, migrator: &Migrator) -> Self {
        let newest = newest(migrator);
        match found {
            None => Self::None,
            Some(found) if found == newest => Self::Current(found),
            Some(found) if found < newest => Self::Older(found),
            Some(found) => Self::Newer(found),
        }
    }
}

pub(crate) fn newest(migrator: &Migrator) -> i64 {
    let versions = migrator.iter().map(|migration| migration.version);
    versions.max().unwrap_or_default()
}

/// The newest schema that was brought in whole.
pub(crate) const VERSION: &str = "SELECT max(version) FROM _sqlx_migrations";

/// Of a schema that is too old for second factors, which depend on the pepper, too.
pub(crate) const HAS_API_KEYS: &str = "SELECT EXISTS (SELECT 1 FROM api_keys)";

pub(crate) const NEWEST_EVENT: &str =
    "SELECT max(at) FROM audit_events WHERE seq > (SELECT max(seq) - 100 FROM audit_events)";
