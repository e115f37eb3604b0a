//! Look-ups of keys in all accounts, for the operator's commands.

use crate::fixtures::{Shared, at};
use crate::tenant::Tenant;
use domain::KeyId;

case!(operator_finds_a_key_of_any_account_by_its_id);
async fn operator_finds_a_key_of_any_account_by_its_id(store: Shared) {
    for name in ["a", "b"] {
        let tenant = Tenant::create(&*store, name).await;
        let id = tenant.issue_key(&*store, "one").await;
        let found = store.find_key_anywhere(&id).await.unwrap();
        assert_eq!(found, Some(tenant.find(&*store, &id).await));
    }
    let unknown = KeyId::parse("unknown").unwrap();
    assert_eq!(store.find_key_anywhere(&unknown).await.unwrap(), None);
}

case!(all_keys_with_a_preview_are_found_by_it);
async fn all_keys_with_a_preview_are_found_by_it(store: Shared) {
    let (a, b) = Tenant::pair(&*store).await;
    let mut held = Vec::new();
    for (tenant, name, preview, second) in [
        (&a, "one", "vx_abc123…", 2),
        (&b, "two", "vx_abc123…", 1),
        (&a, "three", "vx_abc124…", 0),
        (&a, "four", "vx_ABC123…", 0),
    ] {
        let mut key = tenant.key(name, at(second));
        key.preview = preview.to_owned();
        held.push(key.id.clone());
        tenant.issue(&*store, key).await;
    }
    let ids = async |preview: &str, limit| {
        let found = store.keys_by_preview(preview, limit).await.unwrap();
        found.into_iter().map(|key| key.id).collect::<Vec<_>>()
    };
    assert_eq!(
        ids("vx_abc123…", 10).await,
        [held[1].clone(), held[0].clone()]
    );
    assert_eq!(ids("vx_abc123…", 1).await, [held[1].clone()]);
    assert_eq!(ids("vx_abc124…", 10).await, [held[2].clone()]);
    for other in ["vx_abc123", "vx_abc12%", "vx_abc\0…", ""] {
        assert_eq!(ids(other, 10).await, [], "{other:?}");
    }
}

case!(operator_reads_the_keys_of_all_accounts_page_by_page);
async fn operator_reads_the_keys_of_all_accounts_page_by_page(store: Shared) {
    let mut held = Vec::new();
    for name in ["a", "b"] {
        let tenant = Tenant::create(&*store, name).await;
        for key in ["one", "two", "three"] {
            held.push(tenant.issue_key(&*store, key).await);
        }
    }
    held.sort();
    let (mut read, mut after) = (Vec::new(), None);
    loop {
        let page = store.keys_everywhere(after.as_ref(), 4).await.unwrap();
        read.extend(page.iter().map(|key| key.id.clone()));
        after = page.last().map(|key| key.id.clone());
        if page.len() < 4 {
            break;
        }
    }
    assert_eq!(read, held);
}
