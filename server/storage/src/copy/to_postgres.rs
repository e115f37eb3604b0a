//! Fills an empty PostgreSQL database from an SQLite file, in one transaction (P1 to P5 in
//! [`super`]).

use super::error::ErrorContext as _;
use super::in_doubt::Number;
use super::tables::{Column, Kind, Table, tables};
use super::{CopyError, Result};
use crate::postgres::open::{OURS, check_server, connect, migrate, must_take_changes};
use crate::postgres::{MIGRATIONS, lock};
use futures::TryStreamExt as _;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _, SqliteConnection};
use std::io::ErrorKind;
use std::time::Duration;
use tokio::time::timeout;

const CONTEXT: &str = "writing into PostgreSQL";

/// Approximate number of bytes that are sent at once (I7).
const PIECE: usize = 64 * 1024;

/// Maximum wait for the answer to COMMIT. The answer comes soon however much was written, since
/// COMMIT checks nothing more; a longer wait means that the connection leads nowhere.
const ANSWER: Duration = Duration::from_secs(15);

/// Creates the schema and writes everything that is in `from`. `last` runs once everything is
/// written, right before the commit. If it fails, nothing is committed.
///
/// # Errors
/// Nothing was written. With [`CopyError::InDoubt`] the outcome is unknown.
pub(super) async fn fill(
    from: &mut SqliteConnection,
    url: &str,
    last: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let (_, place, mut to) = connect(url).await?;
    check_server(&mut to, &place).await?;
    must_take_changes(&mut to, &place).await?;
    let mut transaction = to.begin().await.context(CONTEXT)?;
    // P2: a server that starts meanwhile waits for this lock, and then finds everything.
    sqlx::raw_sql(AssertSqlSafe(lock(MIGRATIONS, 0)))
        .execute(&mut *transaction)
        .await
        .context(CONTEXT)?;
    let (_, any): (bool, bool) = sqlx::query_as(OURS)
        .fetch_one(&mut *transaction)
        .await
        .context(CONTEXT)?;
    if any {
        return Err(CopyError::NotEmpty { place });
    }
    migrate(&mut transaction, &place).await?;
    let tables = tables(from).await?;
    // P3: the file contains the rows that the migrations inserted, so they would be there twice.
    for table in tables.iter().rev() {
        let delete = format!("DELETE FROM {}", table.name);
        run(&mut transaction, delete).await?;
    }
    for table in &tables {
        copy(from, &mut transaction, table).await?;
    }
    count_on(&mut transaction).await?;
    // P4: the number decides a commit that is not answered.
    let number = Number::of(&mut transaction).await?;
    last()?;
    // P5.
    let committed = timeout(ANSWER, transaction.commit()).await;
    let late = |_| Err(sqlx::Error::Io(ErrorKind::TimedOut.into()));
    let committed = committed.unwrap_or_else(late);
    // An error here does not matter: either the commit has happened, or the end of the connection
    // rolls the transaction back.
    let _ = to.close().await;
    match committed {
        Err(_) if number.was_committed(url, place).await? => Ok(()),
        known => known.context(CONTEXT),
    }
}

async fn run(to: &mut PgConnection, sql: String) -> Result<()> {
    let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(to).await;
    done.context(CONTEXT).map(drop)
}

/// Copies all rows of a table by one statement, at whose end references are checked, so that rows
/// may refer to each other in any order.
async fn copy(from: &mut SqliteConnection, to: &mut PgConnection, table: &Table) -> Result<()> {
    let sql = format!("COPY {} ({}) FROM STDIN", table.name, table.list());
    let mut copy = to.copy_in_raw(&sql).await.context(CONTEXT)?;
    let mut rows = sqlx::query(AssertSqlSafe(table.select())).fetch(from);
    let (mut piece, mut sent) = (Vec::with_capacity(2 * PIECE), 0);
    while let Some(row) = rows.try_next().await.context("reading the SQLite file")? {
        write(&mut piece, &row, &table.columns).context("reading the SQLite file")?;
        sent += 1;
        if piece.len() >= PIECE {
            copy.send(&*piece).await.context(CONTEXT)?;
            piece.clear();
        }
    }
    copy.send(&*piece).await.context(CONTEXT)?;
    let taken = copy.finish().await.context(CONTEXT)?;
    if taken == sent {
        return Ok(());
    }
    let told = format!("{taken} of {sent} rows of {} arrived", table.name);
    Err(sqlx::Error::Protocol(told)).context(CONTEXT)
}

/// Writes a row in the text format of COPY:
/// <https://www.postgresql.org/docs/current/sql-copy.html>.
fn write(piece: &mut Vec<u8>, row: &SqliteRow, columns: &[Column]) -> sqlx::Result<()> {
    for (index, column) in columns.iter().enumerate() {
        if index > 0 {
            piece.push(b'\t');
        }
        match column.kind {
            Kind::Number => match row.try_get::<Option<i64>, _>(index)? {
                Some(number) => piece.extend(number.to_string().as_bytes()),
                None => piece.extend(NULL),
            },
            Kind::Text => match row.try_get::<Option<&str>, _>(index)? {
                Some(text) => escape(piece, text),
                None => piece.extend(NULL),
            },
            Kind::Bytes => match row.try_get::<Option<&[u8]>, _>(index)? {
                Some(bytes) => {
                    piece.extend(b"\\\\x");
                    piece.extend(hex::encode(bytes).as_bytes());
                }
                None => piece.extend(NULL),
            },
        }
    }
    piece.push(b'\n');
    Ok(())
}

const NULL: &[u8] = b"\\N";

fn escape(piece: &mut Vec<u8>, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'\\' => piece.extend(b"\\\\"),
            b'\n' => piece.extend(b"\\n"),
            b'\r' => piece.extend(b"\\r"),
            b'\t' => piece.extend(b"\\t"),
            other => piece.push(other),
        }
    }
}

/// Advances the sequences of identity columns beyond the copied values.
async fn count_on(to: &mut PgConnection) -> Result<()> {
    let sql = "SELECT table_name::text, column_name::text FROM information_schema.columns
        WHERE table_schema = current_schema() AND is_identity = 'YES'";
    let drawn: Vec<(String, String)> = sqlx::query_as(sql)
        .fetch_all(&mut *to)
        .await
        .context(CONTEXT)?;
    for (table, column) in drawn {
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
        let mut piece = Vec::new();
        escape(&mut piece, "a\tb\nc\rd\\N \u{1f697}");
        assert_eq!(piece, "a\\tb\\nc\\rd\\\\N \u{1f697}".as_bytes());
    }
}
