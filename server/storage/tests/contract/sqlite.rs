//! The cases on SQLite.

use contract::Case;
use libtest_mimic::Trial;
use std::sync::Arc;
use storage::{OpenMode, sqlite};

/// Returns a test for each case, with the name of the case.
pub fn tests() -> Vec<Trial> {
    let test = |case: &'static Case| {
        Trial::test(case.name(), || {
            crate::run(run_case(case));
            Ok(())
        })
    };
    contract::cases().into_iter().map(test).collect()
}

async fn run_case(case: &Case) {
    let directory = tempfile::tempdir().expect("a directory");
    let database = directory.path().join("voxum.db");
    let store = sqlite::open(&database, OpenMode::CreateIfNew).await;
    let store = Arc::new(store.expect("the store opens"));
    case.run(store.clone()).await;
    store.close().await;
}
