//! Finding keys among many. These texts are put together from what is asked for, so that each question has an index to
//! walk along; what a person typed is bound and never part of the text.

use super::asked::{Asked, Composed};
use super::{key, parsed};
use crate::error::Corrupt;
use domain::{AccountId, Email, KeyId, KeyOrder, KeySort, MemberId, Timestamp};
use service::store::{KeyPlace, PlaceValue};
use sqlx::QueryBuilder;

/// Keys that have expired and are not written down as such.
pub(crate) const LAPSED: &str =
    "SELECT count(*) FROM api_keys WHERE account_id = $1 AND live = 1 AND expires_at <= $2";

/// Some of them.
pub(crate) const LAPSE: &str = "
    UPDATE api_keys SET lapsed = 1
    WHERE id IN (
        SELECT id FROM api_keys WHERE account_id = $1 AND live = 1 AND expires_at <= $2
        ORDER BY expires_at LIMIT $3
    )";

/// Those whose keys can be asked for.
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

/// The column that leads the order, and whether its greatest value comes first.
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

/// As many keys are gathered and put in order; where more are as they were asked for, the order is walked along until a
/// page of them was met. So neither the few nor the many take longer because there are others.
pub(crate) const FEW: u32 = 1_000;

/// Nobody walks further for a page.
pub(crate) const FAR: u32 = 1_000;

/// A stretch of the order's index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch<'a> {
    pub order: KeyOrder,
    /// Begins behind this place.
    pub after: Option<&'a KeyPlace>,
    /// Ends with this place.
    pub until: Option<&'a KeyPlace>,
}

/// How many of the account's keys are so; no more than `most` are looked at.
pub(crate) fn probe<D: Composed>(account: &AccountId, asked: &Asked, most: u32) -> QueryBuilder<D> {
    let mut query = QueryBuilder::new("SELECT count(*) FROM (");
    asked.probed(&mut query, account, most);
    query.push(") AS probed");
    query
}

/// A page of keys. `lead` is the number of what so few keys are asked for by that they are gathered.
pub(crate) fn page<D: Composed>(
    account: &AccountId,
    asked: &[Asked],
    lead: Option<usize>,
    stretch: Stretch,
    limit: u32,
) -> QueryBuilder<D> {
    let mut query = QueryBuilder::new(key::SELECT);
    filtered(&mut query, account, asked, lead);
    within(&mut query, asked, lead, stretch);
    ordered(&mut query, stretch.order);
    query.push(" LIMIT ");
    D::number(&mut query, limit.into());
    query
}

/// The place up to which [`FAR`] keys are looked at; no row where there are fewer.
pub(crate) fn end<D: Composed>(
    account: &AccountId,
    asked: &[Asked],
    stretch: Stretch,
) -> QueryBuilder<D> {
    let mut query = QueryBuilder::new("SELECT ");
    query
        .push(column(stretch.order).0)
        .push(" AS place, k.created_at, k.id FROM api_keys k WHERE k.account_id = ");
    D::text(&mut query, account.as_str());
    within(&mut query, asked, None, stretch);
    ordered(&mut query, stretch.order);
    query.push(" LIMIT 1 OFFSET ");
    D::number(&mut query, (FAR - 1).into());
    query
}

/// How many keys there are; no more than `most` are counted.
pub(crate) fn count<D: Composed>(
    account: &AccountId,
    asked: &[Asked],
    lead: Option<usize>,
    stretch: Stretch,
    most: u32,
) -> QueryBuilder<D> {
    let mut query = QueryBuilder::new("SELECT count(*) FROM (SELECT 1 FROM api_keys k ");
    filtered(&mut query, account, asked, lead);
    within(&mut query, asked, lead, stretch);
    query.push(" LIMIT ");
    D::number(&mut query, most.into());
    query.push(") AS counted");
    query
}

fn filtered<D: Composed>(
    query: &mut QueryBuilder<D>,
    account: &AccountId,
    asked: &[Asked],
    lead: Option<usize>,
) {
    if let Some(lead) = lead {
        query.push("WHERE k.id IN (");
        asked[lead].ids(query, account, FEW + 1);
        query.push(")");
    } else {
        query.push("WHERE k.account_id = ");
        D::text(query, account.as_str());
    }
    for (number, asked) in asked.iter().enumerate() {
        if Some(number) != lead {
            query.push(" AND ");
            asked.holds(query);
        }
    }
}

fn within<D: Composed>(
    query: &mut QueryBuilder<D>,
    asked: &[Asked],
    lead: Option<usize>,
    stretch: Stretch,
) {
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
        // What leads the order is left out where it is the same for all, or an index could not be entered at the place. The
        // time of creation is named once where it leads as well: named twice, no index has it so.
        let leads = order.sort != KeySort::Created && !fixed;
        query.push(" AND (");
        if leads {
            query.push(column(order).0).push(", ");
        }
        query.push("k.created_at, k.id) ").push(beyond).push(" (");
        if leads {
            match &place.value {
                PlaceValue::Number(number) => D::number(query, *number),
                PlaceValue::Text(text) => D::text(query, text),
            }
            query.push(", ");
        }
        D::number(query, place.created_at.millis());
        query.push(", ");
        D::text(query, place.id.as_str());
        query.push(")");
    }
}

fn ordered<D: Composed>(query: &mut QueryBuilder<D>, order: KeyOrder) {
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

/// Where the order's own index says so as well, it is entered where those that were asked for begin. Otherwise the keys
/// that are used every day would all be met before the first one that is not. Says whether what leads the order is now the
/// same for all.
fn begin_there<D: Composed>(
    query: &mut QueryBuilder<D>,
    asked: &[Asked],
    Stretch {
        order,
        after,
        until,
    }: Stretch,
) -> bool {
    let falling = column(order).1;
    // Where a place says already where to enter the index, or where to leave it, a second word would make it guess.
    let open = if falling { after } else { until }.is_none();
    let mut fixed = false;
    for asked in asked {
        match (order.sort, asked) {
            (KeySort::Usual, Asked::Creator(_)) => {
                query.push(" AND ");
                asked.indexed(query);
            }
            (KeySort::Status, Asked::Status(_)) => {
                query.push(" AND ");
                asked.indexed(query);
                fixed = true;
            }
            (KeySort::Usual, Asked::Status(status)) => {
                query.push(" AND k.live = ");
                D::number(query, status.is_live().into());
                fixed = true;
            }
            (KeySort::Usual, Asked::IdleSince(_) | Asked::EndsBy(_)) => {
                query.push(" AND k.live = 1");
                fixed = true;
            }
            (KeySort::Usual, Asked::KnockedAfter(_)) => {
                query.push(" AND k.live = 0");
                fixed = true;
            }
            (KeySort::LastUsed, Asked::IdleSince(since)) if open => {
                query.push(" AND k.used <= ");
                D::number(query, since.millis());
            }
            (KeySort::Created, Asked::IdleSince(since)) if open => {
                query.push(" AND k.created_at <= ");
                D::number(query, since.millis());
            }
            _ => {}
        }
    }
    fixed
}

/// A place as it is read.
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
