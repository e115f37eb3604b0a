//! Items that earlier releases stored without a currency.

use super::{LIVE_KEY, create_sqlite, start};
use crate::support::change;
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
