//! The preview of an import, and discarding one.

use super::import_steps::{START, apply, begin, choose, items, lines};
use crate::support::{Member, TestResponse, Text as _, World};

async fn preview(member: &Member, path: &str) -> TestResponse {
    member.get(&format!("{path}/preview")).await.expect(200)
}

#[tokio::test]
async fn preview_shows_the_first_hundred_new_and_removed_items() {
    let (_world, owner) = World::with_owner().await;
    let rows = lines(0..150, |n| format!("O{n:03},Old {n:03}\n"));
    let first = format!("id,name\n{rows}");
    owner.import("cars.csv", &first, &[]).await.expect(200);
    let rows = lines(0..130, |n| format!("N{n:03},New {n:03},7.5,no\n"));
    let second = format!("id,name,price,available\n{rows}X,Bare,,\n");
    let fields = [
        ("column-2", "price"),
        ("column-3", "available"),
        ("currency", "CHF"),
        ("mode", "replace"),
    ];
    let path = choose(&owner, &second, &fields).await;
    let page = preview(&owner, &path).await.body;
    page.has_all([
        "New items: 131",
        "New 099",
        "7.50 CHF",
        ">No<",
        "And 31 more.",
    ]);
    page.has_all(["Items to be removed: 150", "Old 099", "And 50 more."]);
    for name in ["New 100", "Old 100"] {
        page.lacks(name);
    }
}

#[tokio::test]
async fn preview_names_the_fields_that_a_partial_file_clears() {
    const TITLE: &str = "Fields of stored items will be emptied";
    let (_world, owner) = World::with_owner().await;
    let first = "id,name,price,category,available,Farbe\nA,Accord,100,Sedan,no,rot\nB,Civic,200,,yes,\nC,Jazz,300,Mini,yes,\n";
    let columns = [
        ("column-2", "price"),
        ("column-3", "category"),
        ("column-4", "available"),
        ("column-5", "attribute"),
    ];
    owner.import("cars.csv", first, &columns).await.expect(200);
    let second = "id,name,price\nA,Accord,150\nB,Civic,250\nC,Jazz,\n";
    for (mode, is_warned) in [("merge", true), ("update", false), ("replace", false)] {
        let path = choose(&owner, second, &[("column-2", "price"), ("mode", mode)]).await;
        let page = preview(&owner, &path).await.body;
        assert_eq!(page.contains(TITLE), is_warned, "{mode}: {page}");
        if is_warned {
            // The price of C is emptied by its own blank cell.
            page.has_all([
                "No column of this file is used for Farbe, available, category. This empties the attribute Farbe and available, category in 2 items.",
                "An item without “available” becomes available.",
                "Change fields only",
            ]);
            page.lacks("category, price");
        }
    }
    // A file that has all of these fields empties them on purpose.
    let complete = "id,name,price,category,available,Farbe\nA,Accord,100,,,blau\n";
    let path = choose(&owner, complete, &columns).await;
    let page = preview(&owner, &path).await.body;
    page.lacks(TITLE);
    let json = r#"{"items":[{"id":"C","name":"Jazz","price":300}]}"#;
    let upload = owner
        .upload(START, "cars.json", json, &[])
        .await
        .expect(303);
    let path = upload.header("location").to_owned();
    owner.form(&path, &[("currency", "USD")]).await.expect(303);
    let page = preview(&owner, &path).await.body;
    page.has("No item of this file has a value for category. This empties category in 1 item.");
}

#[tokio::test]
async fn preview_names_the_new_use_of_a_column_that_was_an_attribute() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("Reader", &["inventory:read"]).await;
    let file = "Nr,Titel,Marke,Farbe\n1,Golf,VW,rot\n2,Polo,VW,blau\n";
    let attributes = [("column-2", "attribute"), ("column-3", "attribute")];
    let path = choose(&owner, file, &attributes).await;
    apply(&owner, &path, "").await.expect(303);

    let changes = [("column-2", "name"), ("column-3", "leave_out")];
    let path = choose(&owner, file, &changes).await;
    let page = preview(&owner, &path).await.body;
    page.has_all([
        "The column “Farbe” is left out. The column “Marke” is now used for the name.",
        "This empties the attributes Farbe, Marke in 2 items.",
        "To keep them, choose “Change fields only”.",
        &format!("href=\"{path}#mode\""),
        &format!("href=\"{path}#column-3\""),
    ]);
    page.lacks("No column of this file");
    let page = owner.get_text(&path).await;
    page.has_all(["id=\"mode\"", "id=\"column-3\""]);

    // Both options keep the attributes.
    let both = [("column-2", "name_attribute"), ("column-3", "attribute")];
    let update = [&changes[..], &[("mode", "update")]].concat();
    for fields in [&both[..], &update[..]] {
        let path = choose(&owner, file, fields).await;
        let page = preview(&owner, &path).await.body;
        page.has("<ins>Golf VW</ins>");
        page.lacks("will be emptied");
    }
    let path = choose(&owner, file, &both).await;
    apply(&owner, &path, "").await.expect(303);
    let item = key.get_json("/api/inventory/1").await;
    assert_eq!(item["name"], "Golf VW");
    assert_eq!(item["attributes"]["Marke"], "VW");
}

#[tokio::test]
async fn discarded_import_is_deleted_with_its_file() {
    let (world, owner) = World::with_owner().await;
    world.join(&owner, "bob@example.com", "admin").await;
    let bob = world.sign_in("bob@example.com").await;
    let path = choose(&owner, "id,name\nA,a\n", &[]).await;
    let discard = format!("{path}/discard");
    for page in [preview(&owner, &path).await, owner.get(START).await] {
        let form = format!("action=\"{discard}\"");
        page.has_all([&form, "Discard this import"]);
    }
    bob.form(&discard, &[]).await.expect(404);
    preview(&owner, &path).await;

    let response = owner.form(&discard, &[]).await.expect(303);
    let rows = "SELECT (SELECT count(*) FROM imports) + (SELECT count(*) FROM import_parts)";
    assert_eq!(world.count(rows).await, 0);
    assert_eq!(response.header("location"), START);
    let (notice, _) = response.header("set-cookie").split_once(';').unwrap();
    let cookies = format!("{}; {notice}", owner.cookie);
    let page = owner.with("cookie", &cookies).get(START).await.expect(200);
    page.has("Discarded. The file was deleted");
    page.lacks("Continue this import");
    let page = owner.get_text(START).await;
    page.lacks("Discarded");
    owner.get(&path).await.expect(404);
    owner.form(&discard, &[]).await.expect(404);

    // The result of an import that was applied stays.
    let path = choose(&owner, "id,name\nA,a\n", &[]).await;
    apply(&owner, &path, "").await.expect(303);
    owner
        .form(&format!("{path}/discard"), &[])
        .await
        .expect(404);
    owner.get(&path).await.expect(200);
    assert_eq!(items(&world).await, 1);
    begin(&owner, "id,name\nA,a\n").await;
}

#[tokio::test]
async fn prices_look_the_same_in_the_preview_and_in_the_inventory() {
    let (_world, owner) = World::with_owner().await;
    let price = [("column-2", "price"), ("column-3", "currency")];
    let first = "id,name,price,currency\nA,a,15500,EUR\nB,b,1234567,JPY\n";
    let path = choose(&owner, first, &price).await;
    let page = preview(&owner, &path).await.body;
    let prices = ["15,500.00 EUR", "1,234,567 JPY"];
    page.has_all(prices);
    apply(&owner, &path, "").await.expect(303);
    owner.get_text("/inventory").await.has_all(prices);
    let second = "id,name,price,currency\nA,a,16000,EUR\n";
    let path = choose(&owner, second, &price).await;
    let page = preview(&owner, &path).await.body;
    page.has_all(["<del>15,500.00</del>", "<ins>16,000.00</ins>"]);
}

#[tokio::test]
async fn steps_show_which_are_completed() {
    let (_world, owner) = World::with_owner().await;
    let path = choose(&owner, "id,name\nA,a\n", &[]).await;
    for (page, completed) in [(START, 0), (&path, 1), (&format!("{path}/preview"), 2)] {
        let page = owner.get_text(page).await;
        assert_eq!(page.matches("Completed: ").count(), completed, "{page}");
        assert_eq!(page.matches("aria-current=\"step\"").count(), 1);
    }
    let result = apply(&owner, &path, "").await.expect(303);
    let page = owner.get_text(result.header("location")).await;
    assert_eq!(page.matches("Completed: ").count(), 4, "{page}");
}

#[tokio::test]
async fn preview_shows_attributes_and_how_availability_was_read() {
    let (_world, owner) = World::with_owner().await;
    let file =
        "id,name,Marke,Modell,Status\n1,Golf,VW,Golf,reserviert\n2,Polo,<b>,Polo,verfügbar\n";
    let fields = [
        ("column-2", "attribute"),
        ("column-3", "attribute"),
        ("column-4", "available"),
    ];
    let path = choose(&owner, file, &fields).await;
    let page = owner.get_text(&format!("{path}/preview")).await;
    page.has_all([
        "<bdi>Marke: VW · Modell: Golf</bdi>",
        "<bdi>Marke: &lt;b&gt; · Modell: Polo</bdi>",
        "How availability was read",
        "Available: “verfügbar”. Not available: “reserviert”.",
    ]);
    // The decision comes before the list.
    assert!(page.find("Add 2 items<") < page.find("Marke: VW"), "{page}");
}

#[tokio::test]
async fn file_without_changes_offers_no_import() {
    let (_world, owner) = World::with_owner().await;
    let file = "id,name\nA,a\nB,b\n";
    owner.import("cars.csv", file, &[]).await.expect(200);
    let path = choose(&owner, &format!("{file}C,\n"), &[]).await;
    let page = owner.get_text(&format!("{path}/preview")).await;
    page.has_all([
        "Nothing to import",
        "All 2 items without errors are in the inventory already",
        "1 row has errors. To import it, correct the file",
        "Change options",
        "Discard this import",
    ]);
    page.lacks_all(["/apply\"", "If you import"]);
}
