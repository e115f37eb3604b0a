//! Statements and rows. Search of keys by dynamic SQL.
//!
//! The statements are composed from the filters, so that each combination can walk an index. User
//! input is always bound and never part of the text.

use super::filter::Filter;
use crate::error::CorruptValue;
use crate::ports::columns::check_column;
use crate::ports::key::{self, KeyRow};
use crate::query::QueryBuilder;
use domain::{AccountId, Email, KeyId, KeyName, KeyOrder, KeySort, MemberId, Timestamp};
use service::store::{CursorValue, KeyCursor, KeyRecord};

/// Number of expired keys that are not marked as expired yet.
pub(crate) const COUNT_LAPSED: &str =
    "SELECT count(*) FROM api_keys WHERE account_id = $1 AND live = 1 AND expires_at <= $2";

/// Marks some of them.
pub(crate) const LAPSE: &str = "
    UPDATE api_keys SET lapsed = 1
    WHERE id IN (
        SELECT id FROM api_keys WHERE account_id = $1 AND live = 1 AND expires_at <= $2
        ORDER BY expires_at LIMIT +$3
    )";

/// Names of the revoked and expired keys that were called with last.
pub(crate) const DEAD_IN_USE: &str = "
    SELECT name FROM api_keys WHERE account_id = $1 AND live = 0 AND knocked_at > $2
    ORDER BY knocked_at DESC LIMIT +$3";

/// Members by whose keys the list can be filtered, each of which the page offers as a link: the
/// earliest members of the account, since ids are in the order of time.
pub(crate) const CREATORS: &str =
    "SELECT id, email FROM members WHERE account_id = $1 ORDER BY id LIMIT 200";

#[derive(sqlx::FromRow)]
pub(crate) struct DeadKeyRow {
    name: String,
}

impl TryFrom<DeadKeyRow> for KeyName {
    type Error = CorruptValue;

    fn try_from(row: DeadKeyRow) -> Result<Self, CorruptValue> {
        check_column(Self::parse(&row.name), "api_keys.name")
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct CreatorRow {
    id: String,
    email: String,
}

impl TryFrom<CreatorRow> for (MemberId, Email) {
    type Error = CorruptValue;

    fn try_from(row: CreatorRow) -> Result<Self, CorruptValue> {
        Ok((
            check_column(MemberId::parse(&row.id), "members.id")?,
            check_column(Email::from_stored(&row.email), "members.email")?,
        ))
    }
}

/// Returns the leading column of the order, and whether it is descending.
fn column(order: KeyOrder) -> (&'static str, bool) {
    let (column, descending) = match order.sort {
        KeySort::UsableFirst => ("k.live", true),
        KeySort::Name => ("k.folded", false),
        KeySort::Preview => ("k.preview", false),
        KeySort::Created => ("k.created_at", true),
        KeySort::LastUsed => ("k.used", true),
        KeySort::Expires => ("k.ends", false),
        KeySort::Status => ("k.standing", true),
    };
    (column, descending != order.reversed)
}

/// Returns whether the leading column of an order is a text rather than a number.
pub(crate) const fn is_ordered_by_text(sort: KeySort) -> bool {
    match sort {
        KeySort::Name | KeySort::Preview => true,
        KeySort::UsableFirst
        | KeySort::Created
        | KeySort::LastUsed
        | KeySort::Expires
        | KeySort::Status => false,
    }
}

/// Threshold between the two ways of searching.
///
/// If at most this many keys match one of the filters, they are collected and sorted. Otherwise the
/// index of the order is walked until a page is full. So the time depends neither on the number of
/// matching keys nor on the number of other keys.
pub(crate) const MAX_LEADING_MATCHES: u32 = 1_000;

/// Maximum number of keys that are walked for a page.
pub(crate) const MAX_WALKED_KEYS: u32 = 1_000;

/// Range of the order's index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IndexRange<'a> {
    pub order: KeyOrder,
    /// Starts behind this cursor.
    pub after: Option<&'a KeyCursor>,
    /// Ends with this cursor, inclusive.
    pub until: Option<&'a KeyCursor>,
}

/// Counts the account's keys that match `filters`, examining at most `limit` of them.
pub(crate) fn probe(account: &AccountId, filter: &Filter, limit: u32) -> QueryBuilder<'static> {
    let mut query = QueryBuilder::new("SELECT count(*) FROM (");
    filter.push_probe(&mut query, account, limit);
    query.push(") AS probed");
    query
}

/// Counts the keys that match each filter, up to its limit, in one row. `None` matches every key.
pub(crate) fn probe_all<const N: usize>(
    account: &AccountId,
    filters: &[(Option<Filter>, u32); N],
) -> QueryBuilder<'static> {
    let mut query = QueryBuilder::new("SELECT ");
    for (number, (filter, limit)) in filters.iter().enumerate() {
        query.push(if number > 0 { ", " } else { "" });
        query.push("(SELECT count(*) FROM (");
        if let Some(filter) = filter {
            filter.push_probe(&mut query, account, *limit);
        } else {
            query.push("SELECT 1 FROM api_keys k WHERE k.account_id = ");
            query.push_text(account.as_str());
            query.push(" LIMIT +");
            query.push_bind(i64::from(*limit));
        }
        query.push(") AS probed)");
    }
    query
}

/// Selects a page of keys, each with the value by which it is ordered. `leading` is the index of a
/// filter that so few keys match that they are collected.
pub(crate) fn page(
    account: &AccountId,
    filters: &[Filter],
    leading: Option<usize>,
    range: IndexRange,
    limit: u32,
) -> QueryBuilder<'static> {
    let mut query = QueryBuilder::new("SELECT ");
    query
        .push(column(range.order).0)
        .push(" AS place, ")
        .push(key::ROWS);
    push_filters(&mut query, account, filters, leading);
    push_range(&mut query, filters, leading, range);
    push_order(&mut query, range.order);
    query.push(" LIMIT +");
    query.push_bind(i64::from(limit));
    query
}

/// Selects the cursor behind [`MAX_WALKED_KEYS`] examined keys; returns no row for fewer keys.
pub(crate) fn end(
    account: &AccountId,
    filters: &[Filter],
    range: IndexRange,
) -> QueryBuilder<'static> {
    let mut query = QueryBuilder::new("SELECT ");
    query
        .push(column(range.order).0)
        .push(" AS place, k.created_at, k.id FROM api_keys k WHERE k.account_id = ");
    query.push_text(account.as_str());
    push_range(&mut query, filters, None, range);
    push_order(&mut query, range.order);
    query.push(" LIMIT 1 OFFSET ");
    query.push_bind(i64::from(MAX_WALKED_KEYS - 1));
    query
}

/// Counts the matching keys, up to `limit`.
pub(crate) fn count(
    account: &AccountId,
    filters: &[Filter],
    leading: Option<usize>,
    range: IndexRange,
    limit: u32,
) -> QueryBuilder<'static> {
    let mut query = QueryBuilder::new("SELECT count(*) FROM (SELECT 1 FROM api_keys k ");
    push_filters(&mut query, account, filters, leading);
    push_range(&mut query, filters, leading, range);
    query.push(" LIMIT +");
    query.push_bind(i64::from(limit));
    query.push(") AS counted");
    query
}

fn push_filters(
    query: &mut QueryBuilder<'_>,
    account: &AccountId,
    filters: &[Filter],
    leading: Option<usize>,
) {
    if let Some(leading) = leading {
        query.push("WHERE k.id IN (");
        filters[leading].push_ids(query, account, MAX_LEADING_MATCHES + 1);
        query.push(")");
    } else {
        query.push("WHERE k.account_id = ");
        query.push_text(account.as_str());
    }
    for (number, filter) in filters.iter().enumerate() {
        if Some(number) != leading {
            query.push(" AND ");
            filter.push_condition(query);
        }
    }
}

fn push_range(
    query: &mut QueryBuilder<'_>,
    filters: &[Filter],
    leading: Option<usize>,
    range: IndexRange,
) {
    let IndexRange {
        order,
        after,
        until,
    } = range;
    let fixed = leading.is_none() && narrow_range(query, filters, range);
    let descending = column(order).1;
    for (cursor, operator) in [
        (after, if descending { "<" } else { ">" }),
        (until, if descending { ">=" } else { "<=" }),
    ] {
        let Some(cursor) = cursor else { continue };
        // The leading column is omitted if it has the same value in all rows, since the index could
        // not be entered at the cursor otherwise. If the order's leading column is the time of
        // creation, it is named only once, since no index contains it twice.
        let has_sort_value = order.sort != KeySort::Created && !fixed;
        query.push(" AND (");
        if has_sort_value {
            query.push(column(order).0).push(", ");
        }
        query.push("k.created_at, k.id) ").push(operator).push(" (");
        if has_sort_value {
            match &cursor.value {
                CursorValue::Number(number) => query.push_bind(*number),
                CursorValue::Text(text) => query.push_text(text),
            };
            query.push(", ");
        }
        query.push_bind(cursor.created_at.millis());
        query.push(", ");
        query.push_text(cursor.id.as_str());
        query.push(")");
    }
}

fn push_order(query: &mut QueryBuilder<'_>, order: KeyOrder) {
    let (column, descending) = column(order);
    let direction = if descending { " DESC" } else { "" };
    query.push(" ORDER BY ");
    if order.sort != KeySort::Created {
        query.push(column).push(direction).push(", ");
    }
    query
        .push("k.created_at")
        .push(direction)
        .push(", k.id")
        .push(direction);
}

/// Narrows the range of the order's own index to the filters that it covers, so that the walk
/// starts at the first match. Otherwise it would, for example, pass all keys that are used every
/// day before the first unused one.
///
/// Returns whether the leading column now has the same value in all rows.
fn narrow_range(
    query: &mut QueryBuilder<'_>,
    filters: &[Filter],
    IndexRange {
        order,
        after,
        until,
    }: IndexRange,
) -> bool {
    let descending = column(order).1;
    // If a cursor already determines where the index is entered or left, a second bound would force
    // the planner to guess.
    let is_unbounded = if descending { after } else { until }.is_none();
    let mut fixed = false;
    for filter in filters {
        match (order.sort, filter) {
            (KeySort::UsableFirst, Filter::Creator(_)) => {
                query.push(" AND ");
                filter.push_indexed_condition(query);
            }
            (KeySort::Status, Filter::Status(_)) | (KeySort::LastUsed, Filter::NeverUsed) => {
                query.push(" AND ");
                filter.push_indexed_condition(query);
                fixed = true;
            }
            (KeySort::UsableFirst, Filter::Status(status)) => {
                query.push(" AND k.live = ");
                query.push_bind(i64::from(status.is_live()));
                fixed = true;
            }
            (KeySort::UsableFirst, Filter::IdleSince(_) | Filter::ExpiresBy(_)) => {
                query.push(" AND k.live = 1");
                fixed = true;
            }
            (KeySort::UsableFirst, Filter::DeadKeyCallAfter(_)) => {
                query.push(" AND k.live = 0");
                fixed = true;
            }
            (KeySort::LastUsed, Filter::IdleSince(since)) if is_unbounded => {
                query.push(" AND k.used <= ");
                query.push_bind(since.millis());
            }
            (KeySort::Expires, Filter::ExpiresBy(end)) if is_unbounded => {
                query.push(" AND k.ends <= ");
                query.push_bind(end.millis());
            }
            (KeySort::Created, Filter::IdleSince(since)) if is_unbounded => {
                query.push(" AND k.created_at <= ");
                query.push_bind(since.millis());
            }
            _ => {}
        }
    }
    fixed
}

/// A cursor as a row.
#[derive(sqlx::FromRow)]
pub(crate) struct CursorRow<V> {
    place: V,
    created_at: i64,
    id: String,
}

impl<V> TryFrom<CursorRow<V>> for KeyCursor
where
    CursorValue: From<V>,
{
    type Error = CorruptValue;

    fn try_from(row: CursorRow<V>) -> Result<Self, CorruptValue> {
        Ok(Self {
            value: row.place.into(),
            created_at: Timestamp::from_millis(row.created_at),
            id: check_column(KeyId::parse(&row.id), "api_keys.id")?,
        })
    }
}

/// A key with the value by which it is ordered.
#[derive(sqlx::FromRow)]
pub(crate) struct OrderedKeyRow<V> {
    #[sqlx(flatten)]
    key: KeyRow,
    place: V,
}

impl<V> TryFrom<OrderedKeyRow<V>> for (KeyRecord, KeyCursor)
where
    CursorValue: From<V>,
{
    type Error = CorruptValue;

    fn try_from(row: OrderedKeyRow<V>) -> Result<Self, CorruptValue> {
        let key = KeyRecord::try_from(row.key)?;
        let cursor = KeyCursor {
            value: row.place.into(),
            created_at: key.created_at,
            id: key.id.clone(),
        };
        Ok((key, cursor))
    }
}
