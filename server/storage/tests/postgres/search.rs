//! Searches read a bounded number of rows, regardless of how many rows there are.

use contract::{Change, World};
use domain::{AccountId, MemberId, Timestamp};
use service::inventory::ItemFilter;
use service::store::{
    Action, Actor, ActorFilter, AuditFilter, AuditStore as _, InventoryStore as _,
};
use sqlx::PgConnection;
use storage::{OpenMode, SqlStore, postgres};
use testkit::postgres::Database;

const ROWS: i64 = 50_000;
/// Maximum number of rows that each statement may read.
const RANGE_ROWS: u32 = 10_000;
/// Executions of each statement. PostgreSQL may choose another plan from the sixth execution on.
const ROUNDS: i64 = 8;

/// Returns how many rows and index entries of `table` have been read so far.
async fn count_reads(table: &str, raw: &mut PgConnection) -> i64 {
    let read = "SELECT (t.seq_tup_read + i.read)::bigint FROM pg_stat_user_tables t, (
            SELECT sum(idx_tup_read) AS read FROM pg_stat_user_indexes WHERE relname = $1
        ) i WHERE t.relname = $1";
    let read = sqlx::query_scalar(read).bind(table).fetch_one(raw);
    read.await.expect("statistics")
}

/// Closes the store and waits until its connections have ended, since each of them reports its
/// statistics only then.
async fn close(store: SqlStore, raw: &mut PgConnection) {
    store.close().await;
    let count_others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    while sqlx::query_scalar::<_, i64>(count_others)
        .fetch_one(&mut *raw)
        .await
        .expect("a count")
        > 0
    {
        tokio::task::yield_now().await;
    }
}

async fn open(database: &Database) -> SqlStore {
    let store = postgres::open(database.url().as_str(), OpenMode::CreateIfNew).await;
    store.expect("the store opens")
}

/// Returns an account with many items and audit events. Another account has the same number.
async fn fill(store: &SqlStore, raw: &mut PgConnection) -> AccountId {
    let world = World::build(store).await;
    let account = Change::RevokeKey.account(&world).clone();
    let items = "INSERT INTO items
            (account_id, id, name, category, available, attributes, updated_at, search, revision)
        SELECT $1, 'N' || lpad(n::text, 5, '0'), name, name, 1, '{}', (n % $2 = $2 - 1)::int, name, 1
        FROM (
            SELECT n, CASE n % $2 WHEN $2 - 1 THEN 'quokka' ELSE 'car' END AS name
            FROM generate_series(0, $2 - 1) n
        ) AS named";
    let other = "INSERT INTO accounts
        SELECT (jsonb_populate_record(a, '{\"id\": \"other\"}')).* FROM accounts a WHERE id = $1";
    let other = sqlx::query(other).bind(account.as_str());
    other.execute(&mut *raw).await.expect("another account");
    for owner in [account.as_str(), "other"] {
        let inserted = sqlx::query(items).bind(owner).bind(ROWS).execute(&mut *raw);
        inserted.await.expect("items");
    }
    let events =
        "INSERT INTO audit_events (account_id, at, actor_kind, actor_id, action, subject, detail)
        SELECT owner, n, 'member', 'm', 'key.edited', 'k', '{}'
        FROM generate_series(1, $2) n, (VALUES ($1), ('other')) o (owner)";
    let inserted = sqlx::query(events).bind(account.as_str()).bind(ROWS);
    inserted.execute(&mut *raw).await.expect("events");
    account
}

#[tokio::test]
async fn item_search_reads_one_range_of_rows_with_any_filter() {
    let database = Database::new().await;
    let mut raw = database.raw().await;
    let store = open(&database).await;
    let account = fill(&store, &mut raw).await;
    close(store, &mut raw).await;
    let none = ItemFilter::default();
    let filters = [
        ItemFilter {
            q: Some("Quokka".into()),
            ..none.clone()
        },
        ItemFilter {
            category: Some("quokka".into()),
            ..none.clone()
        },
        ItemFilter {
            updated_since: Some(Timestamp::from_millis(1)),
            ..none
        },
    ];
    // Without statistics, as right after an import, and with them.
    for statistics in [false, true] {
        if statistics {
            sqlx::query("ANALYZE").execute(&mut raw).await.unwrap();
        }
        let before = count_reads("items", &mut raw).await;
        let store = open(&database).await;
        let mut statements = 0;
        for _ in 0..ROUNDS {
            for filter in &filters {
                for (after, until) in [(None, "N09999"), (Some("N20000"), "N30000")] {
                    let end = store.items_end(&account, after, RANGE_ROWS).await.unwrap();
                    assert_eq!(end.as_deref(), Some(until));
                    let until = Some(until);
                    let page = store.list_items(&account, filter, after, until, 50).await;
                    assert_eq!(page.unwrap().entries, []);
                    let count = store.count_items(&account, filter, after, until).await;
                    assert_eq!(count.unwrap(), 0);
                    statements += 3;
                }
            }
        }
        close(store, &mut raw).await;
        assert_one_range(count_reads("items", &mut raw).await - before, statements);
    }
    database.drop().await;
}

/// Checks that each of the `statements` read one range of rows.
#[track_caller]
fn assert_one_range(read: i64, statements: i64) {
    let (each, range) = (read / statements, i64::from(RANGE_ROWS));
    assert!(
        (range..range + 10).contains(&each),
        "each of {statements} statements read {each} rows"
    );
}

#[tokio::test]
async fn audit_log_search_reads_one_range_of_rows_with_any_filter() {
    let database = Database::new().await;
    let mut raw = database.raw().await;
    let store = open(&database).await;
    let account = fill(&store, &mut raw).await;
    close(store, &mut raw).await;
    // A single action has an index of its own.
    let rare = AuditFilter {
        actions: vec![Action::LeadErased, Action::InvitationCreated],
        ..AuditFilter::default()
    };
    let member = Actor::Member(MemberId::parse("m").expect("an id"));
    let filters = [
        rare.clone(),
        AuditFilter {
            by: Some(ActorFilter::AnyKey),
            ..AuditFilter::default()
        },
        AuditFilter {
            until: Timestamp::from_millis(1),
            ..AuditFilter::default()
        },
        AuditFilter {
            by: Some(ActorFilter::One(member)),
            ..rare.clone()
        },
        AuditFilter {
            subject: Some("k".into()),
            ..rare
        },
    ];
    for statistics in [false, true] {
        if statistics {
            sqlx::query("ANALYZE").execute(&mut raw).await.unwrap();
        }
        let read_before = count_reads("audit_events", &mut raw).await;
        let store = open(&database).await;
        let mut statements = 0;
        for _ in 0..ROUNDS {
            for filter in &filters {
                let mut before = None;
                for _ in 0..2 {
                    let end = store.audit_end(&account, filter, before, RANGE_ROWS).await;
                    let end = end.unwrap();
                    let log = store.audit_log(&account, filter, before, end, 51).await;
                    assert_eq!(log.unwrap(), []);
                    before = Some(end.expect("older events"));
                    statements += 2;
                }
            }
        }
        close(store, &mut raw).await;
        assert_one_range(
            count_reads("audit_events", &mut raw).await - read_before,
            statements,
        );
    }
    database.drop().await;
}
