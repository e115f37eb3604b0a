//! A COMMIT that was sent and not answered is in doubt, whatever the change.

use crate::atomic::dump;
use contract::{Change, World};
use service::store::StoreError;
use storage::{OpenMode, postgres};
use testkit::postgres::Database;
use testkit::proxy::{CommitMode, Proxy};

#[tokio::test(flavor = "multi_thread")]
async fn every_change_is_in_doubt_when_its_commit_is_not_answered() {
    let database = Database::new().await;
    let proxy = Proxy::start(&database.url()).await;
    let store = postgres::open(proxy.url.as_str(), OpenMode::CreateIfNew)
        .await
        .expect("the store opens");
    let world = World::build(&store).await;
    let mut raw = database.raw().await;
    for change in Change::ALL {
        let account = change.account(&world);
        let before = dump(&mut raw).await;
        proxy.set_commit(CommitMode::Unsent);
        let outcome = change.make(&store, &world, account).await;
        assert!(
            matches!(outcome, Err(StoreError::InDoubt(_))),
            "{change:?}: {outcome:?}"
        );
        assert_eq!(dump(&mut raw).await, before, "{change:?} was made");

        // A silent connection is abandoned after five seconds, so only two of the changes test that
        // case.
        let commit = match change {
            Change::InsertKey | Change::InsertLead => CommitMode::Silent,
            _ => CommitMode::Unanswered,
        };
        match change {
            Change::InsertLead => proxy.set_commit_of("+44 20 7946 0018", commit),
            _ => proxy.set_commit(commit),
        }
        let outcome = change.make(&store, &world, account).await;
        assert!(
            matches!(outcome, Err(StoreError::InDoubt(_))),
            "{change:?}: {outcome:?}"
        );
        assert_ne!(dump(&mut raw).await, before, "{change:?} was not made");
        proxy.set_commit(CommitMode::Passes);
    }
    store.close().await;
    database.drop().await;
}
