//! Opening of every kind of database that a URL can name, and the refusals.

use service::store::InstallationStore as _;
use sqlx::AssertSqlSafe;
use storage::{OpenMode, postgres};
use testkit::postgres::{Database, PASSWORD};
use tokio::task::JoinSet;
use url::Url;

/// Returns the line that the operator reads.
async fn refusal(url: &Url, mode: OpenMode) -> (postgres::OpenError, String) {
    let error = postgres::open(url.as_str(), mode).await;
    let error = error.expect_err("the database is refused");
    let line = error.to_string();
    assert!(!line.contains('\n'), "more than one line: {line}");
    let debug = format!("{error:?}");
    assert!(
        !line.contains(PASSWORD) && !debug.contains(PASSWORD),
        "{line} {debug}"
    );
    (error, line)
}

async fn run(database: &Database, sql: &str) {
    let mut raw = database.raw().await;
    let result = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut raw).await;
    result.expect(sql);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_first_starts_share_one_database() {
    let database = Database::new().await;
    let mut starts = JoinSet::new();
    for _ in 0..8 {
        let url = database.url();
        starts.spawn(async move { postgres::open(url.as_str(), OpenMode::CreateIfNew).await });
    }
    for store in starts.join_all().await {
        let store = store.expect("the store opens");
        store.ping().await.expect("the store answers");
        store.close().await;
    }
    database.drop().await;
}

#[tokio::test]
async fn missing_foreign_or_unknown_database_is_refused_and_left_unchanged() {
    use OpenMode::{CreateIfNew, ExistingOnly};
    let database = Database::new().await;
    let url = database.url();

    let (error, line) = refusal(&url, ExistingOnly).await;
    assert!(
        matches!(error, postgres::OpenError::Missing { .. }),
        "{line}"
    );
    let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    let tables: i64 = sqlx::query_scalar(tables)
        .fetch_one(&mut database.raw().await)
        .await
        .expect("a number");
    assert_eq!(tables, 0);

    run(&database, "CREATE TABLE recipes (name TEXT)").await;
    let (error, line) = refusal(&url, CreateIfNew).await;
    assert!(
        matches!(error, postgres::OpenError::Foreign { .. }),
        "{line}"
    );
    run(&database, "DROP TABLE recipes").await;

    let store = postgres::open(url.as_str(), CreateIfNew).await;
    store.expect("the store opens").close().await;
    run(
        &database,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', TRUE, '', 0)",
    )
    .await;
    let (error, line) = refusal(&url, CreateIfNew).await;
    assert!(
        matches!(error, postgres::OpenError::Newer { version: 9999, .. }),
        "{line}"
    );
    assert!(line.contains("use the newer version"), "{line}");
    run(
        &database,
        "DELETE FROM _sqlx_migrations WHERE version = 9999; UPDATE _sqlx_migrations SET checksum = '' WHERE version = 17",
    )
    .await;
    let (error, line) = refusal(&url, CreateIfNew).await;
    assert!(
        matches!(error, postgres::OpenError::OtherBuild { version: 17, .. }),
        "{line}"
    );
    database.drop().await;

    let latin = Database::from_template("template0", "ENCODING 'LATIN1'").await;
    let (error, line) = refusal(&latin.url(), CreateIfNew).await;
    assert!(
        matches!(error, postgres::OpenError::NotUtf8 { .. }),
        "{line}"
    );
    latin.drop().await;
}

#[tokio::test]
async fn unusable_server_is_reported_without_the_password() {
    let database = Database::new().await;
    let valid_url = database.url();
    let with = |change: &dyn Fn(&mut Url)| {
        let mut url = valid_url.clone();
        change(&mut url);
        url
    };

    let url = with(&|url| url.set_password(Some("wrong")).expect("a password"));
    let (error, line) = refusal(&url, OpenMode::CreateIfNew).await;
    // The server in `TEST_POSTGRES_URL` may accept any password.
    if std::env::var_os("TEST_POSTGRES_URL").is_none() {
        assert!(
            matches!(error, postgres::OpenError::AccessDenied { .. }),
            "{line}"
        );
    }
    let (error, line) = refusal(&with(&|url| url.set_path("nowhere")), OpenMode::CreateIfNew).await;
    assert!(
        matches!(error, postgres::OpenError::NoDatabase { .. }),
        "{line}"
    );
    assert!(line.contains("nowhere"), "{line}");
    let url = with(&|url| url.set_port(Some(1)).expect("a port"));
    let (error, line) = refusal(&url, OpenMode::CreateIfNew).await;
    assert!(
        matches!(error, postgres::OpenError::Unreachable { .. }),
        "{line}"
    );
    let url = with(&|url| url.set_query(Some("sslmode=nonsense")));
    let (error, line) = refusal(&url, OpenMode::CreateIfNew).await;
    assert!(
        matches!(error, postgres::OpenError::BadUrl { .. }),
        "{line}"
    );

    let mut raw = database.raw().await;
    let role = sqlx::raw_sql("CREATE ROLE weak LOGIN PASSWORD 'weak'");
    role.execute(&mut raw).await.expect("a role");
    let url = with(&|url| {
        url.set_username("weak").expect("a user");
        url.set_password(Some("weak")).expect("a password");
    });
    let (error, line) = refusal(&url, OpenMode::CreateIfNew).await;
    assert!(
        matches!(error, postgres::OpenError::NotAllowed { .. }),
        "{line}"
    );
    let role = sqlx::raw_sql("DROP ROLE weak");
    role.execute(&mut raw).await.expect("no role");
    drop(raw);
    database.drop().await;
}
