//! The calls of several keys by days of an account.
//!
//! Sums are stored by days of UTC (`daily_key_calls`), while the days of an account begin at any
//! quarter of an hour. So a day is read as the sums of the days of UTC that begin between the
//! midnights of UTC nearest to its beginning and its end, and *edges* correct that: an edge has the
//! counts between the beginning of a day and its nearest midnight. One statement reads both, so
//! that they are of the same moment.
//!
//! Each key has one row with lists of its days and sums, separated by commas. A row for each day
//! would take longer to pass on than to read.

use crate::error::CorruptValue;
use crate::ports::columns::{check_column, number};
use crate::query::QueryBuilder;
use domain::{AccountId, KeyId, Timestamp, seconds};
use service::store::DailyCalls;
use std::collections::BTreeMap;

const DAY_MILLIS: i64 = seconds::DAY * 1_000;

/// The sums of a key for some days of UTC, or for one edge.
#[derive(sqlx::FromRow)]
pub(crate) struct SumRow {
    key_id: String,
    /// 1 if it is an edge.
    edge: i64,
    /// The beginnings of the days of UTC, or of the account's day to which the edge belongs.
    times: String,
    accepted: String,
    refused: String,
}

/// Returns the midnight of UTC that is nearest to the beginning of a day.
const fn midnight(day: Timestamp) -> i64 {
    let after_noon = day.millis() + DAY_MILLIS / 2;
    after_noon - after_noon.rem_euclid(DAY_MILLIS)
}

/// Reads the sums and the edges for the calls of `keys` on `days`. There has to be at least one key
/// and one day.
pub(crate) fn of_keys(
    account: &AccountId,
    keys: &[KeyId],
    days: &[Timestamp],
) -> QueryBuilder<'static> {
    let mut query = QueryBuilder::new(
        "SELECT key_id, CAST(0 AS BIGINT) AS edge,
            string_agg(CAST(day AS TEXT), ',') AS times,
            string_agg(CAST(accepted AS TEXT), ',') AS accepted,
            string_agg(CAST(refused AS TEXT), ',') AS refused
        FROM daily_key_calls WHERE account_id = ",
    );
    query.push_text(account.as_str());
    query.push(" AND day >= ").push_bind(midnight(days[0]));
    push_keys(&mut query, keys);
    for day in days {
        let (begin, midnight) = (day.millis(), midnight(*day));
        if begin == midnight {
            continue;
        }
        query.push(" UNION ALL SELECT key_id, CAST(1 AS BIGINT), CAST(");
        query.push_bind(begin).push(
            " AS TEXT),
            CAST(sum(CASE outcome WHEN 'accepted' THEN calls ELSE 0 END) AS TEXT),
            CAST(sum(CASE outcome WHEN 'accepted' THEN 0 ELSE calls END) AS TEXT)
            FROM key_calls WHERE account_id = ",
        );
        query.push_text(account.as_str());
        query.push(" AND hour >= ").push_bind(begin.min(midnight));
        query.push(" AND hour < ").push_bind(begin.max(midnight));
        push_keys(&mut query, keys);
    }
    query
}

/// Groups by key alone, which is the order of both tables, so that no rows are sorted.
fn push_keys(query: &mut QueryBuilder<'_>, keys: &[KeyId]) {
    for (number, key) in keys.iter().enumerate() {
        query.push(if number == 0 {
            " AND key_id IN ("
        } else {
            ", "
        });
        query.push_text(key.as_str());
    }
    query.push(") GROUP BY key_id");
}

/// Sums the rows by key and day, in this order.
pub(crate) fn sum(rows: Vec<SumRow>, days: &[Timestamp]) -> Result<Vec<DailyCalls>, CorruptValue> {
    let mut sums: BTreeMap<(String, usize), [i64; 2]> = BTreeMap::new();
    for row in rows {
        let times = numbers(&row.times, "daily_key_calls.day")?;
        let accepted = numbers(&row.accepted, "daily_key_calls.accepted")?;
        let refused = numbers(&row.refused, "daily_key_calls.refused")?;
        for ((at, accepted), refused) in times.into_iter().zip(accepted).zip(refused) {
            let mut add = |day: Option<usize>, sign: i64| {
                let Some(day) = day else { return };
                let sum = sums.entry((row.key_id.clone(), day)).or_default();
                for (sum, calls) in sum.iter_mut().zip([accepted, refused]) {
                    *sum = sum.saturating_add(sign * calls);
                }
            };
            if row.edge == 0 {
                let begun = days.partition_point(|day| midnight(*day) <= at);
                add(begun.checked_sub(1), 1);
            } else {
                let day = days.partition_point(|day| day.millis() < at);
                // Calls before the midnight belong to the day that begins here, and the sums
                // counted them for the day before. Calls after it are the other way round.
                let sign = if at < midnight(Timestamp::from_millis(at)) {
                    1
                } else {
                    -1
                };
                add(Some(day), sign);
                add(day.checked_sub(1), -sign);
            }
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

/// Parses a list that the database has joined by commas.
fn numbers(list: &str, column: &'static str) -> Result<Vec<i64>, CorruptValue> {
    let numbers = list.split(',').map(str::parse);
    numbers
        .collect::<Result<_, _>>()
        .map_err(|_| CorruptValue(column))
}
