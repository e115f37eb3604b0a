//! Finding keys among many. These texts are put together from what is asked for, so that each question has an index to
//! walk along; what a person typed is bound and never part of the text.

use super::inventory::contains;
use super::{key, parsed};
use crate::error::Corrupt;
use domain::{AccountId, Email, KeyOrder, KeySort, MemberId, Timestamp};
use service::store::{KeyFilter, KeyPlace, KeyText, PlaceValue, standing};
use sqlx::{Database, Encode, QueryBuilder, Type};

/// Keys that have expired and are not written down as such.
pub(crate) const LAPSED: &str =
    "SELECT count(*) FROM api_keys WHERE account_id = $1 AND live = 1 AND expires_at <= $2";

pub(crate) const LAPSE: &str =
    "UPDATE api_keys SET lapsed = 1 WHERE account_id = $1 AND live = 1 AND expires_at <= $2";

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
            parsed(Email::parse(&row.email), "members.email")?,
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

/// A page of keys.
pub(crate) fn page<'a, D>(
    account: &'a AccountId,
    filter: &'a KeyFilter,
    order: KeyOrder,
    after: Option<&'a KeyPlace>,
    limit: u32,
) -> QueryBuilder<D>
where
    D: Database,
    &'a str: Encode<'a, D> + Type<D>,
    String: Encode<'a, D> + Type<D>,
    i64: Encode<'a, D> + Type<D>,
{
    let mut query = QueryBuilder::new(key::SELECT);
    filtered(&mut query, account, filter);
    let (column, falling) = column(order);
    // The time of creation once, where it leads as well: named twice, no index has it so.
    let leads = order.sort != KeySort::Created;
    let direction = if falling { " DESC" } else { "" };
    if let Some(place) = after {
        query.push(" AND (");
        if leads {
            query.push(column).push(", ");
        }
        query
            .push("k.created_at, k.id) ")
            .push(if falling { "< (" } else { "> (" });
        match &place.value {
            _ if !leads => &mut query,
            PlaceValue::Number(number) => query.push_bind(*number).push(", "),
            PlaceValue::Text(text) => query.push_bind(text.as_str()).push(", "),
        };
        query.push_bind(place.created_at.millis()).push(", ");
        query.push_bind(place.id.as_str()).push(")");
    }
    query.push(" ORDER BY ");
    if leads {
        query.push(column).push(direction).push(", ");
    }
    query
        .push("k.created_at")
        .push(direction)
        .push(", k.id")
        .push(direction);
    query.push(" LIMIT ").push_bind(i64::from(limit));
    query
}

/// How many keys there are; no more than `most` are looked at.
pub(crate) fn count<'a, D>(
    account: &'a AccountId,
    filter: &'a KeyFilter,
    most: u32,
) -> QueryBuilder<D>
where
    D: Database,
    &'a str: Encode<'a, D> + Type<D>,
    String: Encode<'a, D> + Type<D>,
    i64: Encode<'a, D> + Type<D>,
{
    let mut query = QueryBuilder::new("SELECT count(*) FROM (SELECT 1 FROM api_keys k ");
    filtered(&mut query, account, filter);
    query
        .push(" LIMIT ")
        .push_bind(i64::from(most))
        .push(") AS counted");
    query
}

fn filtered<'a, D>(query: &mut QueryBuilder<D>, account: &'a AccountId, filter: &'a KeyFilter)
where
    D: Database,
    &'a str: Encode<'a, D> + Type<D>,
    String: Encode<'a, D> + Type<D>,
    i64: Encode<'a, D> + Type<D>,
{
    let KeyFilter {
        text,
        status,
        scope,
        creator,
        idle_since,
        ends_by,
    } = filter;
    query
        .push("WHERE k.account_id = ")
        .push_bind(account.as_str());
    if let Some(status) = status {
        query
            .push(" AND k.standing = ")
            .push_bind(standing(*status));
    }
    if let Some(creator) = creator {
        query
            .push(" AND k.created_by = ")
            .push_bind(creator.as_str());
    }
    if let Some(since) = idle_since.map(Timestamp::millis) {
        query
            .push(" AND k.live = 1 AND k.used <= ")
            .push_bind(since);
        query.push(" AND k.created_at <= ").push_bind(since);
    }
    if let Some(end) = ends_by.map(Timestamp::millis) {
        query
            .push(" AND k.live = 1 AND k.expires_at <= ")
            .push_bind(end);
    }
    if let Some(scope) = scope {
        query
            .push(" AND (' ' || k.scopes || ' ') LIKE ")
            .push_bind(format!("% {} %", scope.as_str()));
    }
    match text {
        None => {}
        Some(KeyText {
            name: None,
            preview: None,
        }) => {
            query.push(" AND 1 = 0");
        }
        Some(KeyText { name, preview }) => {
            query.push(" AND (");
            if let Some(name) = name {
                query
                    .push("k.folded LIKE ")
                    .push_bind(contains(name))
                    .push(" ESCAPE '!'");
            }
            if let Some(begin) = preview {
                if name.is_some() {
                    query.push(" OR ");
                }
                // Previews are ASCII up to their `…`.
                query.push("k.preview >= ").push_bind(begin.as_str());
                query
                    .push(" AND k.preview < ")
                    .push_bind(format!("{begin}\u{10FFFF}"));
            }
            query.push(")");
        }
    }
}
