//! Reasons for which a database cannot be used, as lines for the operator. None contains the
//! password.

use crate::error::wordless;
use sqlx::postgres::{PgConnectOptions, PgDatabaseError};

type Reason = Box<dyn std::error::Error + Send + Sync>;

/// The database cannot be used. Each text is one complete line for the operator, without a source.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(
        "the database URL is not of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE: {reason}"
    )]
    BadUrl { reason: Reason },
    #[error("the PostgreSQL server of {place} cannot be reached: {reason}")]
    Unreachable { place: String, reason: Reason },
    #[error(
        "the certificate of the PostgreSQL server of {place} is not accepted ({reason}): set sslrootcert in the database URL to the root certificate that signed it, and use the host name that it was issued for"
    )]
    NotTrusted { place: String, reason: Reason },
    #[error("a file in the database URL of {place}, such as sslrootcert, cannot be read: {reason}")]
    NoFile { place: String, reason: Reason },
    #[error(
        "the PostgreSQL server of {place} refused the user or the password: correct them in the database URL"
    )]
    NotLetIn { place: String },
    #[error("there is no database {place}: create it, or correct the database URL")]
    NoDatabase { place: String },
    #[error(
        "the database {place} is empty: start the server once to set it up, or correct the database URL"
    )]
    Missing { place: String },
    #[error(
        "the database {place} contains tables of another program: use a separate database in the database URL"
    )]
    Foreign { place: String },
    #[error("this user may not change the database {place}: make the user its owner")]
    NotAllowed { place: String },
    #[error(
        "the database {place} is on a standby server: use the primary server in the database URL"
    )]
    Standby { place: String },
    #[error(
        "the database {place} is read-only: set default_transaction_read_only to off for it, or use another database in the database URL"
    )]
    ReadOnly { place: String },
    #[error(
        "the database {place} has schema {version}, which this version does not know: use the newer version that created it"
    )]
    Newer { place: String, version: i64 },
    #[error(
        "the database {place} has schema {version}, and this version needs {newest}: start the server once with this version to upgrade it, or use the version that created it"
    )]
    Older {
        place: String,
        version: i64,
        newest: i64,
    },
    #[error(
        "the database {place} has schema {version}, this version needs {newest}, and nodes of an older version are running on it: stop them, then start this one; or set VOXUM_ROLLING_UPGRADE=allow, if the older version is the release right before this one"
    )]
    OlderNodes {
        place: String,
        version: i64,
        newest: i64,
    },
    #[error(
        "the database {place} was created by another build with a different schema {version}: use that build"
    )]
    Altered { place: String, version: i64 },
    #[error(
        "the database {place} could not be upgraded and is unchanged: step {version} of its schema failed ({reason}); correct that and start again, or continue with the previous version"
    )]
    NotMigrated {
        place: String,
        version: i64,
        reason: Reason,
    },
    #[error(
        "the server of the database {place} is PostgreSQL {found}, which is too old: use 14 or newer"
    )]
    Old { place: String, found: String },
    #[error("the database {place} is encoded as {found}: create it with ENCODING 'UTF8'")]
    NotUtf8 { place: String, found: String },
    #[error("the database {place} cannot be opened: {reason}")]
    Failed { place: String, reason: Reason },
}

/// Returns the name of the database for these lines.
pub(super) fn place(options: &PgConnectOptions) -> String {
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
pub(super) fn explain(error: sqlx::Error, place: &str) -> OpenError {
    let place = place.to_owned();
    let code = match &error {
        // The wording of rustls.
        sqlx::Error::Io(why) if why.to_string().starts_with("invalid peer certificate") => {
            let reason = why.to_string().into();
            return OpenError::NotTrusted { place, reason };
        }
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) => {
            return OpenError::Unreachable {
                place,
                reason: error.into(),
            };
        }
        sqlx::Error::Database(said) => said.try_downcast_ref::<PgDatabaseError>(),
        _ => None,
    };
    match code.map_or("", PgDatabaseError::code) {
        "28000" | "28P01" => OpenError::NotLetIn { place },
        "3D000" => OpenError::NoDatabase { place },
        "42501" => OpenError::NotAllowed { place },
        "25006" => OpenError::ReadOnly { place },
        // The messages of errors about invalid data quote values.
        code if code.starts_with("22") || code.starts_with("23") => OpenError::Failed {
            place,
            reason: wordless(error),
        },
        _ => OpenError::Failed {
            place,
            reason: error.into(),
        },
    }
}
