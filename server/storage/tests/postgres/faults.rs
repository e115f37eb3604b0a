//! Classification of failures, and the contents of their messages.

use service::store::{InstallationStore as _, StoreError};
use sqlx::AssertSqlSafe;
use std::error::Error as _;
use std::time::{Duration, Instant};
use storage::{OpenMode, SqlStore, postgres};
use testkit::postgres::Database;

const CANARY: &str = "canary-2f8a";

/// Everything that any log could print.
fn text(error: &StoreError) -> String {
    let mut text = format!("{error:?} {error}");
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text} {error:?} {error}");
        source = error.source();
    }
    text
}

async fn store(database: &Database) -> SqlStore {
    postgres::open(database.url().as_str(), OpenMode::CreateIfNew)
        .await
        .expect("the store opens")
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_classified_by_error_code_and_expose_no_value() {
    let database = Database::new().await;
    let store = store(&database).await;
    let mut raw = database.raw().await;
    let mut failure = async |body: &str| {
        let sql = format!(
            "CREATE OR REPLACE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NEW; END $$;
             CREATE OR REPLACE TRIGGER fault BEFORE UPDATE ON installation FOR EACH ROW EXECUTE FUNCTION fault()"
        );
        let result = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut raw).await;
        result.expect("a trigger");
        let error = store.set_pepper_fingerprint(CANARY).await;
        let error = error.expect_err("the statement fails");
        let text = text(&error);
        assert!(!text.contains(CANARY), "{text}");
        assert!(text.contains("storing the pepper's fingerprint"), "{text}");
        (error, text)
    };
    let details = "USING DETAIL = NEW.pepper_fingerprint, HINT = NEW.pepper_fingerprint, ERRCODE";
    for state in [
        "08006", "25006", "40001", "40P01", "53200", "53300", "55P03", "57014", "57P01", "58030",
    ] {
        let body = format!("RAISE EXCEPTION '%', NEW.pepper_fingerprint {details} = '{state}'");
        let (error, text) = failure(&body).await;
        assert!(matches!(error, StoreError::Unavailable(_)), "{text}");
        assert!(text.contains(state), "{text}");
    }
    let body = format!("RAISE EXCEPTION '%', NEW.pepper_fingerprint {details} = '53100'");
    let (error, text) = failure(&body).await;
    assert!(matches!(error, StoreError::Full(_)), "{text}");
    for state in ["22001", "23505", "42501", "XX001", "P0001"] {
        let body = format!("RAISE EXCEPTION '%', NEW.pepper_fingerprint {details} = '{state}'");
        let (error, text) = failure(&body).await;
        assert!(matches!(error, StoreError::Broken(_)), "{text}");
        assert!(text.contains(state), "{text}");
    }
    // Errors with PostgreSQL's own messages: a value that does not fit, and a row that violates a
    // constraint.
    for body in [
        "NEW.id := NEW.pepper_fingerprint::bigint",
        "NEW.id := 2",
        "NEW.pepper_fingerprint := NEW.pepper_fingerprint || (1 / 0)",
    ] {
        let (error, text) = failure(body).await;
        assert!(matches!(error, StoreError::Broken(_)), "{text}");
    }
    // The server ends a statement that takes too long.
    let start = Instant::now();
    let (error, text) = failure("PERFORM pg_sleep(30)").await;
    assert!(matches!(error, StoreError::Unavailable(_)), "{text}");
    assert!(start.elapsed() < Duration::from_secs(6), "{text}");
    drop(raw);
    store.close().await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn locked_row_makes_writes_unavailable_until_it_is_unlocked() {
    let database = Database::new().await;
    let store = store(&database).await;
    let mut raw = database.raw().await;
    let locks = "BEGIN; UPDATE installation SET pepper_fingerprint = 'theirs'";
    let result = sqlx::raw_sql(locks).execute(&mut raw).await;
    result.expect("a lock");
    let start = Instant::now();
    let error = store.set_pepper_fingerprint("ours").await;
    let error = error.expect_err("it is locked");
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    assert!(text(&error).contains("55P03"), "{}", text(&error));
    assert!(start.elapsed() < Duration::from_secs(6));
    store.ping().await.expect("readers go on");
    let result = sqlx::raw_sql("ROLLBACK").execute(&mut raw).await;
    result.expect("no lock");
    let result = store.set_pepper_fingerprint("ours").await;
    result.expect("the writer goes on");
    let read = store.pepper_fingerprint().await.expect("read");
    assert_eq!(read.as_deref(), Some("ours"));

    store.close().await;
    let closed = store.ping().await.expect_err("it is closed");
    assert!(matches!(closed, StoreError::Unavailable(_)), "{closed:?}");
    drop(raw);
    database.drop().await;
}
