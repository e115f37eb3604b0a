//! Copies a snapshot of a PostgreSQL database into an SQLite file.

use super::error::ErrorContext as _;
use super::tables::{Kind, Table, tables};
use super::{CopyError, Result};
use crate::inspection::{VERSION, newest};
use crate::postgres::open::{MIGRATOR, OURS, check_server, connect};
use crate::{postgres, sqlite};
use futures::TryStreamExt as _;
use sqlx::postgres::PgRow;
use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection, Postgres, Row as _, SqliteConnection, Transaction,
};

const READING: &str = "reading PostgreSQL";
const WRITING: &str = "writing the backup";

/// Number of rows per statement. No table has a hundred columns, and SQLite accepts 32,766 values.
const ROWS: usize = 100;

/// Writes the data of a single moment (I1) into `to`, which is empty.
pub(super) async fn fill(url: &str, to: &mut SqliteConnection) -> Result<()> {
    let (_, place, mut from) = connect(url).await?;
    check_server(&mut from, &place).await?;
    // One snapshot for all tables (I1).
    let mut snapshot = from
        .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        .await
        .context(READING)?;
    must_be_current(&mut snapshot, place).await?;
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

async fn must_be_current(snapshot: &mut Transaction<'_, Postgres>, place: String) -> Result<()> {
    let (ours, any): (bool, bool) = sqlx::query_as(OURS)
        .fetch_one(&mut **snapshot)
        .await
        .context(READING)?;
    if !ours {
        return Err(if any {
            postgres::OpenError::Foreign { place }.into()
        } else {
            postgres::OpenError::Missing { place }.into()
        });
    }
    let found: i64 = sqlx::query_scalar(VERSION)
        .fetch_one(&mut **snapshot)
        .await
        .context(READING)?;
    let newest = newest(&MIGRATOR);
    match found {
        found if found > newest => Err(postgres::OpenError::Newer {
            place,
            version: found,
        }
        .into()),
        found if found < newest => Err(CopyError::Behind {
            place,
            found,
            newest,
        }),
        _ => Ok(()),
    }
}

async fn copy(from: &mut PgConnection, to: &mut SqliteConnection, table: &Table) -> Result<()> {
    let mut rows = sqlx::query(AssertSqlSafe(table.select())).fetch(from);
    let mut some: Vec<PgRow> = Vec::with_capacity(ROWS);
    loop {
        let row = rows.try_next().await.context(READING)?;
        let over = row.is_none();
        some.extend(row);
        if some.len() == ROWS || (over && !some.is_empty()) {
            insert(to, table, &some).await?;
            some.clear();
        }
        if over {
            return Ok(());
        }
    }
}

async fn insert(to: &mut SqliteConnection, table: &Table, rows: &[PgRow]) -> Result<()> {
    let one = format!("({})", vec!["?"; table.columns.len()].join(", "));
    let all = vec![one; rows.len()].join(", ");
    let sql = format!("INSERT INTO {} ({}) VALUES {all}", table.name, table.list());
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for row in rows {
        for (index, column) in table.columns.iter().enumerate() {
            query = match column.kind {
                Kind::Number => query.bind(row.try_get::<Option<i64>, _>(index).context(READING)?),
                Kind::Text => query.bind(row.try_get::<Option<String>, _>(index).context(READING)?),
                Kind::Bytes => {
                    query.bind(row.try_get::<Option<Vec<u8>>, _>(index).context(READING)?)
                }
            };
        }
    }
    query.execute(to).await.context(WRITING).map(drop)
}
