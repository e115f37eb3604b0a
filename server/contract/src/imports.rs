//! Files that members import in the console.

use crate::fixtures::{Shared, at, item};
use crate::tenant::Tenant;
use domain::Timestamp;
use service::store::{
    Action, Actor, AppliedImport, Completion, FeedConditions, HeaderDigest, ImportChoices,
    ImportKey, MAX_MAPPINGS, MAX_PENDING_IMPORT_BYTES, NewImport, ReplaceImportOutcome, Store,
    StoreError, StoredImport, UpsertOutcome, UsedMapping,
};

fn import_name<'a>(tenant: &'a Tenant, id: &'a str) -> ImportKey<'a> {
    ImportKey {
        account: &tenant.account,
        member: &tenant.owner,
        id,
    }
}

async fn begin(store: &dyn Store, tenant: &Tenant, id: &str, bytes: &[u8], now: Timestamp) {
    let stored = store.replace_import(new(tenant, id, bytes, now)).await;
    assert_eq!(stored.unwrap(), ReplaceImportOutcome::Stored);
}

fn new<'a>(tenant: &'a Tenant, id: &'a str, bytes: &'a [u8], now: Timestamp) -> NewImport<'a> {
    NewImport {
        name: import_name(tenant, id),
        file_name: "cars.csv",
        bytes,
        at: now,
        expired: at(0),
    }
}

async fn find(store: &dyn Store, tenant: &Tenant, id: &str) -> Option<StoredImport> {
    store
        .find_import(import_name(tenant, id), at(0))
        .await
        .unwrap()
}

fn applied(tenant: &Tenant, id: &str) -> AppliedImport {
    AppliedImport {
        member: tenant.owner.clone(),
        id: id.to_owned(),
        result: format!("result of {id}"),
        at: at(9),
        mapping: None,
    }
}

/// Stores an item with the result of an import.
async fn apply(
    store: &dyn Store,
    tenant: &Tenant,
    id: &str,
    name: &str,
) -> Result<UpsertOutcome, StoreError> {
    apply_with(store, tenant, applied(tenant, id), name).await
}

async fn apply_with(
    store: &dyn Store,
    tenant: &Tenant,
    applied: AppliedImport,
    name: &str,
) -> Result<UpsertOutcome, StoreError> {
    let event = |_| {
        let event = tenant.event(Action::InventoryUpdated, "inventory", at(9));
        event.with_completion(Some(Completion::Import(applied.clone())))
    };
    let items = [item(name)];
    store
        .upsert_items(
            &tenant.account,
            &Actor::System,
            &items,
            FeedConditions::default(),
            at(9),
            &event,
        )
        .await
}

case!(import_file_reads_back_unchanged_until_the_next_one_replaces_it);
async fn import_file_reads_back_unchanged_until_the_next_one_replaces_it(store: Shared) {
    let (tenant, stranger) = Tenant::pair(&*store).await;
    // The file needs several rows, and its bytes are not valid text.
    let bytes: Vec<u8> = (0..700_000_u32).map(|n| n.to_le_bytes()[1]).collect();
    begin(&*store, &tenant, "one", &bytes, at(1)).await;
    begin(&*store, &stranger, "two", b"x", at(1)).await;
    let found = find(&*store, &tenant, "one").await.unwrap();
    let expected = StoredImport {
        id: "one".to_owned(),
        file_name: "cars.csv".to_owned(),
        size: bytes.len() as u64,
        created_at: at(1),
        choices: None,
        result: None,
    };
    assert_eq!(found, expected);
    assert_eq!(find(&*store, &tenant, "").await, Some(expected));
    let read = store
        .import_bytes(import_name(&tenant, "one"))
        .await
        .unwrap();
    assert_eq!(read, bytes);
    // Ids of another account's import, of none, and one that cannot be stored as text.
    for id in ["two", "none", "\0"] {
        assert_eq!(find(&*store, &tenant, id).await, None);
    }
    let stranger_bytes = store
        .import_bytes(import_name(&tenant, "two"))
        .await
        .unwrap();
    assert_eq!(stranger_bytes, b"");
    begin(&*store, &tenant, "three", b"", at(2)).await;
    assert_eq!(find(&*store, &tenant, "one").await, None);
    let replaced_bytes = store
        .import_bytes(import_name(&tenant, "one"))
        .await
        .unwrap();
    assert_eq!(replaced_bytes, b"");
    assert!(find(&*store, &tenant, "three").await.is_some());
    assert!(find(&*store, &stranger, "two").await.is_some());
}

case!(import_file_is_refused_if_it_exceeds_the_byte_limit_of_the_account);
async fn import_file_is_refused_if_it_exceeds_the_byte_limit_of_the_account(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let max_bytes = usize::try_from(MAX_PENDING_IMPORT_BYTES).unwrap();
    begin(&*store, &tenant, "one", b"x", at(1)).await;
    let bytes = vec![b'x'; max_bytes + 1];
    let stored = store.replace_import(new(&tenant, "two", &bytes, at(1)));
    assert_eq!(stored.await.unwrap(), ReplaceImportOutcome::NoRoom);
    assert!(find(&*store, &tenant, "one").await.is_some());
}

case!(import_is_applied_once_together_with_its_items);
async fn import_is_applied_once_together_with_its_items(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    begin(&*store, &tenant, "one", b"x", at(1)).await;
    let stored = apply(&*store, &tenant, "one", "first").await;
    assert!(matches!(stored, Ok(UpsertOutcome::Stored(counts)) if counts.created == 1));
    let found = find(&*store, &tenant, "one").await.unwrap();
    assert_eq!(found.result.as_deref(), Some("result of one"));
    let bytes = store
        .import_bytes(import_name(&tenant, "one"))
        .await
        .unwrap();
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

case!(import_choices_can_be_changed_until_the_import_is_applied);
async fn import_choices_can_be_changed_until_the_import_is_applied(store: Shared) {
    let (tenant, stranger) = Tenant::pair(&*store).await;
    begin(&*store, &tenant, "one", b"x", at(1)).await;
    let choose = async |tenant: &Tenant, choices: &str, expired| {
        let choices = ImportChoices { choices, expired };
        let chosen = store.choose_import(import_name(tenant, "one"), choices);
        chosen.await.unwrap()
    };
    for choices in ["first", "second"] {
        assert!(choose(&tenant, choices, at(0)).await);
        let found = find(&*store, &tenant, "one").await.unwrap();
        assert_eq!(found.choices.as_deref(), Some(choices));
    }
    // Nothing is stored for an import of another account, one that has expired, or one that was
    // applied.
    assert!(!choose(&stranger, "third", at(0)).await);
    assert!(!choose(&tenant, "third", at(1)).await);
    apply(&*store, &tenant, "one", "first").await.unwrap();
    assert!(!choose(&tenant, "third", at(0)).await);
    let found = find(&*store, &tenant, "one").await.unwrap();
    assert_eq!(found.choices.as_deref(), Some("second"));
}

case!(latest_import_mappings_of_an_account_are_remembered);
async fn latest_import_mappings_of_an_account_are_remembered(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let header = |number: u32| {
        let mut digest = [0; 32];
        digest[..4].copy_from_slice(&number.to_be_bytes());
        HeaderDigest(digest)
    };
    let with = |id: &str, number: u32, mapping: &str, now| AppliedImport {
        at: now,
        mapping: Some(UsedMapping {
            header: header(number),
            mapping: mapping.to_owned(),
        }),
        ..applied(&tenant, id)
    };
    for number in 0..=MAX_MAPPINGS {
        let (id, now) = (format!("{number}"), at(i64::from(number)));
        begin(&*store, &tenant, &id, b"x", at(1)).await;
        let applied = with(&id, number, "mapping", now);
        let finished = store.finish_import(&tenant.account, &applied);
        assert!(finished.await.unwrap());
    }
    let remembered = async |number| {
        let header = header(number);
        let found = store.find_mapping(&tenant.account, &header);
        found.await.unwrap()
    };
    for number in 0..=MAX_MAPPINGS {
        assert_eq!(remembered(number).await.is_some(), number > 0, "{number}");
    }
    // The mapping is committed with the items, and not with those of an import that is over.
    begin(&*store, &tenant, "last", b"x", at(1)).await;
    for (name, expected) in [("first", true), ("second", false)] {
        let applied = with("last", 1, name, at(99));
        let stored = apply_with(&*store, &tenant, applied, name).await;
        assert_eq!(stored.is_ok(), expected);
        assert_eq!(remembered(1).await.as_deref(), Some("first"));
    }
    let other = Tenant::create(&*store, "b").await;
    let found = store.find_mapping(&other.account, &header(1)).await;
    assert_eq!(found.unwrap(), None);
}

case!(discarded_import_is_deleted_with_its_bytes);
async fn discarded_import_is_deleted_with_its_bytes(store: Shared) {
    let (tenant, stranger) = Tenant::pair(&*store).await;
    begin(&*store, &tenant, "one", b"x", at(1)).await;
    let discard = async |tenant: &Tenant, id: &str| {
        let discarded = store.discard_import(import_name(tenant, id));
        discarded.await.unwrap()
    };
    for (tenant, id) in [(&stranger, "one"), (&tenant, "two"), (&tenant, "\0")] {
        assert!(!discard(tenant, id).await);
    }
    let read = async || {
        store
            .import_bytes(import_name(&tenant, "one"))
            .await
            .unwrap()
    };
    assert_eq!(read().await, b"x");
    assert!(discard(&tenant, "one").await);
    assert_eq!(find(&*store, &tenant, "one").await, None);
    assert_eq!(read().await, b"");
    // The result of an import stays.
    begin(&*store, &tenant, "two", b"x", at(1)).await;
    apply(&*store, &tenant, "two", "first").await.unwrap();
    assert!(!discard(&tenant, "two").await);
    assert!(find(&*store, &tenant, "two").await.is_some());
}

case!(expired_imports_are_not_found_and_are_swept);
async fn expired_imports_are_not_found_and_are_swept(store: Shared) {
    let names = ["a", "b", "c", "d"];
    let mut tenants = Vec::new();
    for (number, name) in (1..).zip(names) {
        let tenant = Tenant::create(&*store, name).await;
        begin(&*store, &tenant, name, b"x", at(number)).await;
        tenants.push(tenant);
    }
    let found = store
        .find_import(import_name(&tenants[0], "a"), at(1))
        .await;
    assert_eq!(found.unwrap(), None);
    for swept in [2, 1, 0] {
        assert_eq!(store.sweep_imports(at(3), 2).await.unwrap(), swept);
    }
    for (tenant, name) in tenants.iter().zip(names) {
        let is_left = name == "d";
        assert_eq!(find(&*store, tenant, name).await.is_some(), is_left);
        let bytes = store.import_bytes(import_name(tenant, name)).await.unwrap();
        assert_eq!(!bytes.is_empty(), is_left);
    }
}
