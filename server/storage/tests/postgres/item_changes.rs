//! Changes of items are numbered and listed during a rolling upgrade, too.

use contract::{Change, World};
use domain::Timestamp;
use service::inventory::Currency;
use service::store::ItemCursor;
use service::store::{
    AccountSettings, Action, AuditEvent, ChangeAccountOutcome, InventoryStore as _,
    ItemChangeStore as _, ItemFeed, MemberStore as _,
};
use storage::{OpenMode, postgres};
use testkit::postgres::Database;

/// Statements of a node of the previous release, which knows no change numbers. Each is a
/// transaction.
const OLD_STATEMENTS: [&str; 4] = [
    "INSERT INTO items (account_id, id, name, available, attributes, updated_at, search, revision)
    SELECT $1, 'old-' || n, 'a', 1, '{}', 1, '', 1 FROM generate_series(1, 3) n
    ON CONFLICT (account_id, id) DO UPDATE SET name = excluded.name, revision = items.revision + 1",
    "INSERT INTO items (account_id, id, name, available, attributes, updated_at, search, revision)
    VALUES ($1, 'old-1', 'b', 1, '{}', 1, '', 1)
    ON CONFLICT (account_id, id) DO UPDATE SET name = excluded.name, revision = items.revision + 1",
    "DELETE FROM items WHERE account_id = $1 AND id IN ('old-2', 'old-3')",
    "INSERT INTO items (account_id, id, name, available, attributes, updated_at, search, revision)
    VALUES ($1, 'old-3', 'c', 1, '{}', 1, '', 1)
    ON CONFLICT (account_id, id) DO UPDATE SET name = excluded.name, revision = items.revision + 1",
];

#[tokio::test(flavor = "multi_thread")]
async fn changes_by_a_node_of_the_previous_release_are_numbered_and_listed() {
    let database = Database::new().await;
    let store = postgres::open(database.url().as_str(), OpenMode::CreateIfNew).await;
    let store = store.expect("the store opens");
    let world = World::build(&store).await;
    let account = Change::RevokeKey.account(&world).clone();
    let before = store.item_feed(&account).await.expect("a feed").last_change;
    let mut raw = database.raw().await;
    let mut cursor = ItemCursor::end(before);
    let mut listed_ids = Vec::new();
    for (number, statement) in (before + 1..).zip(OLD_STATEMENTS) {
        let statement_query = sqlx::query(statement).bind(account.as_str());
        statement_query.execute(&mut raw).await.expect(statement);
        let feed = store.item_feed(&account).await.expect("a feed");
        assert_eq!(
            feed,
            ItemFeed {
                last_change: number,
                forgotten: 0
            }
        );
        let items = store.changed_items(&account, &cursor, number, 10);
        for (change_number, stored) in items.await.expect("items").entries {
            assert_eq!(change_number, number);
            listed_ids.push(stored.item.id.as_str().to_owned());
        }
        let removed = store.removed_items(&account, &cursor, number, 10);
        for (change_number, removed) in removed.await.expect("removed items").entries {
            assert_eq!(change_number, number);
            assert!(removed.at.millis() > 0);
            listed_ids.push(format!("-{}", removed.id));
        }
        cursor = ItemCursor::end(number);
    }
    let expected = [
        "old-1", "old-2", "old-3", "old-1", "-old-2", "-old-3", "old-3",
    ];
    assert_eq!(listed_ids, expected);
    let first = ItemCursor::end(before);
    let removed = store.removed_items(&account, &first, u64::MAX, 10);
    let removed = removed.await.expect("removed items").entries;
    assert_eq!(removed.len(), 1, "the other came back");
}

#[tokio::test(flavor = "multi_thread")]
async fn item_from_a_node_of_the_previous_release_keeps_the_default_currency_of_its_time() {
    let database = Database::new().await;
    let store = postgres::open(database.url().as_str(), OpenMode::CreateIfNew).await;
    let store = store.expect("the store opens");
    let world = World::build(&store).await;
    let account = Change::RevokeKey.account(&world).clone();
    let mut raw = database.raw().await;
    let statement_query = sqlx::query(OLD_STATEMENTS[0]).bind(account.as_str());
    statement_query.execute(&mut raw).await.expect("items");
    let before = store.find_account(&account).await.expect("an answer");
    let before = before.expect("an account");
    let after = AccountSettings {
        currency: Currency::parse("JPY").expect("a currency"),
        ..before.clone()
    };
    let event = |_: &AccountSettings| {
        let at = Timestamp::from_millis(1);
        let (action, detail) = (Action::AccountUpdated, serde_json::json!({}));
        AuditEvent::of_system(&account, action, account.as_str(), at, detail)
    };
    let changed = store.change_account(&account, &before, &after, &event);
    assert_eq!(
        changed.await.expect("changed"),
        ChangeAccountOutcome::Changed
    );
    let stored = store.find_item(&account, "old-1").await.expect("an answer");
    assert_eq!(stored.expect("an item").item.currency, before.currency);
}
