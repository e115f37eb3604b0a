//! Finding keys among many.

use super::{Engine, Result, Store, read_all};
use crate::error::Doing as _;
use crate::sql::asked::{Asked, Composed};
use crate::sql::find::{self, CreatorRow};
use crate::sql::key::KeyRow;
use async_trait::async_trait;
use domain::{AccountId, Email, KeyOrder, MemberId, Timestamp};
use service::store::{KeyFilter, KeyPlace, KeyRecord, KeySearch};
use sqlx::QueryBuilder;

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
        let asked = Asked::all(filter);
        let lead = self.lead(account, &asked).await?;
        let rows: Vec<KeyRow> = find::page::<Engine>(account, &asked, lead, order, after, limit)
            .build_query_as()
            .fetch_all(&self.readers)
            .await
            .doing(DOING)?;
        read_all(rows, DOING)
    }

    async fn count_keys(&self, account: &AccountId, filter: &KeyFilter, most: u32) -> Result<u32> {
        let asked = Asked::all(filter);
        if let [only] = asked.as_slice() {
            return self.probe(account, only, most).await;
        }
        let lead = self.lead(account, &asked).await?;
        let count: i64 = find::count::<Engine>(account, &asked, lead, most)
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

impl Store {
    /// What the fewest keys are asked for by, where they are few enough to be gathered.
    async fn lead(&self, account: &AccountId, asked: &[Asked<'_>]) -> Result<Option<usize>> {
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

    async fn probe(&self, account: &AccountId, asked: &Asked<'_>, most: u32) -> Result<u32> {
        let count: i64 = find::probe::<Engine>(account, asked, most)
            .build_query_scalar()
            .fetch_one(&self.readers)
            .await
            .doing("counting API keys")?;
        // No more are counted than were asked for.
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
