//! Default currencies of accounts, and items that earlier releases stored without a currency.

use super::{LIVE_KEY, MIGRATIONS, create_sqlite, database, start};
use crate::support::change;
use sqlx::Executor as _;
use testkit::Text as _;

/// The last schema with such items.
const LAST: i64 = 33;

#[tokio::test(flavor = "multi_thread")]
async fn item_without_a_currency_gets_the_default_of_its_account_at_the_upgrade() {
    let folder = tempfile::tempdir().unwrap();
    create_sqlite(folder.path(), LAST, 0).await;
    tokio::task::block_in_place(|| {
        start(folder.path()).stop();
        change(folder.path(), "UPDATE accounts SET currency = 'JPY'");
        let server = start(folder.path());
        let response = server.key(LIVE_KEY).get("/api/inventory/SKU001").unwrap();
        response.has("\"currency\":\"EUR\"");
        server.stop();
    });
}

#[tokio::test]
async fn chosen_currency_is_still_chosen_after_the_upgrade() {
    /// The last schema that recorded a choice by the earlier currency.
    const LAST: i64 = 40;
    let folder = tempfile::tempdir().unwrap();
    create_sqlite(folder.path(), LAST, 0).await;
    let mut connection = database(folder.path()).await;
    let sql = "INSERT INTO accounts (id, name, created_at, currency, earlier_currency)
        VALUES ('chosen', 'Chosen', 1, 'CHF', 'CHF')";
    connection.execute(sql).await.unwrap();
    MIGRATIONS
        .run_direct(None, &mut connection, false)
        .await
        .unwrap();
    let sql = "SELECT id, currency_chosen FROM accounts ORDER BY id";
    let chosen: Vec<(String, i64)> = sqlx::query_as(sql)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    assert_eq!(chosen, [("acme".to_owned(), 0), ("chosen".to_owned(), 1)]);
}
