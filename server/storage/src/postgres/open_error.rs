//! Reasons for which a database cannot be used, as lines for the operator. None contains the
//! password.

use crate::error::redact;
use sqlx::postgres::{PgConnectOptions, PgDatabaseError};

type Reason = Box<dyn std::error::Error + Send + Sync>;

/// The database cannot be used. Each text is one complete line for the operator, without a source.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(
        "the database URL is not of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE: {reason}"
    )]
    BadUrl { reason: Reason },
    #[error("the PostgreSQL server of {database} cannot be reached: {reason}")]
    Unreachable { database: String, reason: Reason },
    #[error(
        "the certificate of the PostgreSQL server of {database} is not accepted ({reason}): set sslrootcert in the database URL to the root certificate that signed it, and use the host name that it was issued for"
    )]
    UntrustedCertificate { database: String, reason: Reason },
    #[error(
        "a file in the database URL of {database}, such as sslrootcert, cannot be read: {reason}"
    )]
    MissingFile { database: String, reason: Reason },
    #[error(
        "the PostgreSQL server of {database} refused the user or the password: correct them in the database URL"
    )]
    AccessDenied { database: String },
    #[error("there is no database {database}: create it, or correct the database URL")]
    NoDatabase { database: String },
    #[error(
        "the database {database} is empty: start the server once to set it up, or correct the database URL"
    )]
    Missing { database: String },
    #[error(
        "the database {database} contains tables of another program: use a separate database in the database URL"
    )]
    Foreign { database: String },
    #[error("this user may not change the database {database}: make the user its owner")]
    NotAllowed { database: String },
    #[error(
        "the database {database} is on a standby server: use the primary server in the database URL"
    )]
    Standby { database: String },
    #[error(
        "the database {database} is read-only: set default_transaction_read_only to off for it, or use another database in the database URL"
    )]
    ReadOnly { database: String },
    #[error(
        "the database {database} has schema {version}, which this version does not know: use the newer version that created it"
    )]
    Newer { database: String, version: i64 },
    #[error(
        "the database {database} has schema {version}, and this version needs {newest}: start the server once with this version to upgrade it, or use the version that created it"
    )]
    Older {
        database: String,
        version: i64,
        newest: i64,
    },
    #[error(
        "the database {database} has schema {version}, this version needs {newest}, and nodes of an older version are running on it: stop them, then start this one; or set VOXUM_ROLLING_UPGRADE=allow, if the older version is the release right before this one"
    )]
    OlderNodes {
        database: String,
        version: i64,
        newest: i64,
    },
    #[error(
        "the database {database} was created by another build with a different schema {version}: use that build"
    )]
    OtherBuild { database: String, version: i64 },
    #[error(
        "the database {database} could not be upgraded and is unchanged: step {version} of its schema failed ({reason}); correct that and start again, or continue with the previous version"
    )]
    MigrationFailed {
        database: String,
        version: i64,
        reason: Reason,
    },
    #[error(
        "the server of the database {database} is PostgreSQL {version}, which is too old: use 14 or newer"
    )]
    UnsupportedVersion { database: String, version: String },
    #[error("the database {database} is encoded as {encoding}: create it with ENCODING 'UTF8'")]
    NotUtf8 { database: String, encoding: String },
    #[error("the database {database} cannot be opened: {reason}")]
    Failed { database: String, reason: Reason },
}

/// Returns the name of the database for these lines.
pub(super) fn database(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or(options.get_username());
    match options.get_socket() {
        Some(socket) => format!("{database} at {}", socket.display()),
        None => format!(
            "{database} at {}:{}",
            options.get_host(),
            options.get_port()
        ),
    }
}

/// Maps an error of PostgreSQL to the operator's line:
/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
pub(super) fn explain(error: sqlx::Error, database: &str) -> OpenError {
    let database = database.to_owned();
    let code = match &error {
        // The wording of rustls.
        sqlx::Error::Io(io_error)
            if io_error.to_string().starts_with("invalid peer certificate") =>
        {
            let reason = io_error.to_string().into();
            return OpenError::UntrustedCertificate { database, reason };
        }
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) => {
            return OpenError::Unreachable {
                database,
                reason: error.into(),
            };
        }
        sqlx::Error::Database(database_error) => {
            database_error.try_downcast_ref::<PgDatabaseError>()
        }
        _ => None,
    };
    match code.map_or("", PgDatabaseError::code) {
        "28000" | "28P01" => OpenError::AccessDenied { database },
        "3D000" => OpenError::NoDatabase { database },
        "42501" => OpenError::NotAllowed { database },
        "25006" => OpenError::ReadOnly { database },
        // The messages of errors about invalid data quote values.
        code if code.starts_with("22") || code.starts_with("23") => OpenError::Failed {
            database,
            reason: redact(error),
        },
        _ => OpenError::Failed {
            database,
            reason: error.into(),
        },
    }
}
