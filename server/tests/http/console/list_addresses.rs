//! Addresses of lists: a parameter that a list does not have is removed, not ignored.

use crate::support::{Text as _, World};

const NOTICE: &str = "Filters and sort orders that this list doesn't have were removed";

#[tokio::test]
async fn unknown_parameters_are_removed_from_the_address_of_every_list() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    for (list, kept) in [
        ("/keys", "q=crm&status=active"),
        ("/inventory", "q=a%26b"),
        ("/leads", ""),
        ("/audit", "what=keys"),
        ("/requests", "reason=internal&key=k1&address=192.0.2.7"),
        ("/team", ""),
    ] {
        let separator = if kept.is_empty() { "" } else { "?" };
        let address = format!("{list}{separator}{kept}");
        owner.get(&address).await.expect(200).lacks(NOTICE);
        for unknown in ["order=price", "after=01", "state", key.secret.as_str()] {
            let response = owner.get(&format!("{list}?{unknown}&{kept}")).await;
            let response = response.expect(303);
            assert_eq!(response.header("location"), address, "{unknown}");
            let page = owner.follow(&response).await.expect(200);
            page.has(NOTICE);
            page.lacks(&key.secret);
        }
    }
}

#[tokio::test]
async fn other_pages_ignore_unknown_parameters() {
    let (_world, owner) = World::with_owner().await;
    for page in ["/", "/keys/new", "/settings", "/account", "/docs"] {
        owner.get(&format!("{page}?order=price")).await.expect(200);
    }
}
