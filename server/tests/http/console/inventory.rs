//! `/inventory`: the items of the account, searched and paged, and the page of each.

use crate::support::{Text as _, World};
use serde_json::json;
use web::http::Segment;

#[tokio::test]
async fn items_can_be_searched_and_paged() {
    let (_world, owner) = World::with_owner().await;
    let rows: Vec<_> = (0..60).map(|n| format!("K{n:02},Škoda {n}")).collect();
    let file = format!("id,name\n{}\nZ1,Tesla\n", rows.join("\n"));
    owner.import("cars.csv", &file, &[]).await.expect(200);
    let page = owner.get_text("/inventory?q=%C5%A1koda").await;
    page.has("60 of 61 items");
    page.lacks("Tesla");
    let (_, rest) = page
        .split_once("href=\"/inventory?q=%C5%A1koda&amp;cursor=")
        .unwrap();
    let (cursor, _) = rest.split_once('"').unwrap();
    let next = owner
        .get_text(&format!("/inventory?q=%C5%A1koda&cursor={cursor}"))
        .await;
    next.has("K50");
    next.lacks_all(["K49", "Tesla"]);
    let none = owner.get_text("/inventory?q=%3Cb%3E").await;
    none.has_all(["No matching items", "&lt;b&gt;"]);
}

#[tokio::test]
async fn items_are_found_by_their_attributes_which_the_list_shows() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &["inventory:write"]).await;
    let item = |id: &str, attributes| json!({ "id": id, "name": id, "attributes": attributes });
    let items = [
        item(
            "A",
            json!({ "Color": "<b>red", "Doors": "5", "Gearbox": "manual" }),
        ),
        item("B", json!({ "Color": "blue", "Gearbox": "automatic" })),
        item("C", json!({})),
    ];
    let items = json!({ "items": items });
    key.post("/api/inventory", &items).await.expect(200);
    let list = owner.get_text("/inventory").await;
    list.has_all([
        "<small><bdi>Color: &lt;b&gt;red · Doors: 5</bdi></small>",
        "<small><bdi>Color: blue · Gearbox: automatic</bdi></small>",
    ]);
    assert_eq!(list.matches("<small><bdi>").count(), 2, "{list}");
    let list = owner.get_text("/inventory?q=MANual").await;
    list.has_all(["1 of 3 items", "<small><bdi>Gearbox: manual</bdi></small>"]);
    let list = owner.get_text("/inventory?q=gearbox").await;
    list.has("2 of 3 items");
    let export = owner
        .get("/inventory/export.csv?q=automatic")
        .await
        .expect(200);
    assert_eq!(export.body.lines().count(), 2, "{}", export.body);
    let none = owner.get_text("/inventory?q=green").await;
    none.has("No items have “green” in their name, ID or attributes.");
}

#[tokio::test]
async fn page_of_an_item_shows_all_of_its_fields() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &["inventory:write"]).await;
    let item = json!({
        "id": "SKU001", "name": "VW <Golf>", "category": "Estate", "price": "18990", "currency": "EUR",
        "description": "One owner.\nNo smoker.", "url": "https://example.com/golf?a=b&c",
        "image_url": "http://example.com/golf.jpg", "available": false,
        "attributes": { "Brand": "VW", "Model": "<b>Golf</b>" },
    });
    let bare = json!({ "id": "SKU002", "name": "Polo" });
    let items = json!({ "items": [item, bare] });
    key.post("/api/inventory", &items).await.expect(200);
    let page = owner.get("/inventory/items/SKU001").await.expect(200).body;
    page.has_all([
        "VW &lt;Golf&gt;</h1>",
        "<code>SKU001</code>",
        "Not available",
        "<dt>Category</dt><dd>Estate</dd>",
        "<dt>Price</dt><dd>18,990.00 EUR</dd>",
        "<a href=\"https://example.com/golf?a=b&amp;c\"",
        "<a href=\"http://example.com/golf.jpg\"",
        "One owner.\nNo smoker.",
        "<dt>Added</dt>",
        "Brand",
        "<bdi>VW</bdi>",
        "Model",
        "<bdi>&lt;b&gt;Golf&lt;/b&gt;</bdi>",
    ]);
    let page = owner.get_text("/inventory/items/SKU002").await;
    page.has_all(["Available", "This item has no attributes."]);
    page.lacks("Not available");
    let edit = json!({ "category": "Small car" });
    key.patch("/api/inventory/SKU002", &edit).await.expect(200);
    let page = owner.get_text("/inventory/items/SKU002").await;
    page.has_all(["<dt>Last updated</dt>", "Small car"]);
    // Every role may see it.
    world.join(&owner, "eve@example.com", "viewer").await;
    let viewer = world.sign_in("eve@example.com").await;
    let page = viewer.get_text("/inventory/items/SKU001").await;
    page.has("VW &lt;Golf&gt;");
    owner.get("/inventory/items/SKU003").await.expect(404);
}

#[tokio::test]
async fn every_id_leads_from_the_list_to_its_page() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &["inventory:write"]).await;
    let longest = "🚗".repeat(128);
    let ids = [
        "a/b",
        "/",
        "50%",
        "%2F",
        "%2e%2e",
        "...",
        ".a",
        "a?b#c",
        "a&b=c",
        "a b",
        "a+b",
        "a\\b",
        "import",
        "export.csv",
        "items",
        "\"'<>",
        "Škoda",
        "車",
        &longest,
    ];
    let items = ids.iter().enumerate();
    let items = items.map(|(number, id)| json!({ "id": id, "name": format!("Car {number}") }));
    let items = json!({ "items": items.collect::<Vec<_>>() });
    key.post("/api/inventory", &items).await.expect(200);
    let list = owner.get_text("/inventory").await;
    for (number, id) in ids.iter().enumerate() {
        let path = format!("/inventory/items/{}", Segment::encode(id));
        list.has(&format!("href=\"{path}\""));
        let page = owner.get(&path).await.expect(200);
        page.has(&format!("Car {number}</h1>"));
    }
    for path in ["%00", "%FF", "a%0Ab", "A%2Fb", "none", "a/b"] {
        let path = format!("/inventory/items/{path}");
        owner.get(&path).await.expect(404);
    }
    let overlong = Segment::encode(&"車".repeat(129));
    let path = format!("/inventory/items/{overlong}");
    owner.get(&path).await.expect(400);
}
