//! Bulk statements on many rows, which save a round trip to the database for each row.

use service::store::KEYS_AT_ONCE;
use sqlx::query_builder::Separated;
use sqlx::{Database, QueryBuilder};

/// A statement that reads its rows from a table `given`.
pub(crate) struct BulkStatement {
    pub(crate) columns: &'static str,
    pub(crate) statement: &'static str,
}

/// Binds the values of one row.
pub(crate) type Row<'a, DB> = Separated<'a, DB, &'static str>;

impl BulkStatement {
    /// Builds the statement for `rows`, of which there has to be at least one. The text is worth
    /// caching as a prepared statement if [`is_full`] returns true.
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

/// Maximum number of rows per statement. Databases limit the number of bound values, SQLite to
/// 32,766, and no statement here has more than fifteen columns.
pub(crate) const MOST: usize = 1_000;

/// Returns whether a busy server repeatedly writes this number of rows. Statements for other
/// numbers are not cached: there are too many, and they would displace other statements.
pub(crate) const fn is_full(rows: usize) -> bool {
    rows.is_power_of_two() && *KEYS_AT_ONCE.start() <= rows && rows <= 2 * *KEYS_AT_ONCE.end()
}

/// All bulk statements; see [`INDEXED`](super::INDEXED).
#[cfg(test)]
pub(crate) const ALL: &[&BulkStatement] = &[
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
