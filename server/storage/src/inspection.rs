//! Read-only inspection of a database, for `voxum doctor` and for backups before they are restored.

use service::store::PepperNeed;
use sqlx::migrate::Migrator;
use std::time::Duration;

/// Result of an inspection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// Version of the built-in SQLite library, or of the PostgreSQL server.
    pub version: String,
    pub schema: Schema,
    /// First fault that the database's own check found.
    pub damage: Option<String>,
    /// Fingerprint of the pepper under which the stored keys were hashed; see
    /// `service::Pepper::fingerprint`.
    pub pepper_fingerprint: Option<String>,
    /// Data that depends on each pepper. Empty if the schema is not current.
    pub pepper_uses: Vec<PepperUse>,
    /// Whether any data depends on the pepper.
    pub has_keys: bool,
    /// Time of the newest audit event, in milliseconds since 1970 in UTC.
    pub newest_event: Option<i64>,
    /// Properties of the PostgreSQL server; `None` for a file.
    pub server: Option<ServerInspection>,
}

/// Amount of data that depends on one pepper.
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

/// Properties that only a database server has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerInspection {
    /// The shortest of several round trips.
    pub latency: Duration,
    /// Milliseconds by which the server's clock is ahead of this machine's, as exact as the latency
    /// allows.
    pub clock_ahead: i64,
    /// Maximum number of connections of the server, for all clients.
    pub max_connections: i64,
    /// Number of registered nodes that are not presumed dead; `None` if the schema is not current.
    pub nodes: Option<i64>,
    /// The server is on this machine, so that no network is in between.
    pub is_local: bool,
    /// The connection is encrypted.
    pub encrypted: bool,
    /// The server's certificate is verified.
    pub is_verified: bool,
}

/// Schema of a database in relation to the schema that this program knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// There is no schema yet. The first start creates it.
    None,
    Current(i64),
    /// The next start migrates it.
    Older(i64),
    /// Created by a newer version. This version refuses it.
    Newer(i64),
}

impl Schema {
    pub(crate) fn of(version: Option<i64>, migrator: &Migrator) -> Self {
        let newest = newest(migrator);
        match version {
            None => Self::None,
            Some(version) if version == newest => Self::Current(version),
            Some(version) if version < newest => Self::Older(version),
            Some(version) => Self::Newer(version),
        }
    }
}

pub(crate) fn newest(migrator: &Migrator) -> i64 {
    let versions = migrator.iter().map(|migration| migration.version);
    versions.max().unwrap_or_default()
}

/// Version of the newest migration that was applied completely.
pub(crate) const SCHEMA_VERSION: &str = "SELECT max(version) FROM _sqlx_migrations";

/// For schemas that are too old for second factors, which also depend on the pepper.
pub(crate) const HAS_API_KEYS: &str = "SELECT EXISTS (SELECT 1 FROM api_keys)";

pub(crate) const NEWEST_EVENT: &str =
    "SELECT max(at) FROM audit_events WHERE seq > (SELECT max(seq) - 100 FROM audit_events)";
