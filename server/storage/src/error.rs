//! Maps database errors to the kinds of [`StoreError`]. `commit` maps those of a COMMIT.

use crate::listing::PastDeadline;
use service::store::StoreError;
use sqlx::postgres::PgDatabaseError;

/// Step that failed in the database. Contains none of the statement's values.
#[derive(Debug, thiserror::Error)]
#[error("{context}")]
pub(crate) struct Fault {
    pub(crate) context: &'static str,
    #[source]
    pub(crate) source: Box<dyn std::error::Error + Send + Sync>,
}

/// A stored value that this program never writes. Names the column and omits the value.
#[derive(Debug, thiserror::Error)]
#[error("unexpected value in {0}")]
pub(crate) struct CorruptValue(pub(crate) &'static str);

/// Adds the failed step to an error and classifies it.
pub(crate) trait ErrorContext<T> {
    /// Converts the error, with `context` as the failed step.
    ///
    /// # Errors
    /// [`StoreError::PastDeadline`] for a listing that was interrupted, [`StoreError::Full`] if the
    /// disk is full, [`StoreError::Unavailable`] if a later attempt may succeed, otherwise
    /// [`StoreError::Broken`].
    fn context(self, context: &'static str) -> Result<T, StoreError>;
}

impl<T> ErrorContext<T> for Result<T, sqlx::Error> {
    fn context(self, context: &'static str) -> Result<T, StoreError> {
        self.map_err(|error| {
            if PastDeadline::is(&error) {
                return StoreError::PastDeadline(context);
            }
            let (is_full, is_transient) = (is_full(&error), is_transient(&error));
            let fault = Box::new(Fault {
                context,
                source: redact(error),
            });
            if is_full {
                StoreError::Full(fault)
            } else if is_transient {
                StoreError::Unavailable(fault)
            } else {
                StoreError::Broken(fault)
            }
        })
    }
}

impl From<CorruptValue> for StoreError {
    fn from(corrupt: CorruptValue) -> Self {
        Self::Broken(Box::new(corrupt))
    }
}

/// Returns whether the disk is full, or the space that the database may use of it.
pub(crate) fn is_full(error: &sqlx::Error) -> bool {
    let Some(error) = error.as_database_error() else {
        return false;
    };
    match error.try_downcast_ref::<PgDatabaseError>() {
        Some(error) => error.code() == DISK_FULL,
        None => sqlite_code(error) == Some(SQLITE_FULL),
    }
}

/// `disk_full`: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
const DISK_FULL: &str = "53100";
/// <https://www.sqlite.org/rescode.html#full>
const SQLITE_FULL: i32 = 13;

/// Returns whether the same call may succeed later without a change to this program or the data.
fn is_transient(error: &sqlx::Error) -> bool {
    match error {
        // A connection can also end in the middle of a protocol message.
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => match error.try_downcast_ref::<PgDatabaseError>() {
            Some(error) => TRANSIENT_STATES
                .iter()
                .any(|prefix| error.code().starts_with(prefix)),
            None => sqlite_code(error.as_ref()).is_some_and(|code| TRANSIENT_CODES.contains(&code)),
        },
        _ => false,
    }
}

/// Busy, locked, out of memory, read-only (as a disk becomes after a fault), interrupted, I/O,
/// cannot open and the locking protocol, in this order: <https://www.sqlite.org/rescode.html>.
const TRANSIENT_CODES: [i32; 8] = [5, 6, 7, 8, 9, 10, 14, 15];

/// Prefixes of SQLSTATE codes, in this order:
///
/// - connection exceptions;
/// - writes on a standby, and transactions that were idle for too long;
/// - serialization failures and deadlocks;
/// - insufficient memory, disk or connections;
/// - locks that were not granted in time;
/// - cancellation, shutdown and startup;
/// - I/O errors.
///
/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
const TRANSIENT_STATES: [&str; 9] = [
    "08", "25006", "25P03", "40001", "40P01", "53", "55P03", "57", "58",
];

/// An error of PostgreSQL without its message, which may quote values.
#[derive(Debug, thiserror::Error)]
#[error("PostgreSQL answered {state} ({object})")]
struct PostgresError {
    state: String,
    /// Name of the constraint, or else of the table; may be empty.
    object: String,
}

pub(crate) fn redact(error: sqlx::Error) -> Box<dyn std::error::Error + Send + Sync> {
    let database_error = error
        .as_database_error()
        .and_then(|database_error| database_error.try_downcast_ref::<PgDatabaseError>());
    match database_error {
        Some(database_error) => Box::new(PostgresError {
            state: database_error.code().to_owned(),
            object: database_error
                .constraint()
                .or(database_error.table())
                .unwrap_or_default()
                .to_owned(),
        }),
        None => Box::new(error),
    }
}

/// The primary result code, which is the low byte of the extended one.
pub(crate) fn sqlite_code(error: &dyn sqlx::error::DatabaseError) -> Option<i32> {
    error.code()?.parse::<i32>().ok().map(|code| code & 0xff)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::sqlite::SqliteConnectOptions;
    use sqlx::{AssertSqlSafe, ConnectOptions as _, SqliteConnection};
    use std::error::Error as _;

    const CANARY: &str = "canary-2f8a";

    async fn database() -> (tempfile::TempDir, SqliteConnection) {
        let directory = tempfile::tempdir().expect("a directory for the test");
        let options = SqliteConnectOptions::new()
            .filename(directory.path().join("test.db"))
            .create_if_missing(true)
            .busy_timeout(std::time::Duration::ZERO);
        let mut connection = options.connect().await.expect("a connection");
        let sql =
            "CREATE TABLE t (a TEXT NOT NULL UNIQUE CHECK (length(a) < 9999999), b INTEGER) STRICT";
        sqlx::query(sql)
            .execute(&mut connection)
            .await
            .expect("a table");
        (directory, connection)
    }

    async fn failure(connection: &mut SqliteConnection, sql: &str) -> StoreError {
        let result = sqlx::query(AssertSqlSafe(sql))
            .bind(CANARY)
            .execute(connection)
            .await;
        result.context("testing").expect_err("the statement fails")
    }

    /// Everything that any log could print.
    fn text(error: &StoreError) -> String {
        let mut text = format!("{error:?} {error}");
        let mut source = error.source();
        while let Some(error) = source {
            text = format!("{text} {error:?} {error}");
            source = error.source();
        }
        text
    }

    #[tokio::test]
    async fn full_disk_is_reported_as_full() {
        let (_directory, mut connection) = database().await;
        let limit = sqlx::query("PRAGMA max_page_count = 3");
        limit.execute(&mut connection).await.expect("a limit");
        let sql = "INSERT INTO t (a) VALUES ($1 || hex(zeroblob(100000)))";
        let error = failure(&mut connection, sql).await;
        assert!(matches!(error, StoreError::Full(_)), "{error:?}");
        assert!(text(&error).contains("full"), "{}", text(&error));
        assert!(!text(&error).contains(CANARY));
    }

    #[tokio::test]
    async fn read_only_database_is_reported_as_unavailable() {
        let (_directory, mut connection) = database().await;
        sqlx::query("PRAGMA query_only = 1")
            .execute(&mut connection)
            .await
            .expect("a setting");
        let error = failure(&mut connection, "INSERT INTO t (a) VALUES ($1)").await;
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    }

    #[tokio::test]
    async fn permanent_failure_is_reported_as_broken_without_any_value() {
        let (_directory, mut connection) = database().await;
        let insert = "INSERT INTO t (a) VALUES ($1)";
        sqlx::query(insert)
            .bind(CANARY)
            .execute(&mut connection)
            .await
            .expect("a row");
        let statements = [
            insert,
            "INSERT INTO t (a) VALUES ($1 || hex(zeroblob(9999999)))",
            "INSERT INTO t (b) VALUES ($1)",
            "INSERT INTO nowhere VALUES ($1)",
            "SELECT abs(-9223372036854775808), $1",
        ];
        for statement in statements {
            let error = failure(&mut connection, statement).await;
            assert!(
                matches!(error, StoreError::Broken(_)),
                "{statement}: {error:?}"
            );
            assert!(text(&error).contains("testing"), "{}", text(&error));
            assert!(!text(&error).contains(CANARY), "{}", text(&error));
        }
    }

    #[test]
    fn unexpected_value_is_reported_as_broken_with_its_column() {
        let error = StoreError::from(CorruptValue("api_keys.scopes"));
        assert!(matches!(error, StoreError::Broken(_)));
        assert!(text(&error).contains("api_keys.scopes"));
    }
}
