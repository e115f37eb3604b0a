//! The cases on PostgreSQL: on one server, each in a database of its own.

use contract::Case;
use std::sync::Arc;
use storage::{OpenMode, postgres};
use testkit::postgres::Database;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Number of cases that run at once.
const MAX_CONCURRENT: usize = 4;

pub async fn run_every_case() {
    // Migrated once; each case gets a copy.
    let template = Arc::new(Database::new().await);
    let store = postgres::open(template.url().as_str(), OpenMode::CreateIfNew).await;
    store.expect("the store opens").close().await;

    let permits = Arc::new(Semaphore::new(MAX_CONCURRENT));
    let mut cases = JoinSet::new();
    for case in contract::cases() {
        let (permits, template) = (permits.clone(), template.clone());
        cases.spawn(async move {
            let _permit = permits.acquire().await.expect("a permit");
            let is_ok = tokio::spawn(async move { run_case(case, &template).await })
                .await
                .is_ok();
            println!("{}: {}", case.name(), if is_ok { "holds" } else { "FAILS" });
            (case.name(), is_ok)
        });
    }
    let results = cases.join_all().await;
    let template = Arc::into_inner(template).expect("no case runs any more");
    template.drop().await;
    let failed: Vec<_> = results.iter().filter(|(_, is_ok)| !is_ok).collect();
    let number = results.len();
    assert!(number > 150, "only {number} cases ran");
    assert!(failed.is_empty(), "{} cases fail: {failed:?}", failed.len());
}

async fn run_case(case: &Case, template: &Database) {
    let database = template.copy().await;
    let store = postgres::open(database.url().as_str(), OpenMode::ExistingOnly).await;
    let store = Arc::new(store.expect("the store opens"));
    case.run(store.clone()).await;
    store.close().await;
    database.drop().await;
}
