//! Erasing a person leaves nothing of them in the file.

use crate::support::Place;
use contract::{Change, World};
use domain::{AccountId, LeadId, Timestamp};
use service::leads::LeadDraft;
use service::store::{Action, AuditEvent, LeadStore as _};
use storage::SqlStore;

/// Occurs in every field about the person.
const MARK: &str = "Lovelace";

async fn welcome(store: &SqlStore, account: &AccountId, number: u32) -> LeadId {
    let mark = |field: &str| Some(format!("{MARK} {field} {number}"));
    let draft = LeadDraft {
        name: mark("name"),
        email: Some(format!("{MARK}-{number}@example.com")),
        phone: mark("phone"),
        // Longer than a page of the file, so it is stored apart from the row.
        message: mark("message").map(|text| text.repeat(300)),
        source: mark("source"),
        item_id: mark("item"),
        status: None,
        external_id: mark("external id"),
        note: mark("note"),
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
    let place = Place::new();
    let store = place.open().await;
    let world = World::build(&store).await;
    let account = Change::EraseLead.account(&world);
    let mut leads = Vec::new();
    for number in 0..30 {
        leads.push(welcome(&store, account, number).await);
    }
    let holds_mark = |rows: &[String]| rows.iter().any(|row| row.contains(MARK));
    let mut raw = place.raw().await;
    assert!(
        holds_mark(&raw.dump().await),
        "the search finds what is there"
    );
    drop(raw);
    // Moves the data from the log into the file, so that there is something to overwrite.
    store.close().await;
    let bytes = std::fs::read(place.database()).expect("the file");
    assert!(contains(&bytes), "the search finds what is there");

    let store = place.open().await;
    for lead in &leads {
        let now = Timestamp::from_millis(1);
        let event = event(account, Action::LeadErased, lead);
        let erased = store.erase_lead(account, lead, now, event).await;
        assert!(erased.expect("erased"));
    }
    let mut raw = place.raw().await;
    let rows = raw.dump().await;
    assert!(!holds_mark(&rows), "{rows:#?}");
    drop(raw);
    store.close().await;
    let bytes = std::fs::read(place.database()).expect("the file");
    assert!(!contains(&bytes), "a copy is left in the file's free space");
    assert!(!place.file("voxum.db-wal").exists());
}

fn contains(bytes: &[u8]) -> bool {
    bytes
        .windows(MARK.len())
        .any(|window| window == MARK.as_bytes())
}
