//! Copies a snapshot of a PostgreSQL database into an SQLite file.

use super::error::ErrorContext as _;
use super::tables::{ColumnKind, Table, tables};
use super::{CopyError, Result};
use crate::inspection::{SCHEMA_VERSION, newest};
use crate::postgres::open::{DATABASE_IDENTITY, MIGRATOR, check_server, connect};
use crate::{postgres, sqlite};
use futures::TryStreamExt as _;
use sqlx::postgres::PgRow;
use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection, Postgres, Row as _, SqliteConnection, Transaction,
};

const READING: &str = "reading PostgreSQL";
const WRITING: &str = "writing the backup";

/// Number of rows per statement. No table has a hundred columns, and SQLite accepts 32,766 values.
const BATCH_ROWS: usize = 100;

/// Writes the data of a single moment (I1) into `to`, which is empty.
pub(super) async fn fill(url: &str, to: &mut SqliteConnection) -> Result<()> {
    let (_, database, mut from) = connect(url).await?;
    check_server(&mut from, &database).await?;
    // One snapshot for all tables (I1).
    let mut snapshot = from
        .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        .await
        .context(READING)?;
    require_current_schema(&mut snapshot, database).await?;
    sqlite::open::MIGRATOR
        .run_direct(None, &mut *to, false)
        .await
        .map_err(sqlx::Error::from)
        .context(WRITING)?;
    let tables = tables(to).await?;
    let mut transaction = to.begin().await.context(WRITING)?;
    // The source contains the rows that the migrations insert, so they would be there twice.
    for table in &tables {
        let delete = format!("DELETE FROM {}", table.name);
        let deleted = sqlx::raw_sql(AssertSqlSafe(delete));
        deleted.execute(&mut *transaction).await.context(WRITING)?;
    }
    for table in &tables {
        copy(&mut snapshot, &mut transaction, table).await?;
    }
    transaction.commit().await.context(WRITING)?;
    snapshot.rollback().await.context(READING)?;
    from.close().await.context(READING)
}

async fn require_current_schema(
    snapshot: &mut Transaction<'_, Postgres>,
    database: String,
) -> Result<()> {
    let (is_ours, has_tables): (bool, bool) = sqlx::query_as(DATABASE_IDENTITY)
        .fetch_one(&mut **snapshot)
        .await
        .context(READING)?;
    if !is_ours {
        return Err(if has_tables {
            postgres::OpenError::Foreign { database }.into()
        } else {
            postgres::OpenError::Missing { database }.into()
        });
    }
    let version: i64 = sqlx::query_scalar(SCHEMA_VERSION)
        .fetch_one(&mut **snapshot)
        .await
        .context(READING)?;
    let newest = newest(&MIGRATOR);
    match version {
        version if version > newest => Err(postgres::OpenError::Newer { database, version }.into()),
        version if version < newest => Err(CopyError::OlderSchema {
            database,
            version,
            newest,
        }),
        _ => Ok(()),
    }
}

async fn copy(from: &mut PgConnection, to: &mut SqliteConnection, table: &Table) -> Result<()> {
    let mut rows = sqlx::query(AssertSqlSafe(table.select())).fetch(from);
    let mut batch: Vec<PgRow> = Vec::with_capacity(BATCH_ROWS);
    loop {
        let row = rows.try_next().await.context(READING)?;
        let is_last = row.is_none();
        batch.extend(row);
        if batch.len() == BATCH_ROWS || (is_last && !batch.is_empty()) {
            insert(to, table, &batch).await?;
            batch.clear();
        }
        if is_last {
            return Ok(());
        }
    }
}

async fn insert(to: &mut SqliteConnection, table: &Table, rows: &[PgRow]) -> Result<()> {
    let row_placeholders = format!("({})", vec!["?"; table.columns.len()].join(", "));
    let placeholders = vec![row_placeholders; rows.len()].join(", ");
    let sql = format!(
        "INSERT INTO {} ({}) VALUES {placeholders}",
        table.name,
        table.list()
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for row in rows {
        for (index, column) in table.columns.iter().enumerate() {
            query = match column.kind {
                ColumnKind::Number => {
                    query.bind(row.try_get::<Option<i64>, _>(index).context(READING)?)
                }
                ColumnKind::Text => {
                    query.bind(row.try_get::<Option<String>, _>(index).context(READING)?)
                }
                ColumnKind::Bytes => {
                    query.bind(row.try_get::<Option<Vec<u8>>, _>(index).context(READING)?)
                }
            };
        }
    }
    query.execute(to).await.context(WRITING).map(drop)
}
