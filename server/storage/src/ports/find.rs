//! Finding keys among many.

use super::{Result, Store, can_be_stored, read_all};
use crate::error::Doing as _;
use crate::sql::find::{self, CreatorRow};
use crate::sql::key::KeyRow;
use async_trait::async_trait;
use domain::{AccountId, Email, KeyOrder, MemberId, Timestamp};
use service::store::{KeyFilter, KeyPlace, KeyRecord, KeySearch};

#[async_trait]
impl KeySearch for Store {
    async fn find_keys(
        &self,
        account: &AccountId,
        filter: &KeyFilter,
        order: KeyOrder,
        after: Option<&KeyPlace>,
        limit: u32,
    ) -> Result<Vec<KeyRecord>> {
        const DOING: &str = "finding API keys";
        if !can_match(filter) {
            return Ok(Vec::new());
        }
        let rows: Vec<KeyRow> = find::page(account, filter, order, after, limit)
            .build_query_as()
            .fetch_all(&self.readers)
            .await
            .doing(DOING)?;
        read_all(rows, DOING)
    }

    async fn count_keys(&self, account: &AccountId, filter: &KeyFilter, most: u32) -> Result<u32> {
        if !can_match(filter) {
            return Ok(0);
        }
        let count: i64 = find::count(account, filter, most)
            .build_query_scalar()
            .fetch_one(&self.readers)
            .await
            .doing("counting API keys")?;
        // No more are counted than were asked for.
        Ok(u32::try_from(count).unwrap_or(most))
    }

    async fn note_expired(&self, account: &AccountId, now: Timestamp) -> Result<()> {
        const DOING: &str = "noting which API keys have expired";
        let expired: i64 = sqlx::query_scalar(find::LAPSED)
            .bind(account.as_str())
            .bind(now.millis())
            .fetch_one(&self.readers)
            .await
            .doing(DOING)?;
        if expired > 0 {
            sqlx::query(find::LAPSE)
                .bind(account.as_str())
                .bind(now.millis())
                .execute(&self.relaxed)
                .await
                .doing(DOING)?;
        }
        Ok(())
    }

    async fn key_creators(&self, account: &AccountId) -> Result<Vec<(MemberId, Email)>> {
        const DOING: &str = "listing who creates API keys";
        let rows: Vec<CreatorRow> = sqlx::query_as(find::CREATORS)
            .bind(account.as_str())
            .fetch_all(&self.readers)
            .await
            .doing(DOING)?;
        read_all(rows, DOING)
    }
}

fn can_match(filter: &KeyFilter) -> bool {
    let texts = filter
        .text
        .iter()
        .flat_map(|text| [&text.name, &text.preview]);
    texts.flatten().all(|text| can_be_stored(text))
}
