//! What there is to copy.

use super::Result;
use super::error::Doing as _;
use sqlx::SqliteConnection;
use std::collections::{BTreeMap, BTreeSet};

/// A table with those of its columns that are written; what is derived from others is derived again.
#[derive(Debug)]
pub(super) struct Table {
    pub name: String,
    pub columns: Vec<Column>,
}

#[derive(Debug)]
pub(super) struct Column {
    pub name: String,
    pub kind: Kind,
}

/// The only three kinds there are, in both databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Text,
    Bytes,
}

/// Without what servers that run tell each other: nobody who reads the copy was ever told anything. Without
/// the counters of items and leads as well, which triggers fill while the copy is written.
const COLUMNS: &str = "
    SELECT t.name, c.name, c.type FROM sqlite_schema t JOIN pragma_table_xinfo(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE '\\_sqlx%' ESCAPE '\\' AND c.hidden = 0
        AND t.name NOT IN ('nodes', 'verdict_changes', 'verdict_counter', 'item_usage', 'lead_usage')
    ORDER BY t.name, c.cid";

const REFERENCES: &str = "
    SELECT DISTINCT t.name, f.\"table\" FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f
    WHERE t.type = 'table' AND t.name <> f.\"table\"";

/// All tables of a file, each after those that its rows refer to.
pub(super) async fn tables(connection: &mut SqliteConnection) -> Result<Vec<Table>> {
    const DOING: &str = "reading which tables there are";
    let columns: Vec<(String, String, String)> = sqlx::query_as(COLUMNS)
        .fetch_all(&mut *connection)
        .await
        .doing(DOING)?;
    let references: Vec<(String, String)> = sqlx::query_as(REFERENCES)
        .fetch_all(connection)
        .await
        .doing(DOING)?;
    let mut found: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for (table, name, kind) in columns {
        let kind = match kind.as_str() {
            "INTEGER" => Kind::Number,
            "BLOB" => Kind::Bytes,
            _ => Kind::Text,
        };
        found.entry(table).or_default().push(Column { name, kind });
    }
    let mut ordered: Vec<Table> = Vec::new();
    let mut done: BTreeSet<String> = BTreeSet::new();
    while let Some(next) = found.keys().find(|table| {
        let mut wanted = references.iter().filter(|(from, _)| from == *table);
        wanted.all(|(_, to)| done.contains(to))
    }) {
        let name = next.clone();
        let columns = found.remove(&name).unwrap_or_default();
        done.insert(name.clone());
        ordered.push(Table { name, columns });
    }
    // Two tables that refer to each other would have no order.
    match found.into_keys().next() {
        None => Ok(ordered),
        Some(left) => Err(sqlx::Error::Decode(format!("no order for {left}").into())).doing(DOING),
    }
}

impl Table {
    /// The columns, as statements name them.
    pub(super) fn list(&self) -> String {
        let names: Vec<_> = self.columns.iter().map(|column| &*column.name).collect();
        names.join(", ")
    }

    /// The statement that reads all of it.
    pub(super) fn select(&self) -> String {
        format!("SELECT {} FROM {}", self.list(), self.name)
    }
}
