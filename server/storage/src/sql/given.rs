//! Statements about many rows at once. One for each row would be a way to the database and back for each.

use service::store::KEYS_AT_ONCE;
use sqlx::query_builder::Separated;
use sqlx::{Database, QueryBuilder};

/// A statement that reads its rows as a table `given`.
pub(crate) struct Given {
    pub(crate) columns: &'static str,
    pub(crate) statement: &'static str,
}

/// Where the values of one row are bound.
pub(crate) type Row<'a, DB> = Separated<'a, DB, &'static str>;

impl Given {
    /// There has to be at least one row. Where [`is_full`] says so, the text is worth remembering.
    pub(crate) fn with<DB, R>(
        &self,
        rows: R,
        bind: impl FnMut(Row<'_, DB>, R::Item),
    ) -> QueryBuilder<DB>
    where
        DB: Database,
        R: IntoIterator,
    {
        let Self { columns, statement } = self;
        let mut query = QueryBuilder::new(format!("WITH given ({columns}) AS ("));
        query.push_values(rows, bind);
        query.push(") ").push(statement);
        query
    }
}

/// Rows for one statement, at most: databases bound the values that can be bound, SQLite to 32,766, and no statement here
/// has more than fifteen columns.
pub(crate) const MOST: usize = 1_000;

/// Whether so many rows are what a busy server writes again and again. Texts for other numbers are not remembered: there
/// are too many, and others would be forgotten for them.
pub(crate) const fn is_full(rows: usize) -> bool {
    rows.is_power_of_two() && *KEYS_AT_ONCE.start() <= rows && rows <= 2 * *KEYS_AT_ONCE.end()
}

/// All of them; see [`INDEXED`](super::INDEXED).
#[cfg(test)]
pub(crate) const ALL: &[&Given] = &[
    &super::audit::RECORD_MANY,
    &super::call::ADD_TO_ACCOUNTS,
    &super::call::ADD_TO_KEYS,
    &super::call::FIRST_CALLS,
    &super::inventory::DELETE_MANY,
    &super::inventory::FIND_MANY,
    &super::inventory::UPSERT,
    &super::key::KNOWN_DIGESTS,
    &super::key::RECORD_USES,
    &super::sighting::ADD_CALLERS,
    &super::sighting::NEW_CALLERS,
    &super::sighting::SCOPE_USES,
    &super::sighting::SEE_NETWORKS,
    &super::sighting::SET_SCOPE_USES,
    &super::sighting::UNKNOWN_NETWORKS,
];
