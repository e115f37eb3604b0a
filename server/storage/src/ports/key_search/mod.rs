//! Search of keys.

pub(crate) mod filter;
mod statements;

pub(crate) use statements::*;

use super::{Result, SqlStore, read, read_all};
use crate::query::{query, query_scalar};
use async_trait::async_trait;
use domain::{AccountId, Email, KeyCounts, KeyName, KeyOrder, KeyStatus, MemberId, Timestamp};
use filter::Filter;
use service::store::{
    AttentionFilter, KeyCursor, KeyFilter, KeyRecord, KeySearch, KeySearchCount, KeySearchPage,
    KeyViewCounts,
};

/// Number of expired keys that one statement marks, so that no change of the account waits long for
/// it.
const LAPSE_BATCH: i64 = 250;
/// Maximum number of expired keys that are marked before one list is read. The next list marks
/// more.
const MAX_LAPSED: u64 = 2_000;

#[async_trait]
impl KeySearch for SqlStore {
    async fn find_keys(
        &self,
        account: &AccountId,
        filter: &KeyFilter,
        order: KeyOrder,
        after: Option<&KeyCursor>,
        limit: u32,
    ) -> Result<KeySearchPage> {
        let filters = Filter::parts(filter);
        let leading = self.find_leading(account, &filters).await?;
        let range = IndexRange {
            order,
            after,
            until: None,
        };
        let end = self.end(account, &filters, leading, range).await?;
        let range = IndexRange {
            until: end.as_ref(),
            ..range
        };
        let query = statements::page(account, &filters, leading, range, limit).build();
        let listings = self.listings("finding API keys");
        let ordered: Vec<(KeyRecord, KeyCursor)> = if is_ordered_by_text(order.sort) {
            let rows: Vec<OrderedKeyRow<String>> = query.fetch_all(listings).await?;
            read_all(rows)?
        } else {
            let rows: Vec<OrderedKeyRow<i64>> = query.fetch_all(listings).await?;
            read_all(rows)?
        };
        let (keys, cursors): (Vec<_>, Vec<_>) = ordered.into_iter().unzip();
        let stopped = end.filter(|_| keys.len() < limit as usize);
        Ok(KeySearchPage {
            keys,
            cursors,
            stopped,
        })
    }

    async fn count_keys(
        &self,
        account: &AccountId,
        filter: &KeyFilter,
        order: KeyOrder,
        limit: u32,
    ) -> Result<KeySearchCount> {
        let filters = Filter::parts(filter);
        if let [only] = filters.as_slice() {
            let keys = self.probe(account, only, limit).await?;
            return Ok(KeySearchCount {
                keys,
                stopped: false,
            });
        }
        let leading = self.find_leading(account, &filters).await?;
        let range = IndexRange {
            order,
            after: None,
            until: None,
        };
        let end = self.end(account, &filters, leading, range).await?;
        let range = IndexRange {
            until: end.as_ref(),
            ..range
        };
        let count: i64 = statements::count(account, &filters, leading, range, limit)
            .build()
            .scalar()
            .fetch_one(self.listings("counting API keys"))
            .await?;
        // The count is at most `limit`.
        let keys = u32::try_from(count).unwrap_or(limit);
        Ok(KeySearchCount {
            keys,
            stopped: end.is_some() && keys < limit,
        })
    }

    async fn count_views(
        &self,
        account: &AccountId,
        expires_by: Timestamp,
        attention: AttentionFilter,
        most: u32,
        limit: u32,
    ) -> Result<KeyViewCounts> {
        let views = [
            (None, most),
            (Some(Filter::Status(KeyStatus::Active)), most),
            (Some(Filter::ExpiresBy(expires_by)), limit),
            (Some(Filter::IdleSince(attention.idle_since)), limit),
            (Some(Filter::Attention(attention)), limit),
        ];
        let counts: (i64, i64, i64, i64, i64) = statements::probe_all(account, &views)
            .build()
            .fetch_one(self.listings("counting the API keys of each view"))
            .await?;
        // Each count is at most one of the limits.
        let capped = |count| u32::try_from(count).unwrap_or(most.max(limit));
        Ok(KeyViewCounts {
            all: capped(counts.0),
            active: capped(counts.1),
            expiring: capped(counts.2),
            unused: capped(counts.3),
            need_attention: capped(counts.4),
        })
    }

    async fn dead_keys_in_use(
        &self,
        account: &AccountId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<KeyName>> {
        query(DEAD_IN_USE)
            .bind(account.as_str())
            .bind(since.millis())
            .bind(i64::from(limit))
            .parse_all::<DeadKeyRow, _>(self.listings("naming dead API keys that are in use"))
            .await
    }

    async fn count_states(
        &self,
        account: &AccountId,
        attention: AttentionFilter,
        limit: u32,
    ) -> Result<KeyCounts> {
        let filters = [
            Filter::Status(KeyStatus::Active),
            Filter::Status(KeyStatus::Paused),
            Filter::Status(KeyStatus::Expired),
            Filter::Status(KeyStatus::Revoked),
            Filter::IdleSince(attention.idle_since),
            Filter::ExpiresUnplanned(attention.unplanned_expiry),
            Filter::NewNetworkAfter(attention.new_network_after),
            Filter::Attention(attention),
            Filter::DeadKeyCallAfter(attention.dead_key_call_after),
        ];
        let counts: (i64, i64, i64, i64, i64, i64, i64, i64, i64) =
            statements::probe_all(account, &filters.map(|filter| (Some(filter), limit)))
                .build()
                .fetch_one(self.listings("counting the API keys in each state"))
                .await?;
        // Each count is at most `limit`.
        let capped = |count| u32::try_from(count).unwrap_or(limit);
        Ok(KeyCounts {
            active: capped(counts.0),
            paused: capped(counts.1),
            expired: capped(counts.2),
            revoked: capped(counts.3),
            unused: capped(counts.4),
            expiring_soon: capped(counts.5),
            new_networks: capped(counts.6),
            need_attention: capped(counts.7),
            dead_keys_in_use: capped(counts.8),
        })
    }

    async fn note_expired(&self, account: &AccountId, now: Timestamp) -> Result<()> {
        let expired: i64 = query_scalar(COUNT_LAPSED)
            .bind(account.as_str())
            .bind(now.millis())
            .fetch_one(self.listings("recording which API keys have expired"))
            .await?;
        let mut remaining = u64::try_from(expired).unwrap_or_default().min(MAX_LAPSED);
        while remaining > 0 {
            let marked_rows = query(LAPSE)
                .bind(account.as_str())
                .bind(now.millis())
                .bind(LAPSE_BATCH)
                .execute(self.non_durable("recording which API keys have expired"))
                .await?;
            remaining = if marked_rows == 0 {
                0
            } else {
                remaining.saturating_sub(marked_rows)
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
        filters: &[Filter<'_>],
        leading: Option<usize>,
        range: IndexRange<'_>,
    ) -> Result<Option<KeyCursor>> {
        // Without a filter, every key on the walk belongs to the page.
        if leading.is_some() || filters.is_empty() {
            return Ok(None);
        }
        let query = statements::end(account, filters, range).build();
        let listings = self.listings("finding out how far to look for API keys");
        if is_ordered_by_text(range.order.sort) {
            let row: Option<CursorRow<String>> = query.fetch_optional(listings).await?;
            read(row)
        } else {
            let row: Option<CursorRow<i64>> = query.fetch_optional(listings).await?;
            read(row)
        }
    }

    /// Returns the index of the filter that the fewest keys match, if they are few enough to be
    /// collected.
    async fn find_leading(
        &self,
        account: &AccountId,
        filters: &[Filter<'_>],
    ) -> Result<Option<usize>> {
        let mut fewest = None;
        for (number, filter) in filters.iter().enumerate() {
            let limit = fewest.map_or(MAX_LEADING_MATCHES + 1, |(count, _)| count);
            let count = self.probe(account, filter, limit).await?;
            if count < limit {
                fewest = Some((count, number));
            }
        }
        Ok(fewest.map(|(_, number)| number))
    }

    async fn probe(&self, account: &AccountId, filter: &Filter<'_>, limit: u32) -> Result<u32> {
        let count: i64 = statements::probe(account, filter, limit)
            .build()
            .scalar()
            .fetch_one(self.listings("counting API keys"))
            .await?;
        // The count is at most `limit`.
        Ok(u32::try_from(count).unwrap_or(limit))
    }
}
