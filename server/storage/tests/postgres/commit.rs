//! The connection to PostgreSQL fails while a move commits: exactly one of the two databases
//! continues.

use contract::World;
use std::path::PathBuf;
use std::time::Duration;
use storage::copy::{CopyError, CopySummary, move_to_postgres};
use storage::{OpenMode, sqlite};
use tempfile::TempDir;
use testkit::postgres::Database;
use testkit::proxy::{CommitMode, Proxy};
use tokio::time::timeout;

/// Longer than any wait for an answer.
const MAX_WAIT: Duration = Duration::from_secs(40);

/// A file to be moved, and the target database.
struct PreparedMove {
    folder: TempDir,
    database: Database,
}

/// Result of the move.
struct MoveResult {
    result: Result<CopySummary, CopyError>,
    /// Whether all data is in PostgreSQL. Otherwise, none is.
    has_arrived: bool,
    /// Whether a server can continue with the file.
    is_usable: bool,
    moved: PathBuf,
}

impl PreparedMove {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("voxum.db");
        let store = sqlite::open(&file, OpenMode::CreateIfNew).await;
        let store = store.expect("the store opens");
        World::build(&store).await;
        store.close().await;
        let database = Database::new().await;
        Self { folder, database }
    }

    async fn run(self, url: &str) -> MoveResult {
        let Self { folder, database } = self;
        let file = folder.path().join("voxum.db");
        let result = timeout(MAX_WAIT, move_to_postgres(&file, url)).await;
        let result = result.expect("nobody waits without end");
        let has_arrived = "SELECT to_regclass('api_keys') IS NOT NULL";
        let has_arrived = sqlx::query_scalar(has_arrived)
            .fetch_one(&mut database.raw().await)
            .await
            .expect("an answer");
        let is_usable = match sqlite::open(&file, OpenMode::ExistingOnly).await {
            Ok(store) => {
                store.close().await;
                true
            }
            Err(_) => false,
        };
        let moved = folder.path().join("voxum.db.moved");
        assert_eq!(moved.exists(), !is_usable);
        database.drop().await;
        MoveResult {
            result,
            has_arrived,
            is_usable,
            moved,
        }
    }

    async fn run_through(self, commit: CommitMode) -> MoveResult {
        let proxy = Proxy::start(&self.database.url()).await;
        proxy.set_commit(commit);
        self.run(proxy.url.as_str()).await
    }
}

#[tokio::test]
async fn committed_move_succeeds_whether_or_not_its_commit_is_answered() {
    for commit in [
        CommitMode::Unanswered,
        CommitMode::Answered,
        CommitMode::AnsweredLast,
        CommitMode::Silent,
    ] {
        let outcome = PreparedMove::new().await.run_through(commit).await;
        assert!(outcome.has_arrived && !outcome.is_usable, "{commit:?}");
        let summary = outcome.result.expect("moved");
        assert!(summary.accounts > 0 && summary.keys > 0, "{summary:?}");
    }
}

#[tokio::test]
async fn uncommitted_move_leaves_the_data_in_the_file() {
    let outcome = PreparedMove::new()
        .await
        .run_through(CommitMode::Unsent)
        .await;
    assert!(!outcome.has_arrived && outcome.is_usable);
    let failed = matches!(outcome.result, Err(CopyError::Failed { .. }));
    assert!(failed, "{:?}", outcome.result);

    // PostgreSQL itself refuses the commit.
    let prepared = PreparedMove::new().await;
    let refuse = "
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
        CREATE FUNCTION arm() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
            IF to_regclass('accounts') IS NOT NULL THEN
                DROP EVENT TRIGGER arm;
                CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON accounts DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION refuse();
            END IF;
        END $$;
        CREATE EVENT TRIGGER arm ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION arm()";
    sqlx::raw_sql(refuse)
        .execute(&mut prepared.database.raw().await)
        .await
        .expect("armed");
    let url = prepared.database.url();
    let outcome = prepared.run(url.as_str()).await;
    assert!(!outcome.has_arrived && outcome.is_usable);
    let line = outcome.result.expect_err("refused").to_string();
    assert!(line.contains("P0001"), "{line}");
}

#[tokio::test]
async fn move_with_an_unknown_outcome_retires_the_file_and_explains_the_next_step() {
    let commit = CommitMode::UnansweredForGood;
    let outcome = PreparedMove::new().await.run_through(commit).await;
    assert!(outcome.has_arrived && !outcome.is_usable);
    let line = outcome.result.expect_err("nobody knows").to_string();
    let moved = outcome.moved.to_string_lossy();
    assert!(
        line.contains(&*moved) && line.contains("`voxum key list`") && !line.contains('\n'),
        "{line}"
    );
}
