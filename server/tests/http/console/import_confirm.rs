//! A confirmation applies the preview that was shown, and nothing else.

use super::import_steps::{apply, choose, choose_currency, confirm, items, lines};
use crate::support::{INVENTORY, Key, Member, TestResponse, Text as _, World};
use serde_json::json;
use service::store::{QuotaStore as _, Quotas};

const OUTDATED: &str =
    "The inventory (or the options) changed since this preview. Check it again, then confirm.";

async fn fixture() -> (World, Member, Key) {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &INVENTORY).await;
    (world, owner, key)
}

async fn preview(member: &Member, path: &str) -> TestResponse {
    member.get(&format!("{path}/preview")).await.expect(200)
}

async fn name(key: &Key, id: &str) -> String {
    let item = key.get(&format!("/api/inventory/{id}")).await.expect(200);
    item.json()["name"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn item_is_not_removed_if_the_preview_did_not_show_it() {
    let (world, owner, key) = fixture().await;
    let rows = lines(10..20, |n| format!("c{n},Car {n}\n"));
    let first = format!("id,name\n{rows}");
    owner.import("cars.csv", &first, &[]).await.expect(200);
    let rows = lines(10..15, |n| format!("c{n},Car {n}\n"));
    let path = choose(&owner, &format!("id,name\n{rows}"), &[("mode", "replace")]).await;
    let preview_page = preview(&owner, &path).await;
    preview_page.has_all(["5 items will be removed", "c19"]);

    // The number of removals stays, and the items are others.
    key.delete("/api/inventory/c19").await.expect(204);
    let precious = json!({ "name": "Precious" });
    key.put("/api/inventory/PRECIOUS", &precious)
        .await
        .expect(201);
    let page = confirm(&owner, &path, &preview_page, "5").await.expect(422);
    page.has_all([OUTDATED, "PRECIOUS", "5 items will be removed"]);
    page.lacks("c19");
    assert_eq!(items(&world).await, 10);

    // The page that was shown instead can be confirmed.
    confirm(&owner, &path, &page, "5").await.expect(303);
    assert_eq!(items(&world).await, 5);
}

#[tokio::test]
async fn confirmation_is_refused_if_another_tab_changed_the_choices() {
    let (world, owner, key) = fixture().await;
    let file = "id,name,price,list price\nA,Accord,100,999\n";
    let path = choose(&owner, file, &[("column-2", "price")]).await;
    let first = preview(&owner, &path).await;
    let choices = [
        ("column-0", "id"),
        ("column-1", "name"),
        ("column-2", "leave_out"),
        ("column-3", "price"),
        ("currency", "USD"),
    ];
    owner.form(&path, &choices).await.expect(303);
    let page = confirm(&owner, &path, &first, "").await.expect(422);
    page.has(OUTDATED);
    assert_eq!(items(&world).await, 0);
    confirm(&owner, &path, &page, "").await.expect(303);
    let item = key.get_json("/api/inventory/A").await;
    assert_eq!(item["price"], 999);
}

#[tokio::test]
async fn confirmation_is_refused_if_an_item_changed_since_the_preview() {
    for mode in ["merge", "update", "replace"] {
        let (world, owner, key) = fixture().await;
        let first = "id,name\nA,Accord\nB,Civic\nC,Yaris\n";
        owner.import("cars.csv", first, &[]).await.expect(200);
        let second = "id,name\nA,Accord Tourer\nB,Civic\nC,Yaris\n";
        let path = choose(&owner, second, &[("mode", mode)]).await;
        let preview_page = preview(&owner, &path).await;

        // It was to be changed, or left as it is.
        for (id, change) in [("A", "Accord Wagon"), ("B", "Civic Type R")] {
            let item = format!("/api/inventory/{id}");
            let body = json!({ "name": change });
            key.put(&item, &body).await.expect(200);
            let page = confirm(&owner, &path, &preview_page, "").await.expect(422);
            page.has_all([OUTDATED, change]);
            assert_eq!(name(&key, id).await, change, "{mode}");
        }
        let preview_page = preview(&owner, &path).await;
        key.delete("/api/inventory/C").await.expect(204);
        let page = confirm(&owner, &path, &preview_page, "").await.expect(422);
        page.has(OUTDATED);
        assert_eq!(items(&world).await, 2, "the deleted item is back: {mode}");

        // An item that the file does not touch does not matter, unless it would be removed.
        let preview_page = preview(&owner, &path).await;
        key.put("/api/inventory/X", &json!({ "name": "x" }))
            .await
            .expect(201);
        let status = if mode == "replace" { 422 } else { 303 };
        confirm(&owner, &path, &preview_page, "")
            .await
            .expect(status);
        let expected = if mode == "replace" {
            "Accord Wagon"
        } else {
            "Accord Tourer"
        };
        assert_eq!(name(&key, "A").await, expected, "{mode}");
    }
}

#[tokio::test]
async fn confirmation_is_refused_without_a_valid_preview_digest() {
    let (world, owner, _) = fixture().await;
    let path = choose(&owner, "id,name\nA,a\n", &[]).await;
    for fields in [&[][..], &[("preview", "00")]] {
        let page = owner.form(&format!("{path}/apply"), fields).await;
        page.expect(422).has(OUTDATED);
    }
    assert_eq!(items(&world).await, 0);
}

#[tokio::test]
async fn confirmation_is_refused_if_the_default_currency_changed_since_the_preview() {
    let (world, owner, _) = fixture().await;
    // The members have saved settings, so the default is their choice.
    choose_currency(&owner, "USD").await;
    let fields = [("column-2", "price"), ("currency", "")];
    let path = choose(&owner, "id,name,price\nA,a,5\n", &fields).await;
    let preview_page = preview(&owner, &path).await;
    choose_currency(&owner, "CHF").await;
    let page = confirm(&owner, &path, &preview_page, "").await.expect(422);
    page.has(OUTDATED);
    assert_eq!(items(&world).await, 0);
}

#[tokio::test]
async fn confirmation_is_refused_if_a_default_currency_was_chosen_since_the_preview() {
    let (world, owner, _) = fixture().await;
    // As many rows have a currency as a price, so that the file seems to name one for each price.
    let fields = [
        ("column-2", "price"),
        ("column-3", "currency"),
        ("currency", ""),
    ];
    let path = choose(
        &owner,
        "id,name,price,currency\nA,a,5,\nB,b,,EUR\n",
        &fields,
    )
    .await;
    let preview_page = preview(&owner, &path).await;
    // Now the default applies to the row that the preview skips.
    choose_currency(&owner, "USD").await;
    let page = confirm(&owner, &path, &preview_page, "").await.expect(422);
    page.has(OUTDATED);
    assert_eq!(items(&world).await, 0);
}

#[tokio::test]
async fn wrong_number_of_removals_is_not_reported_as_an_outdated_preview() {
    let (world, owner, _) = fixture().await;
    owner
        .import("cars.csv", "id,name\nA,a\nB,b\n", &[])
        .await
        .expect(200);
    let path = choose(&owner, "id,name\nA,a\n", &[("mode", "replace")]).await;
    for typed in ["", "2", "one"] {
        let page = apply(&owner, &path, typed).await.expect(422).body;
        page.has("Type 1, the number of items to be removed.");
        page.lacks_all(["1 items", OUTDATED]);
    }
    assert_eq!(items(&world).await, 2);
}

#[tokio::test]
async fn confirmation_of_a_preview_without_changes_is_refused() {
    let (world, owner, _) = fixture().await;
    let file = "id,name\nA,a\n";
    owner.import("cars.csv", file, &[]).await.expect(200);
    let path = choose(&owner, file, &[]).await;
    let page = owner.get(&format!("{path}/preview")).await.expect(200);
    page.has("Nothing to import");
    page.lacks("/apply\"");
    let page = apply(&owner, &path, "").await.expect(422);
    page.has_all(["Nothing to import", "in the inventory already"]);
    page.lacks(OUTDATED);
    let imports = "SELECT count(*) FROM imports WHERE result IS NOT NULL";
    assert_eq!(world.count(imports).await, 0);
}

#[tokio::test]
async fn reload_of_a_refused_confirmation_redirects_to_the_preview() {
    let (_world, owner, _) = fixture().await;
    let path = choose(&owner, "id,name\nA,a\n", &[]).await;
    let response = owner.get(&format!("{path}/apply")).await.expect(303);
    assert_eq!(response.header("location"), format!("{path}/preview"));
    owner.get("/inventory/import/none/apply").await.expect(404);
}

#[tokio::test]
async fn confirmation_is_refused_if_a_quota_is_exceeded_since_the_preview() {
    let (world, owner, key) = fixture().await;
    world.store.limit_accounts(Quotas {
        items: Some(2),
        ..Quotas::default()
    });
    let path = choose(&owner, "id,name\nA,a\nB,b\n", &[]).await;
    let preview_page = preview(&owner, &path).await;
    preview_page.has("Add 2 items");
    key.put("/api/inventory/X", &json!({ "name": "x" }))
        .await
        .expect(201);
    let page = confirm(&owner, &path, &preview_page, "")
        .await
        .expect(422)
        .body;
    page.has_all(["Nothing can be imported yet", "at most 2 items"]);
    assert_eq!(items(&world).await, 1);
    key.delete("/api/inventory/X").await.expect(204);
    confirm(&owner, &path, &preview_page, "").await.expect(303);
    assert_eq!(items(&world).await, 2);
}

#[tokio::test]
async fn audit_log_contains_the_file_and_the_mode_of_an_import() {
    let (_world, owner, _) = fixture().await;
    let name = format!("cars\t{}.csv", "x".repeat(200));
    let upload = owner.upload("/inventory/import", &name, "id,name\nA,a\n", &[]);
    let path = upload.await.expect(303).header("location").to_owned();
    let choices = [
        ("column-0", "id"),
        ("column-1", "name"),
        ("mode", "replace"),
    ];
    owner.form(&path, &choices).await.expect(303);
    apply(&owner, &path, "").await.expect(303);
    let page = owner.get_text("/audit").await;
    let name = format!("cars{}.csv", "x".repeat(120));
    page.has_all([
        "Inventory updated",
        "File imported in the console",
        &name,
        "Replace the inventory",
    ]);

    // A feed of an integration has no file.
    let (_world, owner, key) = fixture().await;
    let feed = json!({ "items": [{ "id": "B", "name": "b" }] });
    key.post("/api/inventory", &feed).await.expect(200);
    let page = owner.get_text("/audit").await;
    page.has("Inventory updated");
    page.lacks("File imported");
}
