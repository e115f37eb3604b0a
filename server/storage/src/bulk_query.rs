//! Bulk statements on many rows, which save a round trip to the database for each row.

use crate::query::{Query, QueryBuilder, Value};
use service::store::KEY_BATCH_SIZE;

/// A statement that reads its rows from a table `given`.
pub(crate) struct BulkStatement {
    pub(crate) columns: &'static str,
    pub(crate) statement: &'static str,
}

/// Values of one row.
pub(crate) struct RowValues<'b, 'q> {
    query: &'b mut QueryBuilder<'q>,
    has_values: bool,
}

impl<'q> RowValues<'_, 'q> {
    /// Binds the value of the next column.
    pub(crate) fn bind(&mut self, value: impl Into<Value<'q>>) -> &mut Self {
        self.query.push(if self.has_values { ", " } else { "" });
        self.query.push_bind(value);
        self.has_values = true;
        self
    }
}

impl BulkStatement {
    /// Builds the statement for `rows`, of which there has to be at least one.
    pub(crate) fn with_rows<'q, R: IntoIterator>(
        &self,
        rows: R,
        mut bind: impl FnMut(&mut RowValues<'_, 'q>, R::Item),
    ) -> Query<'q> {
        let mut query = QueryBuilder::new("WITH given (");
        query.push(self.columns).push(") AS (VALUES ");
        let mut count = 0;
        for row in rows {
            query.push(if count > 0 { ", (" } else { "(" });
            let mut values = RowValues {
                query: &mut query,
                has_values: false,
            };
            bind(&mut values, row);
            query.push(")");
            count += 1;
        }
        query.push(") ").push(self.statement);
        query.build_cached_if(is_frequent_size(count))
    }
}

/// Maximum number of rows per statement. Databases limit the number of bound values, SQLite to
/// 32,766, and no statement here has more than fifteen columns.
pub(crate) const MAX_ROWS: usize = 1_000;

/// Returns whether a busy server repeatedly writes this number of rows. Statements for other
/// numbers are not cached: there are too many, and they would displace other statements.
const fn is_frequent_size(rows: usize) -> bool {
    rows.is_power_of_two() && *KEY_BATCH_SIZE.start() <= rows && rows <= 2 * *KEY_BATCH_SIZE.end()
}
