//! Which changes wait for each other.

use crate::support::{RawConnection, TestDatabase};
use contract::feeds_of_other_accounts_and_keys_do_not_wait_for_many;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn feeds_of_one_key_do_not_delay_those_of_other_keys_and_accounts() {
    let database = TestDatabase::new();
    let store = database.open().await;
    let stop_writes = async {
        let mut raw = database.raw().await;
        raw.run("BEGIN IMMEDIATE").await;
        raw
    };
    let resume_writes = async |mut raw: RawConnection| raw.run("COMMIT").await;
    let shared = Arc::new(store.clone());
    feeds_of_other_accounts_and_keys_do_not_wait_for_many(shared, stop_writes, resume_writes).await;
    store.close().await;
}
