//! Checks that every column of `api_keys` is classified by whether calls depend on it.

use crate::query::query_scalar;

/// Columns that are part of the verdict in memory or decide where it is kept. The trigger that
/// numbers changes has to cover each.
const VERDICT_COLUMNS: [&str; 15] = [
    "account_id",
    "allow_list",
    "created_at",
    "digest",
    "expires_at",
    "generation",
    "limit_depth",
    "limit_per_second",
    "name",
    "paused_at",
    "preview",
    "replaced_at",
    "replaced_by",
    "revoked_at",
    "scopes",
];

/// Columns that no call depends on and no API answer to a key contains.
const OTHER_COLUMNS: [&str; 27] = [
    "created_by",
    "ends",
    "first_network_at",
    "folded",
    "form_token",
    "id",
    "indexed",
    "knocked_at",
    "lapsed",
    "last_used_agent",
    "last_used_at",
    "last_used_ip",
    "live",
    "new_network_at",
    "note",
    "pepper_id",
    "replaces",
    "revoke_reason",
    "receipt",
    "revoked_by",
    "revoked_by_operator",
    "revoked_with_all",
    "scope_uses",
    "standing",
    "stirred_at",
    "used",
    "watched_since",
];

#[tokio::test]
async fn every_key_column_is_classified_and_those_that_affect_verdicts_are_in_the_trigger() {
    let (_directory, store, _engine) = super::open::tests::open_temporary().await;
    let mut columns: Vec<String> = query_scalar("SELECT name FROM pragma_table_xinfo('api_keys')")
        .fetch_all(store.readers("a test"))
        .await
        .unwrap();
    columns.sort();
    let mut expected: Vec<_> = VERDICT_COLUMNS.into_iter().chain(OTHER_COLUMNS).collect();
    expected.sort_unstable();
    assert_eq!(columns, expected, "does the new one decide on calls?");
    let trigger: String = query_scalar(
        "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = 'key_changes_are_numbered'",
    )
    .fetch_one(store.readers("a test"))
    .await
    .unwrap();
    let postgres_schema = include_str!("../../migrations/postgres/0024_account_revocations.sql");
    for column in VERDICT_COLUMNS {
        let condition = format!("old.{column} IS NOT new.{column}");
        assert!(trigger.contains(&condition), "{column}");
        let condition = format!("OLD.{column} IS DISTINCT FROM NEW.{column}");
        assert!(
            postgres_schema.contains(&condition),
            "{column} in PostgreSQL"
        );
    }
    store.close().await;
}
