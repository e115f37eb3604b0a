//! `/docs`

use crate::support::{Text as _, World};
use server::Route;
use server::router::{API, OPEN};

#[tokio::test]
async fn docs_are_public_and_show_the_menu_only_to_members() {
    let (world, owner) = World::with_owner().await;
    let public_page = world.anonymous().get_text("/docs").await;
    public_page.has("href=\"/sign-in\"");
    assert!(
        !public_page.contains("href=\"/keys\""),
        "no menu leads to a closed door"
    );
    let member_page = owner.get_text("/docs").await;
    member_page.has("href=\"/keys\"");
    member_page.lacks("href=\"/sign-in\"");
    member_page.has("aria-current=\"page\"");
    for page in [public_page, member_page] {
        for Route { path, .. } in API.iter().chain(OPEN) {
            assert!(page.contains(&format!("<code>{path}</code>")), "{path}");
        }
        for heading in ["Unauthorized", "Key not working", "Errors", "Limits"] {
            assert!(page.contains(&format!("<h2>{heading}</h2>")), "{heading}");
        }
        // Nothing is loaded from other sites, and only the console's own module runs.
        assert!(!page.contains("src=\"http"));
        assert!(!page.contains("<script src"));
    }
}

#[tokio::test]
async fn docs_are_served_without_a_database() {
    let world = World::new().await;
    world.store.close().await;
    world.anonymous().get("/docs").await.expect(200);
}
