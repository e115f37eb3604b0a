//! Search of keys.

use super::{Engine, Result, Store, read, read_all};
use crate::error::Doing as _;
use crate::sql::filter::{Composed, Filter};
use crate::sql::find::{self, CreatorRow, PlaceRow, Stretch};
use crate::sql::key::KeyRow;
use async_trait::async_trait;
use domain::{AccountId, Email, KeyOrder, KeySort, MemberId, Timestamp};
use service::store::{KeyFilter, KeyPlace, KeyRecord, KeySearch, KeysCounted, KeysFound};
use sqlx::QueryBuilder;

/// Number of expired keys that one statement marks, so that no change of the account waits long for
/// it.
const LAPSED_AT_ONCE: i64 = 250;
/// Maximum number of expired keys that are marked before one list is read. The next list marks
/// more.
const LAPSED_AT_MOST: u64 = 2_000;

#[async_trait]
impl KeySearch for Store {
    async fn find_keys(
        &self,
        account: &AccountId,
        filter: &KeyFilter,
        order: KeyOrder,
        after: Option<&KeyPlace>,
        limit: u32,
    ) -> Result<KeysFound> {
        const DOING: &str = "finding API keys";
        let asked = Filter::all(filter);
        let lead = self.lead(account, &asked).await?;
        let stretch = Stretch {
            order,
            after,
            until: None,
        };
        let end = self.end(account, &asked, lead, stretch).await?;
        let stretch = Stretch {
            until: end.as_ref(),
            ..stretch
        };
        let rows: Vec<KeyRow> = find::page::<Engine>(account, &asked, lead, stretch, limit)
            .build_query_as()
            .fetch_all(&self.listings)
            .await
            .doing(DOING)?;
        let keys: Vec<KeyRecord> = read_all(rows, DOING)?;
        let stopped = end.filter(|_| keys.len() < limit as usize);
        Ok(KeysFound { keys, stopped })
    }

    async fn count_keys(
        &self,
        account: &AccountId,
        filter: &KeyFilter,
        order: KeyOrder,
        most: u32,
    ) -> Result<KeysCounted> {
        let asked = Filter::all(filter);
        if let [only] = asked.as_slice() {
            let keys = self.probe(account, only, most).await?;
            return Ok(KeysCounted {
                keys,
                stopped: false,
            });
        }
        let lead = self.lead(account, &asked).await?;
        let stretch = Stretch {
            order,
            after: None,
            until: None,
        };
        let end = self.end(account, &asked, lead, stretch).await?;
        let stretch = Stretch {
            until: end.as_ref(),
            ..stretch
        };
        let count: i64 = find::count::<Engine>(account, &asked, lead, stretch, most)
            .build_query_scalar()
            .fetch_one(&self.listings)
            .await
            .doing("counting API keys")?;
        // The count is at most `most`.
        let keys = u32::try_from(count).unwrap_or(most);
        Ok(KeysCounted {
            keys,
            stopped: end.is_some() && keys < most,
        })
    }

    async fn note_expired(&self, account: &AccountId, now: Timestamp) -> Result<()> {
        const DOING: &str = "noting which API keys have expired";
        let expired: i64 = sqlx::query_scalar(find::LAPSED)
            .bind(account.as_str())
            .bind(now.millis())
            .fetch_one(&self.listings)
            .await
            .doing(DOING)?;
        let mut left = u64::try_from(expired)
            .unwrap_or_default()
            .min(LAPSED_AT_MOST);
        while left > 0 {
            let marked = sqlx::query(find::LAPSE)
                .bind(account.as_str())
                .bind(now.millis())
                .bind(LAPSED_AT_ONCE)
                .execute(&self.non_durable)
                .await
                .doing(DOING)?
                .rows_affected();
            left = if marked == 0 {
                0
            } else {
                left.saturating_sub(marked)
            };
        }
        Ok(())
    }

    async fn key_creators(&self, account: &AccountId) -> Result<Vec<(MemberId, Email)>> {
        const DOING: &str = "listing who creates API keys";
        let rows: Vec<CreatorRow> = sqlx::query_as(find::CREATORS)
            .bind(account.as_str())
            .fetch_all(&self.listings)
            .await
            .doing(DOING)?;
        read_all(rows, DOING)
    }
}

impl Store {
    /// Returns the cursor at which the walk along the order stops; `None` if the order is not
    /// walked, or if the walk covers all keys.
    async fn end(
        &self,
        account: &AccountId,
        asked: &[Filter<'_>],
        lead: Option<usize>,
        stretch: Stretch<'_>,
    ) -> Result<Option<KeyPlace>> {
        const DOING: &str = "finding out how far to look for API keys";
        // Without a filter, every key on the walk belongs to the page.
        if lead.is_some() || asked.is_empty() {
            return Ok(None);
        }
        let mut query = find::end::<Engine>(account, asked, stretch);
        match stretch.order.sort {
            KeySort::Name | KeySort::Preview => {
                let found = query.build_query_as().fetch_optional(&self.listings).await;
                let row: Option<PlaceRow<String>> = found.doing(DOING)?;
                read(row, DOING)
            }
            KeySort::Usual | KeySort::Created | KeySort::LastUsed | KeySort::Status => {
                let found = query.build_query_as().fetch_optional(&self.listings).await;
                let row: Option<PlaceRow<i64>> = found.doing(DOING)?;
                read(row, DOING)
            }
        }
    }

    /// Returns the index of the filter that the fewest keys match, if they are few enough to be
    /// collected.
    async fn lead(&self, account: &AccountId, asked: &[Filter<'_>]) -> Result<Option<usize>> {
        let mut fewest = None;
        for (number, asked) in asked.iter().enumerate() {
            let most = fewest.map_or(find::FEW + 1, |(count, _)| count);
            let count = self.probe(account, asked, most).await?;
            if count < most {
                fewest = Some((count, number));
            }
        }
        Ok(fewest.map(|(_, number)| number))
    }

    async fn probe(&self, account: &AccountId, asked: &Filter<'_>, most: u32) -> Result<u32> {
        let count: i64 = find::probe::<Engine>(account, asked, most)
            .build_query_scalar()
            .fetch_one(&self.listings)
            .await
            .doing("counting API keys")?;
        // The count is at most `most`.
        Ok(u32::try_from(count).unwrap_or(most))
    }
}

impl Composed for Engine {
    fn text(query: &mut QueryBuilder<Self>, text: &str) {
        query.push_bind(text.to_owned());
    }

    fn number(query: &mut QueryBuilder<Self>, number: i64) {
        query.push_bind(number);
    }
}
