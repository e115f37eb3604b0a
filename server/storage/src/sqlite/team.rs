//! The people of one account.

use super::{Result, SqliteStore, read_all};
use crate::error::Doing as _;
use crate::sql::team;
use crate::sql::team::TeammateRow;
use async_trait::async_trait;
use domain::AccountId;
use service::store::{TeamStore, Teammate};

#[async_trait]
impl TeamStore for SqliteStore {
    async fn list_members(&self, account: &AccountId) -> Result<Vec<Teammate>> {
        const DOING: &str = "listing the members of an account";
        let rows: Vec<TeammateRow> = sqlx::query_as(team::MEMBERS)
            .bind(account.as_str())
            .fetch_all(&self.readers)
            .await
            .doing(DOING)?;
        read_all(rows, DOING)
    }
}
