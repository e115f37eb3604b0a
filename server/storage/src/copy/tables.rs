//! The tables and columns to copy (I6 in [`super`]).

use super::Result;
use super::error::ErrorContext as _;
use sqlx::SqliteConnection;
use std::collections::{BTreeMap, BTreeSet};

/// A table with its stored columns. Generated columns are omitted, since they are derived again.
#[derive(Debug)]
pub(super) struct Table {
    pub name: String,
    pub columns: Vec<Column>,
}

#[derive(Debug)]
pub(super) struct Column {
    pub name: String,
    pub kind: ColumnKind,
}

/// The only three kinds of column in both engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnKind {
    Number,
    Text,
    Bytes,
}

/// All stored columns, except those of two groups of tables: what running servers report to each
/// other, which is meaningless in a copy, and the counters of items and leads and the sums of
/// calls, which triggers fill while the copy is written.
const COLUMNS: &str = "
    SELECT t.name, c.name, c.type FROM sqlite_schema t JOIN pragma_table_xinfo(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE '\\_sqlx%' ESCAPE '\\' AND c.hidden = 0
        AND t.name NOT IN ('nodes', 'verdict_changes', 'verdict_counter', 'item_usage', 'lead_usage',
            'daily_key_calls')
    ORDER BY t.name, c.cid";

const REFERENCES: &str = "
    SELECT DISTINCT t.name, f.\"table\" FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f
    WHERE t.type = 'table' AND t.name <> f.\"table\"";

/// Returns all tables of a file, each after the tables that its rows refer to.
pub(super) async fn tables(connection: &mut SqliteConnection) -> Result<Vec<Table>> {
    const CONTEXT: &str = "reading which tables there are";
    let columns: Vec<(String, String, String)> = sqlx::query_as(COLUMNS)
        .fetch_all(&mut *connection)
        .await
        .context(CONTEXT)?;
    let references: Vec<(String, String)> = sqlx::query_as(REFERENCES)
        .fetch_all(connection)
        .await
        .context(CONTEXT)?;
    let mut columns_by_table: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for (table, name, kind) in columns {
        let kind = match kind.as_str() {
            "INTEGER" => ColumnKind::Number,
            "BLOB" => ColumnKind::Bytes,
            _ => ColumnKind::Text,
        };
        columns_by_table
            .entry(table)
            .or_default()
            .push(Column { name, kind });
    }
    let mut tables: Vec<Table> = Vec::new();
    let mut names: BTreeSet<String> = BTreeSet::new();
    while let Some(next) = columns_by_table.keys().find(|table| {
        let mut dependencies = references.iter().filter(|(from, _)| from == *table);
        dependencies.all(|(_, to)| names.contains(to))
    }) {
        let name = next.clone();
        let columns = columns_by_table.remove(&name).unwrap_or_default();
        names.insert(name.clone());
        tables.push(Table { name, columns });
    }
    // Two tables that refer to each other have no order.
    match columns_by_table.into_keys().next() {
        None => Ok(tables),
        Some(table) => {
            Err(sqlx::Error::Decode(format!("no order for {table}").into())).context(CONTEXT)
        }
    }
}

impl Table {
    /// Returns the column list for a statement.
    pub(super) fn list(&self) -> String {
        let names: Vec<_> = self.columns.iter().map(|column| &*column.name).collect();
        names.join(", ")
    }

    /// Returns the statement that reads the whole table.
    pub(super) fn select(&self) -> String {
        format!("SELECT {} FROM {}", self.list(), self.name)
    }
}
