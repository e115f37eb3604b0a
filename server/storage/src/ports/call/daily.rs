//! The calls of several keys by days of an account.
//!
//! Sums are stored by days of UTC (`daily_key_calls`), while the days of an account begin at any
//! quarter of an hour. So a day is read as the sums of the days of UTC that begin between the
//! midnights of UTC nearest to its beginning and its end, and *edges* correct that: an edge has the
//! counts between the beginning of a day and its nearest midnight. One statement reads both, so
//! that they are of the same moment.
//!
//! Each key has one row with lists of its sums and edges, separated by commas. A row for each of
//! them would take longer to pass on than to read.

use crate::error::CorruptValue;
use crate::ports::columns::{check_column, number};
use crate::query::QueryBuilder;
use domain::{AccountId, KeyId, KeyName, Timestamp, seconds};
use service::store::{CallSum, DailyCalls, NamedKeyCalls};
use std::collections::{BTreeMap, HashMap};

const DAY_MILLIS: i64 = seconds::DAY * 1_000;

/// The calls of a key, as [`push_calls`] selects them.
#[derive(sqlx::FromRow)]
pub(crate) struct SumRow {
    id: String,
    /// The beginning of each day of UTC, and its numbers of accepted and refused calls, separated
    /// by colons. `None` for a key without calls.
    sums: Option<String>,
    /// The numbers of accepted and refused calls in each edge, which are empty if there are none.
    edges: String,
}

/// The calls of a key with its name and preview.
#[derive(sqlx::FromRow)]
pub(crate) struct NamedSumRow {
    name: String,
    preview: String,
    #[sqlx(flatten)]
    sums: SumRow,
}

/// Returns the midnight of UTC that is nearest to the beginning of a day.
const fn midnight(day: Timestamp) -> i64 {
    let after_noon = day.millis() + DAY_MILLIS / 2;
    after_noon - after_noon.rem_euclid(DAY_MILLIS)
}

/// Returns the days that begin before or after their nearest midnight, each of which has an edge.
fn with_edge(days: &[Timestamp]) -> impl Iterator<Item = Timestamp> {
    let days = days.iter().copied();
    days.filter(|day| day.millis() != midnight(*day))
}

/// Reads the sums and the edges for the calls of `keys` on `days`. There has to be at least one key
/// and one day.
pub(crate) fn of_keys(
    account: &AccountId,
    keys: &[KeyId],
    days: &[Timestamp],
) -> QueryBuilder<'static> {
    let mut query = QueryBuilder::new("WITH listed (id) AS (VALUES ");
    // The list is filled up, so that few texts are kept as prepared statements.
    for number in 0..keys.len().next_power_of_two() {
        query.push(if number == 0 { "(" } else { ", (" });
        query.push_bind(keys.get(number).map(|key| key.as_str().to_owned()));
        query.push(")");
    }
    query.push(") SELECT listed.id");
    push_calls(&mut query, account, days);
    query.push(" FROM listed WHERE listed.id IS NOT NULL");
    query
}

/// Reads the sums and the edge for the calls since the beginning of a day, of the keys that were
/// used last, which the index of their uses lists.
pub(crate) fn of_latest_keys(
    account: &AccountId,
    since: Timestamp,
    limit: u32,
) -> QueryBuilder<'static> {
    let mut query = QueryBuilder::new(
        "WITH listed (id, name, preview) AS (
            SELECT k.id, k.name, k.preview FROM api_keys k WHERE k.account_id = ",
    );
    query.push_text(account.as_str());
    query.push(" ORDER BY k.used DESC, k.created_at DESC, k.id DESC LIMIT +");
    query.push_bind(i64::from(limit));
    query.push(") SELECT listed.id, listed.name, listed.preview");
    push_calls(&mut query, account, &[since]);
    query.push(" FROM listed");
    query
}

/// Selects the columns `sums` and `edges` for each id of `listed`. Each of them reads a range of
/// the primary key.
fn push_calls(query: &mut QueryBuilder<'_>, account: &AccountId, days: &[Timestamp]) {
    let first = midnight(days[0]);
    if days.len() == 1 {
        query.push(", (SELECT CAST(").push_bind(first);
        query.push(
            " AS TEXT) || ':' || CAST(sum(accepted) AS TEXT) || ':' || CAST(sum(refused) AS TEXT)",
        );
    } else {
        query.push(
            ", (SELECT string_agg(CAST(day AS TEXT) || ':' || CAST(accepted AS TEXT)
                || ':' || CAST(refused AS TEXT), ',')",
        );
    }
    query.push(" FROM daily_key_calls WHERE account_id = ");
    query.push_text(account.as_str());
    query.push(" AND key_id = listed.id AND day >= ");
    query.push_bind(first).push(") AS sums, ''");
    for (number, day) in with_edge(days).enumerate() {
        let (begin, midnight) = (day.millis(), midnight(day));
        query.push(if number > 0 { " || ','" } else { "" });
        query.push(
            " || coalesce((SELECT
                CAST(sum(CASE outcome WHEN 'accepted' THEN calls ELSE 0 END) AS TEXT) || ':' ||
                CAST(sum(CASE outcome WHEN 'accepted' THEN 0 ELSE calls END) AS TEXT)
            FROM key_calls WHERE account_id = ",
        );
        query.push_text(account.as_str());
        query.push(" AND key_id = listed.id AND hour >= ");
        query.push_bind(begin.min(midnight));
        query.push(" AND hour < ").push_bind(begin.max(midnight));
        query.push("), '')");
    }
    query.push(" AS edges");
}

/// Sums the rows by key and day, in this order.
pub(crate) fn sum(rows: Vec<SumRow>, days: &[Timestamp]) -> Result<Vec<DailyCalls>, CorruptValue> {
    let mut sums: BTreeMap<(String, usize), [i64; 2]> = BTreeMap::new();
    for row in rows {
        let mut add = |day: Option<usize>, sign: i64, calls: [i64; 2]| {
            let Some(day) = day else { return };
            let sum = sums.entry((row.id.clone(), day)).or_default();
            for (sum, calls) in sum.iter_mut().zip(calls) {
                *sum = sum.saturating_add(sign * calls);
            }
        };
        for day in row.sums.iter().flat_map(|sums| sums.split(',')) {
            let [at, accepted, refused] = numbers(day, "daily_key_calls")?;
            let begun = days.partition_point(|day| midnight(*day) <= at);
            add(begun.checked_sub(1), 1, [accepted, refused]);
        }
        for (at, edge) in with_edge(days).zip(row.edges.split(',')) {
            if edge.is_empty() {
                continue;
            }
            let calls = numbers(edge, "key_calls.calls")?;
            let day = days.partition_point(|day| *day < at);
            // Calls before the midnight belong to the day that begins here, and the sums counted
            // them for the day before. Calls after it are the other way round.
            let sign = if at.millis() < midnight(at) { 1 } else { -1 };
            add(Some(day), sign, calls);
            add(day.checked_sub(1), -sign, calls);
        }
    }
    let sums = sums.into_iter().filter(|(_, calls)| *calls != [0, 0]);
    let parsed = sums.map(|((key, day), [accepted, refused])| {
        Ok(DailyCalls {
            key_id: check_column(KeyId::parse(&key), "daily_key_calls.key_id")?,
            day: days[day],
            accepted: number(accepted, "daily_key_calls.accepted")?,
            refused: number(refused, "daily_key_calls.refused")?,
        })
    });
    parsed.collect()
}

/// Sums the rows of the keys that were used last, in their order.
pub(crate) fn sum_named(
    rows: Vec<NamedSumRow>,
    since: Timestamp,
) -> Result<Vec<NamedKeyCalls>, CorruptValue> {
    let mut names = Vec::with_capacity(rows.len());
    let mut sums = Vec::with_capacity(rows.len());
    for row in rows {
        let id = check_column(KeyId::parse(&row.sums.id), "api_keys.id")?;
        let name = check_column(KeyName::parse(&row.name), "api_keys.name")?;
        names.push((id, name, row.preview));
        sums.push(row.sums);
    }
    let calls = sum(sums, &[since])?.into_iter();
    let mut calls: HashMap<_, _> = calls.map(|calls| (calls.key_id.clone(), calls)).collect();
    let keys = names.into_iter().map(|(id, name, preview)| {
        let calls = calls.remove(&id).map(|calls| CallSum {
            accepted: calls.accepted,
            refused: calls.refused,
        });
        NamedKeyCalls {
            id,
            name,
            preview,
            calls: calls.unwrap_or_default(),
        }
    });
    Ok(keys.collect())
}

/// Parses numbers that the database has joined by colons.
fn numbers<const N: usize>(text: &str, column: &'static str) -> Result<[i64; N], CorruptValue> {
    let numbers: Result<Vec<i64>, _> = text.split(':').map(str::parse).collect();
    let numbers = numbers.ok().and_then(|numbers| numbers.try_into().ok());
    numbers.ok_or(CorruptValue(column))
}
