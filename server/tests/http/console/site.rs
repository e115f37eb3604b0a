//! The site's files, and the pages that refer to them.

use crate::support::{Text as _, World};

#[tokio::test]
async fn site_files_are_public_and_need_no_database() {
    let (world, owner) = World::with_owner().await;
    world.store.close().await;
    for http in [&*owner, &world.anonymous()] {
        let file = http.get("/pkg/console.js").await.expect(200);
        assert_eq!(file.body, "export default 1");
        assert_eq!(file.header("x-content-type-options"), "nosniff");
        assert_ne!(file.header("cache-control"), "no-store");
        http.get("/favicon.svg").await.expect(200);
    }
    for path in [
        "/pkg/../voxum.db",
        "/pkg/..%2F..%2Fvoxum.db",
        "/../voxum.db",
        "/pkg/",
        "/pkg",
    ] {
        world.anonymous().get(path).await.expect(404);
    }
}

/// The module, which talks to the server, does not run on a page that shows a secret or takes a
/// password.
#[tokio::test]
async fn hydrated_pages_load_the_module_and_pages_with_a_secret_do_not() {
    const SCRIPT: &str = "<script type=\"module\"";
    let world = World::new().await;
    let token = world
        .services
        .links
        .first_owner_link()
        .await
        .unwrap()
        .unwrap();
    let setup = world
        .anonymous()
        .get(&format!("/setup/{}", token.expose()))
        .await
        .expect(200);
    let owner = world.owner().await;
    for path in ["/keys", "/keys/found"] {
        assert!(owner.get_text(path).await.contains(SCRIPT), "{path}");
    }
    let sign_in = world.anonymous().get("/sign-in").await.expect(200);
    let fields = [
        ("name", "CRM Sync"),
        ("scopes", "leads:read"),
        ("expires", "7d"),
        ("token", "0123456789abcdef"),
    ];
    let issued = owner.form("/keys", &fields).await.expect(200);
    issued.has("Save your API key");
    let inventory = owner.get("/inventory").await.expect(200);
    for page in [setup, sign_in, issued, inventory] {
        page.has("/pkg/console.css");
        page.lacks(SCRIPT);
    }
}

/// The sign-in page names the module, so that the browser can fetch it while it is idle
/// (`frontend/src/console.js`). It neither runs nor preloads it.
#[tokio::test]
async fn sign_in_page_leaves_the_module_to_an_idle_moment() {
    let world = World::new().await;
    let page = world.anonymous().get("/sign-in").await.expect(200);
    let (head, _) = page.body.split_once("</head>").unwrap();
    head.has("<meta name=\"next-page-files\" content=\"/pkg/console.js /pkg/console.wasm\">");
    head.lacks_all(["<script type=\"module\"", "preload", "prefetch"]);
}
