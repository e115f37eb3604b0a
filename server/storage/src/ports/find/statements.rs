//! Statements and rows. Search of keys by dynamic SQL.
//!
//! The statements are composed from the filters, so that each combination can walk an index. User
//! input is always bound and never part of the text.

use super::filter::Filter;
use crate::error::Corrupt;
use crate::ports::columns::parsed;
use crate::ports::key;
use crate::query::QueryBuilder;
use domain::{AccountId, Email, KeyId, KeyOrder, KeySort, MemberId, Timestamp};
use service::store::{KeyPlace, PlaceValue};

/// Number of expired keys that are not marked as expired yet.
pub(crate) const LAPSED: &str =
    "SELECT count(*) FROM api_keys WHERE account_id = $1 AND live = 1 AND expires_at <= $2";

/// Marks some of them.
pub(crate) const LAPSE: &str = "
    UPDATE api_keys SET lapsed = 1
    WHERE id IN (
        SELECT id FROM api_keys WHERE account_id = $1 AND live = 1 AND expires_at <= $2
        ORDER BY expires_at LIMIT $3
    )";

/// Members by whose keys the list can be filtered.
pub(crate) const CREATORS: &str = "SELECT id, email FROM members WHERE account_id = $1";

#[derive(sqlx::FromRow)]
pub(crate) struct CreatorRow {
    id: String,
    email: String,
}

impl TryFrom<CreatorRow> for (MemberId, Email) {
    type Error = Corrupt;

    fn try_from(row: CreatorRow) -> Result<Self, Corrupt> {
        Ok((
            parsed(MemberId::parse(&row.id), "members.id")?,
            parsed(Email::from_stored(&row.email), "members.email")?,
        ))
    }
}

/// Returns the leading column of the order, and whether it is descending.
fn column(order: KeyOrder) -> (&'static str, bool) {
    let (column, falling) = match order.sort {
        KeySort::Usual => ("k.live", true),
        KeySort::Name => ("k.folded", false),
        KeySort::Preview => ("k.preview", false),
        KeySort::Created => ("k.created_at", true),
        KeySort::LastUsed => ("k.used", true),
        KeySort::Status => ("k.standing", true),
    };
    (column, falling != order.reversed)
}

/// Threshold between the two ways of searching.
///
/// If at most this many keys match one of the filters, they are collected and sorted. Otherwise the
/// index of the order is walked until a page is full. So the time depends neither on the number of
/// matching keys nor on the number of other keys.
pub(crate) const FEW: u32 = 1_000;

/// Maximum number of keys that are walked for a page.
pub(crate) const FAR: u32 = 1_000;

/// Range of the order's index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch<'a> {
    pub order: KeyOrder,
    /// Starts behind this cursor.
    pub after: Option<&'a KeyPlace>,
    /// Ends with this cursor, inclusive.
    pub until: Option<&'a KeyPlace>,
}

/// Counts the account's keys that match `asked`, examining at most `most` of them.
pub(crate) fn probe(account: &AccountId, asked: &Filter, most: u32) -> QueryBuilder<'static> {
    let mut query = QueryBuilder::new("SELECT count(*) FROM (");
    asked.probed(&mut query, account, most);
    query.push(") AS probed");
    query
}

/// Selects a page of keys. `lead` is the index of a filter that so few keys match that they are
/// collected.
pub(crate) fn page(
    account: &AccountId,
    asked: &[Filter],
    lead: Option<usize>,
    stretch: Stretch,
    limit: u32,
) -> QueryBuilder<'static> {
    let mut query = QueryBuilder::new(key::SELECT);
    filtered(&mut query, account, asked, lead);
    within(&mut query, asked, lead, stretch);
    ordered(&mut query, stretch.order);
    query.push(" LIMIT ");
    query.push_bind(i64::from(limit));
    query
}

/// Selects the cursor behind [`FAR`] examined keys. There is no row if there are fewer keys.
pub(crate) fn end(
    account: &AccountId,
    asked: &[Filter],
    stretch: Stretch,
) -> QueryBuilder<'static> {
    let mut query = QueryBuilder::new("SELECT ");
    query
        .push(column(stretch.order).0)
        .push(" AS place, k.created_at, k.id FROM api_keys k WHERE k.account_id = ");
    query.push_text(account.as_str());
    within(&mut query, asked, None, stretch);
    ordered(&mut query, stretch.order);
    query.push(" LIMIT 1 OFFSET ");
    query.push_bind(i64::from(FAR - 1));
    query
}

/// Counts the matching keys, up to `most`.
pub(crate) fn count(
    account: &AccountId,
    asked: &[Filter],
    lead: Option<usize>,
    stretch: Stretch,
    most: u32,
) -> QueryBuilder<'static> {
    let mut query = QueryBuilder::new("SELECT count(*) FROM (SELECT 1 FROM api_keys k ");
    filtered(&mut query, account, asked, lead);
    within(&mut query, asked, lead, stretch);
    query.push(" LIMIT ");
    query.push_bind(i64::from(most));
    query.push(") AS counted");
    query
}

fn filtered(
    query: &mut QueryBuilder<'_>,
    account: &AccountId,
    asked: &[Filter],
    lead: Option<usize>,
) {
    if let Some(lead) = lead {
        query.push("WHERE k.id IN (");
        asked[lead].ids(query, account, FEW + 1);
        query.push(")");
    } else {
        query.push("WHERE k.account_id = ");
        query.push_text(account.as_str());
    }
    for (number, asked) in asked.iter().enumerate() {
        if Some(number) != lead {
            query.push(" AND ");
            asked.holds(query);
        }
    }
}

fn within(query: &mut QueryBuilder<'_>, asked: &[Filter], lead: Option<usize>, stretch: Stretch) {
    let Stretch {
        order,
        after,
        until,
    } = stretch;
    let fixed = lead.is_none() && begin_there(query, asked, stretch);
    let falling = column(order).1;
    for (place, beyond) in [
        (after, if falling { "<" } else { ">" }),
        (until, if falling { ">=" } else { "<=" }),
    ] {
        let Some(place) = place else { continue };
        // The leading column is omitted if it has the same value in all rows, since the index could
        // not be entered at the cursor otherwise. If the order's leading column is the time of
        // creation, it is named only once, since no index contains it twice.
        let leads = order.sort != KeySort::Created && !fixed;
        query.push(" AND (");
        if leads {
            query.push(column(order).0).push(", ");
        }
        query.push("k.created_at, k.id) ").push(beyond).push(" (");
        if leads {
            match &place.value {
                PlaceValue::Number(number) => query.push_bind(*number),
                PlaceValue::Text(text) => query.push_text(text),
            };
            query.push(", ");
        }
        query.push_bind(place.created_at.millis());
        query.push(", ");
        query.push_text(place.id.as_str());
        query.push(")");
    }
}

fn ordered(query: &mut QueryBuilder<'_>, order: KeyOrder) {
    let (column, falling) = column(order);
    let direction = if falling { " DESC" } else { "" };
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
fn begin_there(
    query: &mut QueryBuilder<'_>,
    asked: &[Filter],
    Stretch {
        order,
        after,
        until,
    }: Stretch,
) -> bool {
    let falling = column(order).1;
    // If a cursor already determines where the index is entered or left, a second bound would force
    // the planner to guess.
    let open = if falling { after } else { until }.is_none();
    let mut fixed = false;
    for asked in asked {
        match (order.sort, asked) {
            (KeySort::Usual, Filter::Creator(_)) => {
                query.push(" AND ");
                asked.indexed(query);
            }
            (KeySort::Status, Filter::Status(_)) => {
                query.push(" AND ");
                asked.indexed(query);
                fixed = true;
            }
            (KeySort::Usual, Filter::Status(status)) => {
                query.push(" AND k.live = ");
                query.push_bind(i64::from(status.is_live()));
                fixed = true;
            }
            (KeySort::Usual, Filter::IdleSince(_) | Filter::EndsBy(_)) => {
                query.push(" AND k.live = 1");
                fixed = true;
            }
            (KeySort::Usual, Filter::KnockedAfter(_)) => {
                query.push(" AND k.live = 0");
                fixed = true;
            }
            (KeySort::LastUsed, Filter::IdleSince(since)) if open => {
                query.push(" AND k.used <= ");
                query.push_bind(since.millis());
            }
            (KeySort::Created, Filter::IdleSince(since)) if open => {
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
pub(crate) struct PlaceRow<V> {
    place: V,
    created_at: i64,
    id: String,
}

impl<V> TryFrom<PlaceRow<V>> for KeyPlace
where
    PlaceValue: From<V>,
{
    type Error = Corrupt;

    fn try_from(row: PlaceRow<V>) -> Result<Self, Corrupt> {
        Ok(Self {
            value: row.place.into(),
            created_at: Timestamp::from_millis(row.created_at),
            id: parsed(KeyId::parse(&row.id), "api_keys.id")?,
        })
    }
}
