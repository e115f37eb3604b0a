//! The connection to PostgreSQL fails while a move commits: exactly one of the two databases
//! continues.

use contract::World;
use std::path::PathBuf;
use std::time::Duration;
use storage::copy::{CopyError, Held, move_to_postgres};
use storage::{OpenMode, sqlite};
use tempfile::TempDir;
use testkit::postgres::Database;
use testkit::proxy::{Commit, Proxy};
use tokio::time::timeout;

/// Longer than any wait for an answer.
const LONG: Duration = Duration::from_secs(40);

/// A file to be moved, and the target database.
struct Moving {
    folder: TempDir,
    database: Database,
}

/// Result of the move.
struct Ended {
    told: Result<Held, CopyError>,
    /// Whether all data is in PostgreSQL. Otherwise, none is.
    arrived: bool,
    /// Whether a server can continue with the file.
    stays: bool,
    moved: PathBuf,
}

impl Moving {
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

    async fn end(self, url: &str) -> Ended {
        let Self { folder, database } = self;
        let file = folder.path().join("voxum.db");
        let told = timeout(LONG, move_to_postgres(&file, url)).await;
        let told = told.expect("nobody waits without end");
        let arrived = "SELECT to_regclass('api_keys') IS NOT NULL";
        let arrived = sqlx::query_scalar(arrived)
            .fetch_one(&mut database.raw().await)
            .await
            .expect("an answer");
        let stays = match sqlite::open(&file, OpenMode::ExistingOnly).await {
            Ok(store) => {
                store.close().await;
                true
            }
            Err(_) => false,
        };
        let moved = folder.path().join("voxum.db.moved");
        assert_eq!(moved.exists(), !stays);
        database.drop().await;
        Ended {
            told,
            arrived,
            stays,
            moved,
        }
    }

    async fn by(self, commit: Commit) -> Ended {
        let proxy = Proxy::start(&self.database.url()).await;
        proxy.set_commit(commit);
        self.end(proxy.url.as_str()).await
    }
}

#[tokio::test]
async fn committed_move_succeeds_whether_or_not_its_commit_is_answered() {
    for commit in [
        Commit::Unanswered,
        Commit::Answered,
        Commit::AnsweredLast,
        Commit::Silent,
    ] {
        let ended = Moving::new().await.by(commit).await;
        assert!(ended.arrived && !ended.stays, "{commit:?}");
        let held = ended.told.expect("moved");
        assert!(held.accounts > 0 && held.keys > 0, "{held:?}");
    }
}

#[tokio::test]
async fn uncommitted_move_leaves_the_data_in_the_file() {
    let ended = Moving::new().await.by(Commit::Unsent).await;
    assert!(!ended.arrived && ended.stays);
    let failed = matches!(ended.told, Err(CopyError::Failed { .. }));
    assert!(failed, "{:?}", ended.told);

    // PostgreSQL itself refuses the commit.
    let moving = Moving::new().await;
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
        .execute(&mut moving.database.raw().await)
        .await
        .expect("armed");
    let url = moving.database.url();
    let ended = moving.end(url.as_str()).await;
    assert!(!ended.arrived && ended.stays);
    let line = ended.told.expect_err("refused").to_string();
    assert!(line.contains("P0001"), "{line}");
}

#[tokio::test]
async fn move_with_an_unknown_outcome_retires_the_file_and_explains_the_next_step() {
    let commit = Commit::UnansweredForGood;
    let ended = Moving::new().await.by(commit).await;
    assert!(ended.arrived && !ended.stays);
    let line = ended.told.expect_err("nobody knows").to_string();
    let moved = ended.moved.to_string_lossy();
    assert!(
        line.contains(&*moved) && line.contains("`voxum key list`") && !line.contains('\n'),
        "{line}"
    );
}
