//! Which changes wait for each other.

use crate::support::{Place, Raw};
use contract::feeds_of_other_accounts_and_keys_do_not_wait_for_many;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn feeds_of_one_key_do_not_delay_those_of_other_keys_and_accounts() {
    let place = Place::new();
    let store = place.open().await;
    let hold = async {
        let mut raw = place.raw().await;
        raw.run("BEGIN IMMEDIATE").await;
        raw
    };
    let resume = async |mut raw: Raw| raw.run("COMMIT").await;
    let shared = Arc::new(store.clone());
    feeds_of_other_accounts_and_keys_do_not_wait_for_many(shared, hold, resume).await;
    store.close().await;
}
