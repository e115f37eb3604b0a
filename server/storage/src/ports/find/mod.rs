//! Search of keys.

pub(crate) mod filter;
mod statements;

pub(crate) use statements::*;

use super::key::KeyRow;
use super::{Result, SqlStore, read, read_all};
use crate::query::{query, query_scalar};
use async_trait::async_trait;
use domain::{AccountId, Email, KeyOrder, KeySort, MemberId, Timestamp};
use filter::Filter;
use service::store::{KeyFilter, KeyPlace, KeyRecord, KeySearch, KeysCounted, KeysFound};

/// Number of expired keys that one statement marks, so that no change of the account waits long for
/// it.
const LAPSED_AT_ONCE: i64 = 250;
/// Maximum number of expired keys that are marked before one list is read. The next list marks
/// more.
const LAPSED_AT_MOST: u64 = 2_000;

#[async_trait]
impl KeySearch for SqlStore {
    async fn find_keys(
        &self,
        account: &AccountId,
        filter: &KeyFilter,
        order: KeyOrder,
        after: Option<&KeyPlace>,
        limit: u32,
    ) -> Result<KeysFound> {
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
        let rows: Vec<KeyRow> = statements::page(account, &asked, lead, stretch, limit)
            .build()
            .fetch_all(self.listings("finding API keys"))
            .await?;
        let keys: Vec<KeyRecord> = read_all(rows)?;
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
        let count: i64 = statements::count(account, &asked, lead, stretch, most)
            .build()
            .scalar()
            .fetch_one(self.listings("counting API keys"))
            .await?;
        // The count is at most `most`.
        let keys = u32::try_from(count).unwrap_or(most);
        Ok(KeysCounted {
            keys,
            stopped: end.is_some() && keys < most,
        })
    }

    async fn note_expired(&self, account: &AccountId, now: Timestamp) -> Result<()> {
        let expired: i64 = query_scalar(LAPSED)
            .bind(account.as_str())
            .bind(now.millis())
            .fetch_one(self.listings("recording which API keys have expired"))
            .await?;
        let mut left = u64::try_from(expired)
            .unwrap_or_default()
            .min(LAPSED_AT_MOST);
        while left > 0 {
            let marked = query(LAPSE)
                .bind(account.as_str())
                .bind(now.millis())
                .bind(LAPSED_AT_ONCE)
                .execute(self.non_durable("recording which API keys have expired"))
                .await?;
            left = if marked == 0 {
                0
            } else {
                left.saturating_sub(marked)
            };
        }
        Ok(())
    }

    async fn key_creators(&self, account: &AccountId) -> Result<Vec<(MemberId, Email)>> {
        query(CREATORS)
            .bind(account.as_str())
            .parse_all::<CreatorRow, _>(self.listings("listing who creates API keys"))
            .await
    }
}

impl SqlStore {
    /// Returns the cursor at which the walk along the order stops; `None` if the order is not
    /// walked, or if the walk covers all keys.
    async fn end(
        &self,
        account: &AccountId,
        asked: &[Filter<'_>],
        lead: Option<usize>,
        stretch: Stretch<'_>,
    ) -> Result<Option<KeyPlace>> {
        // Without a filter, every key on the walk belongs to the page.
        if lead.is_some() || asked.is_empty() {
            return Ok(None);
        }
        let query = statements::end(account, asked, stretch).build();
        let listings = self.listings("finding out how far to look for API keys");
        match stretch.order.sort {
            KeySort::Name | KeySort::Preview => {
                let row: Option<PlaceRow<String>> = query.fetch_optional(listings).await?;
                read(row)
            }
            KeySort::Usual | KeySort::Created | KeySort::LastUsed | KeySort::Status => {
                let row: Option<PlaceRow<i64>> = query.fetch_optional(listings).await?;
                read(row)
            }
        }
    }

    /// Returns the index of the filter that the fewest keys match, if they are few enough to be
    /// collected.
    async fn lead(&self, account: &AccountId, asked: &[Filter<'_>]) -> Result<Option<usize>> {
        let mut fewest = None;
        for (number, asked) in asked.iter().enumerate() {
            let most = fewest.map_or(FEW + 1, |(count, _)| count);
            let count = self.probe(account, asked, most).await?;
            if count < most {
                fewest = Some((count, number));
            }
        }
        Ok(fewest.map(|(_, number)| number))
    }

    async fn probe(&self, account: &AccountId, asked: &Filter<'_>, most: u32) -> Result<u32> {
        let count: i64 = statements::probe(account, asked, most)
            .build()
            .scalar()
            .fetch_one(self.listings("counting API keys"))
            .await?;
        // The count is at most `most`.
        Ok(u32::try_from(count).unwrap_or(most))
    }
}
