//! Erasing a person leaves nothing of them in the file.

use crate::support::TestDatabase;
use contract::{Change, World};
use domain::{AccountId, LeadId, Timestamp};
use service::leads::LeadDraft;
use service::store::{Action, AuditEvent, LeadStore as _};
use storage::SqlStore;

/// Occurs in every field about the person.
const MARKER: &str = "Lovelace";

async fn insert_lead(store: &SqlStore, account: &AccountId, number: u32) -> LeadId {
    let with_marker = |field: &str| Some(format!("{MARKER} {field} {number}"));
    let draft = LeadDraft {
        name: with_marker("name"),
        email: Some(format!("{MARKER}-{number}@example.com")),
        phone: with_marker("phone"),
        // Longer than a page of the file, so it is stored apart from the row.
        message: with_marker("message").map(|text| text.repeat(300)),
        source: with_marker("source"),
        item_id: with_marker("item"),
        status: None,
        external_id: with_marker("external id"),
        note: with_marker("note"),
        errors: Vec::new(),
    };
    let lead = service::leads::Lead {
        id: LeadId::parse(&format!("lead-{number}")).expect("an id"),
        fields: draft.check().expect("a lead"),
        created_at: Timestamp::from_millis(0),
        updated_at: Timestamp::from_millis(0),
    };
    let event = event(account, Action::LeadCreated, &lead.id);
    store
        .insert_lead(account, &lead, event)
        .await
        .expect("stored");
    lead.id
}

fn event(account: &AccountId, action: Action, lead: &LeadId) -> AuditEvent {
    let at = Timestamp::from_millis(0);
    AuditEvent::of_system(account, action, lead.as_str(), at, serde_json::json!({}))
}

#[tokio::test]
async fn erased_lead_leaves_no_trace_in_the_tables_or_the_file() {
    let database = TestDatabase::new();
    let store = database.open().await;
    let world = World::build(&store).await;
    let account = Change::EraseLead.account(&world);
    let mut leads = Vec::new();
    for number in 0..30 {
        leads.push(insert_lead(&store, account, number).await);
    }
    let contain_marker = |rows: &[String]| rows.iter().any(|row| row.contains(MARKER));
    let mut raw = database.raw().await;
    assert!(
        contain_marker(&raw.dump().await),
        "the search finds what is there"
    );
    drop(raw);
    // Moves the data from the log into the file, so that there is something to overwrite.
    store.close().await;
    let bytes = std::fs::read(database.path()).expect("the file");
    assert!(contains_marker(&bytes), "the search finds what is there");

    let store = database.open().await;
    for lead in &leads {
        let now = Timestamp::from_millis(1);
        let event = event(account, Action::LeadErased, lead);
        let erased = store.erase_lead(account, lead, now, event).await;
        assert!(erased.expect("erased"));
    }
    let mut raw = database.raw().await;
    let rows = raw.dump().await;
    assert!(!contain_marker(&rows), "{rows:#?}");
    drop(raw);
    store.close().await;
    let bytes = std::fs::read(database.path()).expect("the file");
    assert!(
        !contains_marker(&bytes),
        "a copy is left in the file's free space"
    );
    assert!(!database.file("voxum.db-wal").exists());
}

fn contains_marker(bytes: &[u8]) -> bool {
    bytes
        .windows(MARKER.len())
        .any(|window| window == MARKER.as_bytes())
}
