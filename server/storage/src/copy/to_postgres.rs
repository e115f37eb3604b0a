//! Fills an empty PostgreSQL database from an SQLite file, in one transaction (P1 to P5 in
//! [`super`]).

use super::error::ErrorContext as _;
use super::in_doubt::TransactionId;
use super::tables::{Column, ColumnKind, Table, tables};
use super::{CopyError, Result};
use crate::postgres::open::{DATABASE_IDENTITY, check_server, connect, migrate, require_writable};
use crate::postgres::{MIGRATIONS, lock};
use futures::TryStreamExt as _;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _, SqliteConnection};
use std::io::ErrorKind;
use std::time::Duration;
use tokio::time::timeout;

const CONTEXT: &str = "writing into PostgreSQL";

/// Approximate number of bytes that are sent in one piece (I7).
const CHUNK_BYTES: usize = 64 * 1024;

/// Maximum wait for the answer to COMMIT. The answer comes soon however much was written, since
/// COMMIT checks nothing more; a longer wait means that the connection is dead.
const COMMIT_TIMEOUT: Duration = Duration::from_secs(15);

/// Creates the schema and writes everything that is in `from`. `before_commit` runs once everything
/// is written, right before the commit. If it fails, nothing is committed.
///
/// # Errors
/// Nothing was written. With [`CopyError::InDoubt`] the outcome is unknown.
pub(super) async fn fill(
    from: &mut SqliteConnection,
    url: &str,
    before_commit: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let (_, database, mut to) = connect(url).await?;
    check_server(&mut to, &database).await?;
    require_writable(&mut to, &database).await?;
    let mut transaction = to.begin().await.context(CONTEXT)?;
    // P2: a server that starts meanwhile waits for this lock, and then finds everything.
    sqlx::raw_sql(AssertSqlSafe(lock(MIGRATIONS, 0)))
        .execute(&mut *transaction)
        .await
        .context(CONTEXT)?;
    let (_, has_tables): (bool, bool) = sqlx::query_as(DATABASE_IDENTITY)
        .fetch_one(&mut *transaction)
        .await
        .context(CONTEXT)?;
    if has_tables {
        return Err(CopyError::NotEmpty { database });
    }
    migrate(&mut transaction, &database).await?;
    let tables = tables(from).await?;
    // P3: the file contains the rows that the migrations inserted, so they would be there twice.
    for table in tables.iter().rev() {
        let delete = format!("DELETE FROM {}", table.name);
        run(&mut transaction, delete).await?;
    }
    for table in &tables {
        copy(from, &mut transaction, table).await?;
    }
    advance_sequences(&mut transaction).await?;
    // P4: the number decides a commit that is not answered.
    let id = TransactionId::of(&mut transaction).await?;
    before_commit()?;
    // P5.
    let result = timeout(COMMIT_TIMEOUT, transaction.commit()).await;
    let timed_out = |_| Err(sqlx::Error::Io(ErrorKind::TimedOut.into()));
    let result = result.unwrap_or_else(timed_out);
    // An error here does not matter: either the commit has happened, or the end of the connection
    // rolls the transaction back.
    let _ = to.close().await;
    match result {
        Err(_) if id.was_committed(url, database).await? => Ok(()),
        result => result.context(CONTEXT),
    }
}

async fn run(to: &mut PgConnection, sql: String) -> Result<()> {
    let result = sqlx::raw_sql(AssertSqlSafe(sql)).execute(to).await;
    result.context(CONTEXT).map(drop)
}

/// Copies all rows of a table by one statement, at whose end references are checked, so that rows
/// may refer to each other in any order.
async fn copy(from: &mut SqliteConnection, to: &mut PgConnection, table: &Table) -> Result<()> {
    let sql = format!("COPY {} ({}) FROM STDIN", table.name, table.list());
    let mut copy = to.copy_in_raw(&sql).await.context(CONTEXT)?;
    let mut rows = sqlx::query(AssertSqlSafe(table.select())).fetch(from);
    let (mut chunk, mut sent) = (Vec::with_capacity(2 * CHUNK_BYTES), 0);
    while let Some(row) = rows.try_next().await.context("reading the SQLite file")? {
        write(&mut chunk, &row, &table.columns).context("reading the SQLite file")?;
        sent += 1;
        if chunk.len() >= CHUNK_BYTES {
            copy.send(&*chunk).await.context(CONTEXT)?;
            chunk.clear();
        }
    }
    copy.send(&*chunk).await.context(CONTEXT)?;
    let copied = copy.finish().await.context(CONTEXT)?;
    if copied == sent {
        return Ok(());
    }
    let message = format!("{copied} of {sent} rows of {} arrived", table.name);
    Err(sqlx::Error::Protocol(message)).context(CONTEXT)
}

/// Writes a row in the text format of COPY:
/// <https://www.postgresql.org/docs/current/sql-copy.html>.
fn write(chunk: &mut Vec<u8>, row: &SqliteRow, columns: &[Column]) -> sqlx::Result<()> {
    for (index, column) in columns.iter().enumerate() {
        if index > 0 {
            chunk.push(b'\t');
        }
        match column.kind {
            ColumnKind::Number => match row.try_get::<Option<i64>, _>(index)? {
                Some(number) => chunk.extend(number.to_string().as_bytes()),
                None => chunk.extend(NULL),
            },
            ColumnKind::Text => match row.try_get::<Option<&str>, _>(index)? {
                Some(text) => escape(chunk, text),
                None => chunk.extend(NULL),
            },
            ColumnKind::Bytes => match row.try_get::<Option<&[u8]>, _>(index)? {
                Some(bytes) => {
                    chunk.extend(b"\\\\x");
                    chunk.extend(hex::encode(bytes).as_bytes());
                }
                None => chunk.extend(NULL),
            },
        }
    }
    chunk.push(b'\n');
    Ok(())
}

const NULL: &[u8] = b"\\N";

fn escape(chunk: &mut Vec<u8>, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'\\' => chunk.extend(b"\\\\"),
            b'\n' => chunk.extend(b"\\n"),
            b'\r' => chunk.extend(b"\\r"),
            b'\t' => chunk.extend(b"\\t"),
            other => chunk.push(other),
        }
    }
}

/// Advances the sequences of identity columns beyond the copied values.
async fn advance_sequences(to: &mut PgConnection) -> Result<()> {
    let sql = "SELECT table_name::text, column_name::text FROM information_schema.columns
        WHERE table_schema = current_schema() AND is_identity = 'YES'";
    let sequences: Vec<(String, String)> = sqlx::query_as(sql)
        .fetch_all(&mut *to)
        .await
        .context(CONTEXT)?;
    for (table, column) in sequences {
        let sql = format!(
            "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), coalesce(max({column}), 0) + 1, false)
             FROM {table}"
        );
        run(to, sql).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn copy_text_escapes_tabs_line_breaks_and_backslashes() {
        let mut chunk = Vec::new();
        escape(&mut chunk, "a\tb\nc\rd\\N \u{1f697}");
        assert_eq!(chunk, "a\\tb\\nc\\rd\\\\N \u{1f697}".as_bytes());
    }
}
