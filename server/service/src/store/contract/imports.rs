//! Files that members import in the console.

use super::tenant::Tenant;
use super::world::{Shared, at, item};
use crate::store::{
    Action, Actor, AppliedImport, Completion, HeaderDigest, ImportChoices, ImportName, Imported,
    KEPT_MAPPINGS, NewImport, PENDING_BYTES, Store, StoreError, StoredImport, Upserted,
};
use domain::Timestamp;

fn named<'a>(tenant: &'a Tenant, id: &'a str) -> ImportName<'a> {
    ImportName {
        account: &tenant.account,
        member: &tenant.owner,
        id,
    }
}

async fn begin(store: &dyn Store, tenant: &Tenant, id: &str, bytes: &[u8], now: Timestamp) {
    let stored = store.replace_import(new(tenant, id, bytes, now)).await;
    assert_eq!(stored.unwrap(), Imported::Stored);
}

fn new<'a>(tenant: &'a Tenant, id: &'a str, bytes: &'a [u8], now: Timestamp) -> NewImport<'a> {
    NewImport {
        name: named(tenant, id),
        file_name: "cars.csv",
        bytes,
        at: now,
        expired: at(0),
    }
}

async fn find(store: &dyn Store, tenant: &Tenant, id: &str) -> Option<StoredImport> {
    store.find_import(named(tenant, id), at(0)).await.unwrap()
}

fn applied(tenant: &Tenant, id: &str) -> AppliedImport {
    AppliedImport {
        member: tenant.owner.clone(),
        id: id.to_owned(),
        result: format!("result of {id}"),
    }
}

/// Stores an item with the result of an import.
async fn apply(
    store: &dyn Store,
    tenant: &Tenant,
    id: &str,
    name: &str,
) -> Result<Upserted, StoreError> {
    let event = |_| {
        let event = tenant.event(Action::InventoryUpdated, "inventory", at(9));
        event.completing(Some(Completion::Import(applied(tenant, id))))
    };
    let items = [item(name)];
    store
        .upsert_items(&tenant.account, &Actor::System, &items, None, at(9), &event)
        .await
}

pub(super) async fn a_file_to_import_reads_back_and_gives_way_to_the_next_one(store: Shared) {
    let (mine, theirs) = (
        Tenant::settle(&*store, "a").await,
        Tenant::settle(&*store, "b").await,
    );
    // The file needs several rows, and its bytes are not valid text.
    let bytes: Vec<u8> = (0..700_000_u32).map(|n| n.to_le_bytes()[1]).collect();
    begin(&*store, &mine, "one", &bytes, at(1)).await;
    begin(&*store, &theirs, "two", b"x", at(1)).await;
    let found = find(&*store, &mine, "one").await.unwrap();
    let expected = StoredImport {
        id: "one".to_owned(),
        file_name: "cars.csv".to_owned(),
        size: bytes.len() as u64,
        created_at: at(1),
        choices: None,
        result: None,
    };
    assert_eq!(found, expected);
    assert_eq!(find(&*store, &mine, "").await, Some(expected));
    let read = store.import_bytes(named(&mine, "one")).await.unwrap();
    assert_eq!(read, bytes);
    // Ids of another account's import, of none, and one that cannot be stored as text.
    for id in ["two", "none", "\0"] {
        assert_eq!(find(&*store, &mine, id).await, None);
    }
    let theirs_read = store.import_bytes(named(&mine, "two")).await.unwrap();
    assert_eq!(theirs_read, b"");
    begin(&*store, &mine, "three", b"", at(2)).await;
    assert_eq!(find(&*store, &mine, "one").await, None);
    let gone = store.import_bytes(named(&mine, "one")).await.unwrap();
    assert_eq!(gone, b"");
    assert!(find(&*store, &mine, "three").await.is_some());
    assert!(find(&*store, &theirs, "two").await.is_some());
}

pub(super) async fn files_to_import_of_an_account_have_a_bound(store: Shared) {
    let tenant = Tenant::settle(&*store, "a").await;
    let most = usize::try_from(PENDING_BYTES).unwrap();
    begin(&*store, &tenant, "one", b"x", at(1)).await;
    let bytes = vec![b'x'; most + 1];
    let stored = store.replace_import(new(&tenant, "two", &bytes, at(1)));
    assert_eq!(stored.await.unwrap(), Imported::NoRoom);
    assert!(find(&*store, &tenant, "one").await.is_some());
}

pub(super) async fn an_import_is_applied_once_with_its_items(store: Shared) {
    let tenant = Tenant::settle(&*store, "a").await;
    begin(&*store, &tenant, "one", b"x", at(1)).await;
    let stored = apply(&*store, &tenant, "one", "first").await;
    assert!(matches!(stored, Ok(Upserted::Stored(counts)) if counts.created == 1));
    let found = find(&*store, &tenant, "one").await.unwrap();
    assert_eq!(found.result.as_deref(), Some("result of one"));
    let bytes = store.import_bytes(named(&tenant, "one")).await.unwrap();
    assert_eq!(bytes, b"");
    // Neither a second confirmation nor one of an import that does not exist stores items or a
    // result.
    for id in ["one", "none"] {
        let again = apply(&*store, &tenant, id, "second").await;
        assert!(matches!(again, Err(StoreError::Unavailable(_))));
    }
    let items = store.number_of_items(&tenant.account).await.unwrap();
    assert_eq!(items, 1);
    let finish = async |id: &str| {
        let applied = applied(&tenant, id);
        let finished = store.finish_import(&tenant.account, &applied);
        finished.await.unwrap()
    };
    assert!(!finish("one").await);
    begin(&*store, &tenant, "two", b"x", at(1)).await;
    assert!(finish("two").await);
    let found = find(&*store, &tenant, "two").await.unwrap();
    assert_eq!(found.result.as_deref(), Some("result of two"));
}

pub(super) async fn choices_for_an_import_are_stored_until_it_is_applied(store: Shared) {
    let (mine, theirs) = (
        Tenant::settle(&*store, "a").await,
        Tenant::settle(&*store, "b").await,
    );
    begin(&*store, &mine, "one", b"x", at(1)).await;
    let header = HeaderDigest([7; 32]);
    let choose = async |tenant: &Tenant, mapping: &str, now, expired| {
        let choices = ImportChoices {
            choices: "chosen",
            mapping: Some((header, mapping)),
            at: now,
            expired,
        };
        let chosen = store.choose_import(named(tenant, "one"), choices);
        chosen.await.unwrap()
    };
    let remembered = async |tenant: &Tenant| {
        let found = store.find_mapping(&tenant.account, &header);
        found.await.unwrap()
    };
    assert!(choose(&mine, "first", at(2), at(0)).await);
    let found = find(&*store, &mine, "one").await.unwrap();
    assert_eq!(found.choices.as_deref(), Some("chosen"));
    assert_eq!(remembered(&mine).await.as_deref(), Some("first"));
    assert!(choose(&mine, "second", at(3), at(0)).await);
    assert_eq!(remembered(&mine).await.as_deref(), Some("second"));
    // Nothing is remembered for an import of another account, one that has expired, or one that was
    // applied.
    assert!(!choose(&theirs, "third", at(3), at(0)).await);
    assert!(!choose(&mine, "third", at(3), at(1)).await);
    assert_eq!(remembered(&theirs).await, None);
    apply(&*store, &mine, "one", "first").await.unwrap();
    assert!(!choose(&mine, "third", at(4), at(0)).await);
    assert_eq!(remembered(&mine).await.as_deref(), Some("second"));
}

pub(super) async fn the_latest_mappings_of_an_account_are_remembered(store: Shared) {
    let tenant = Tenant::settle(&*store, "a").await;
    begin(&*store, &tenant, "one", b"x", at(1)).await;
    let header = |number: u32| {
        let mut digest = [0; 32];
        digest[..4].copy_from_slice(&number.to_be_bytes());
        HeaderDigest(digest)
    };
    for number in 0..=KEPT_MAPPINGS {
        let choices = ImportChoices {
            choices: "",
            mapping: Some((header(number), "mapping")),
            at: at(i64::from(number)),
            expired: at(0),
        };
        let chosen = store.choose_import(named(&tenant, "one"), choices);
        assert!(chosen.await.unwrap());
    }
    for number in 0..=KEPT_MAPPINGS {
        let header = header(number);
        let found = store.find_mapping(&tenant.account, &header);
        assert_eq!(found.await.unwrap().is_some(), number > 0, "{number}");
    }
}

pub(super) async fn imports_that_are_over_are_not_found_and_are_swept(store: Shared) {
    let names = ["a", "b", "c", "d"];
    let mut tenants = Vec::new();
    for (number, name) in (1..).zip(names) {
        let tenant = Tenant::settle(&*store, name).await;
        begin(&*store, &tenant, name, b"x", at(number)).await;
        tenants.push(tenant);
    }
    let found = store.find_import(named(&tenants[0], "a"), at(1)).await;
    assert_eq!(found.unwrap(), None);
    for swept in [2, 1, 0] {
        assert_eq!(store.sweep_imports(at(3), 2).await.unwrap(), swept);
    }
    for (tenant, name) in tenants.iter().zip(names) {
        let is_left = name == "d";
        assert_eq!(find(&*store, tenant, name).await.is_some(), is_left);
        let bytes = store.import_bytes(named(tenant, name)).await.unwrap();
        assert_eq!(!bytes.is_empty(), is_left);
    }
}
