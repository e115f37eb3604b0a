//! Commits whose outcome is in doubt.
//!
//! Until COMMIT is sent, a failed transaction has changed nothing. Once it is sent, there are three
//! outcomes: the database confirms the commit, the database reports that it rolled back, or neither
//! answer arrives. In the third case the change may or may not have been made, and only the data
//! itself can show later which.

use crate::error::{ErrorContext, Fault, redact, sqlite_code};
use service::store::StoreError;
use sqlx::postgres::{PgDatabaseError, PgSeverity};

/// Error of a COMMIT that was sent.
#[derive(Debug)]
pub(crate) struct CommitError(sqlx::Error);

impl From<sqlx::Error> for CommitError {
    fn from(error: sqlx::Error) -> Self {
        Self(error)
    }
}

impl<T> ErrorContext<T> for Result<T, CommitError> {
    /// Converts the error of a COMMIT, with `context` as the failed step.
    ///
    /// # Errors
    /// [`StoreError::InDoubt`] if the transaction may have been committed, otherwise the errors of
    /// the other steps.
    fn context(self, context: &'static str) -> Result<T, StoreError> {
        match self {
            Err(CommitError(error)) if is_in_doubt(&error) => {
                Err(StoreError::InDoubt(Box::new(Fault {
                    context,
                    source: redact(error),
                })))
            }
            Err(CommitError(error)) => Err(error).context(context),
            Ok(done) => Ok(done),
        }
    }
}

/// SQLite's code for an I/O error (F5 in [`crate::sqlite`]).
///
/// The last frame of a commit may be in the log although its sync failed. A process that opens the
/// file next would then treat the transaction as committed.
const SQLITE_IOERR: i32 = 10;

/// Returns whether the database may have committed although it reported this error, or nothing.
fn is_in_doubt(error: &sqlx::Error) -> bool {
    let Some(database_error) = error.as_database_error() else {
        // The connection ended, or the time limit passed, before an answer arrived.
        return true;
    };
    match database_error.try_downcast_ref::<PgDatabaseError>() {
        // An ERROR at COMMIT rolls back. FATAL and PANIC end the connection, perhaps right after
        // the commit. 40003 is "statement completion unknown".
        Some(database_error) => {
            matches!(
                database_error.severity(),
                PgSeverity::Fatal | PgSeverity::Panic
            ) || database_error.code() == "40003"
        }
        None => sqlite_code(database_error) == Some(SQLITE_IOERR),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::error::{DatabaseError, ErrorKind};
    use std::borrow::Cow;

    /// An SQLite error with this extended code.
    #[derive(Debug)]
    struct SqliteError(&'static str);

    impl std::fmt::Display for SqliteError {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.0)
        }
    }

    impl std::error::Error for SqliteError {}

    impl DatabaseError for SqliteError {
        fn message(&self) -> &str {
            self.0
        }

        fn code(&self) -> Option<Cow<'_, str>> {
            Some(self.0.into())
        }

        fn as_error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn std::error::Error + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn std::error::Error + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    #[test]
    fn sqlite_commit_is_in_doubt_when_the_log_could_not_be_synced() {
        let sync = outcome(sqlx::Error::Database(Box::new(SqliteError("1034"))));
        assert!(matches!(sync, StoreError::InDoubt(_)), "{sync:?}");
        let busy = outcome(sqlx::Error::Database(Box::new(SqliteError("5"))));
        assert!(matches!(busy, StoreError::Unavailable(_)), "{busy:?}");
        let full = outcome(sqlx::Error::Database(Box::new(SqliteError("13"))));
        assert!(matches!(full, StoreError::Full(_)), "{full:?}");
    }

    fn outcome(error: sqlx::Error) -> StoreError {
        let commit: Result<(), CommitError> = Err(error.into());
        commit.context("testing").expect_err("an error")
    }

    #[test]
    fn commit_without_an_answer_is_in_doubt() {
        for error in [
            sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()),
            sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into()),
            sqlx::Error::Protocol("unexpected end".into()),
            sqlx::Error::WorkerCrashed,
        ] {
            let outcome = outcome(error);
            assert!(matches!(outcome, StoreError::InDoubt(_)), "{outcome:?}");
        }
    }

    #[tokio::test]
    async fn commit_that_the_database_refuses_is_not_in_doubt() {
        use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
        let options = sqlx::sqlite::SqliteConnectOptions::new().in_memory(true);
        let mut connection: SqliteConnection = options.connect().await.expect("a connection");
        let tables = "PRAGMA foreign_keys = ON; CREATE TABLE a (id INTEGER PRIMARY KEY);
            CREATE TABLE b (a INTEGER REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED)";
        sqlx::raw_sql(tables)
            .execute(&mut connection)
            .await
            .expect("tables");
        let mut transaction = connection.begin().await.expect("a transaction");
        sqlx::query("INSERT INTO b VALUES (1)")
            .execute(&mut *transaction)
            .await
            .expect("a row");
        let error = transaction.commit().await.expect_err("no such parent");
        let outcome = outcome(error);
        assert!(matches!(outcome, StoreError::Broken(_)), "{outcome:?}");
    }
}
