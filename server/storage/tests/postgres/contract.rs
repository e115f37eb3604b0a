//! The contract of the storage ports, on PostgreSQL.

use crate::server::Database;
use std::sync::Arc;
use storage::{OpenMode, PostgresStore};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

macro_rules! names {
    ($($case:ident)*) => { [$(stringify!($case)),*] };
}

/// Number of cases that run at once.
const AT_ONCE: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_case_of_the_contract_holds() {
    // Migrated once; each case gets a copy.
    let template = Database::new().await;
    let store = PostgresStore::open(template.url().as_str(), OpenMode::CreateIfNew).await;
    store.expect("the store opens").close().await;

    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut cases = JoinSet::new();
    for case in service::store_contract_cases!(names) {
        let (turns, template) = (turns.clone(), template.name().to_owned());
        cases.spawn(async move {
            let _turn = turns.acquire().await.expect("a turn");
            let held = tokio::spawn(run(case, template)).await.is_ok();
            println!("{case}: {}", if held { "holds" } else { "FAILS" });
            (case, held)
        });
    }
    let ran = cases.join_all().await;
    template.drop().await;
    let failed: Vec<_> = ran.iter().filter(|(_, held)| !held).collect();
    assert!(ran.len() > 100, "only {} cases ran", ran.len());
    assert!(failed.is_empty(), "{} cases fail: {failed:?}", failed.len());
}

async fn run(case: &'static str, template: String) {
    let database = Database::like(&template, "").await;
    let store = PostgresStore::open(database.url().as_str(), OpenMode::ExistingOnly).await;
    let store = Arc::new(store.expect("the store opens"));
    service::store::contract::run(case, store.clone()).await;
    store.close().await;
    database.drop().await;
}
