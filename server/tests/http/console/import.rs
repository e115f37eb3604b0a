//! `POST /inventory`: a file of items, sent by the form of the Inventory page.

use crate::support::World;

const CSV: &str = "id,name,price\nA,Honda Accord 2024,32500\nB,<b>Škoda</b>,ten\n,nameless,1\n";

#[tokio::test]
async fn a_file_is_stored_or_refused_row_by_row() {
    let world = World::new().await;
    let owner = world.owner().await;
    let page = owner
        .upload("/inventory", "cars.csv", CSV, &[])
        .await
        .expect(422)
        .body;
    for text in [
        "Nothing was stored",
        "Row 3, id B",
        "<code>price</code>",
        "Row 4<",
        "<code>id</code>",
    ] {
        assert!(page.contains(text), "{text} is missing: {page}");
    }
    assert_eq!(world.count("SELECT count(*) FROM items").await, 0);
    let skip = [("mode", "merge"), ("on_error", "skip")];
    let page = owner
        .upload("/inventory", "cars.csv", CSV, &skip)
        .await
        .expect(200)
        .body;
    for text in [
        "The file was stored",
        "3 received: 1 new",
        "2 passed over",
        "Row 3, id B",
        "Honda Accord 2024",
        "1 item",
    ] {
        assert!(page.contains(text), "{text} is missing: {page}");
    }
    assert!(
        page.contains("type=\"module\""),
        "a script takes the page over"
    );
    let json = r#"{"items":[{"id":"C","name":"c"}]}"#;
    let replace = [("mode", "replace")];
    let page = owner
        .upload("/inventory", "cars.JSON", json, &replace)
        .await
        .expect(200)
        .body;
    assert!(
        page.contains("1 new") && page.contains("1 removed"),
        "{page}"
    );
    let xml = "<inventory><item><id>C</id><name>c</name></item></inventory>";
    let page = owner
        .upload("/inventory", "cars.xml", xml, &[])
        .await
        .expect(200)
        .body;
    assert!(page.contains("1 as they were"), "{page}");
    let events = world.count("SELECT count(*) FROM audit_events WHERE action = 'inventory.updated' AND actor_kind = 'member'").await;
    assert_eq!(events, 2, "one for each file that changed something");
}

#[tokio::test]
async fn rows_are_counted_as_the_program_does_that_opens_the_file() {
    let world = World::new().await;
    let owner = world.owner().await;
    let csv = "sep=;\r\nid;name\r\n\r\nA;\"two\r\nlines\"\r\nB;\r\n";
    let xml =
        "<inventory>\n<item><id>A</id><name>a</name></item>\n<item><id>B</id></item></inventory>";
    let json = r#"{"items":[{"id":"A","name":"a"},{"id":"B"}]}"#;
    for (file, text, place) in [
        ("a.csv", csv, "Row 4, id B"),
        ("a.xml", xml, "Line 3, id B"),
        ("a.json", json, "Item 2, id B"),
        ("a.csv", "id,naem\nA,a\n", "Row 1<"),
    ] {
        let page = owner
            .upload("/inventory", file, text, &[])
            .await
            .expect(422);
        assert!(page.body.contains(place), "{place}: {}", page.body);
    }
}

#[tokio::test]
async fn what_is_no_feed_is_refused_with_what_to_do() {
    let world = World::new().await;
    let owner = world.owner().await;
    let huge = format!("id,name\nA,{}\n", "x".repeat(16 * 1024 * 1024));
    for (name, file, told, status) in [
        ("cars.xlsx", "PK", "a workbook", 422),
        ("cars.pdf", "%PDF", "none of JSON, XML or CSV", 422),
        ("cars.csv", "", "Choose a file", 422),
        ("cars.csv", "id,naem\nA,b\n", "naem", 422),
        ("cars.json", "{", "not JSON", 422),
        ("cars.xml", "<a/>", "not an XML feed", 422),
        ("cars.csv", &huge, "larger than 16 MiB", 413),
    ] {
        let page = owner
            .upload("/inventory", name, file, &[])
            .await
            .expect(status)
            .body;
        assert!(
            page.contains("Nothing was stored") && page.contains(told),
            "{told}: {page}"
        );
    }
    let answer = owner.form("/inventory", &[("file", "x")]).await;
    assert_eq!(answer.status, 415);
    assert_eq!(world.count("SELECT count(*) FROM items").await, 0);
}

#[tokio::test]
async fn a_file_that_would_remove_too_many_items_is_refused() {
    let world = World::new().await;
    let owner = world.owner().await;
    world.many_items().await;
    let mode = [("mode", "replace")];
    let file = "id,name\nnew,New\n";
    let page = owner.upload("/inventory", "cars.csv", file, &mode);
    let page = page.await.expect(422).body;
    assert!(
        page.contains("would remove more than 10,000 items"),
        "{page}"
    );
    assert_eq!(world.count("SELECT count(*) FROM items").await, 10_001);
}

#[tokio::test]
async fn a_file_that_would_remove_most_of_the_items_is_refused() {
    let world = World::new().await;
    let owner = world.owner().await;
    let rows = (0..150).map(|number| format!("{number},Car\n"));
    let whole = format!("id,name\n{}", rows.collect::<String>());
    let stored = owner.upload("/inventory", "cars.csv", &whole, &[]);
    stored.await.expect(200);
    let mode = [("mode", "replace")];
    let cut = owner.upload("/inventory", "cars.csv", "id,name\n0,Car\n", &mode);
    let page = cut.await.expect(422).body;
    assert!(page.contains("would remove 149 of 150 items"), "{page}");
    assert_eq!(world.count("SELECT count(*) FROM items").await, 150);
}

#[tokio::test]
async fn who_may_only_look_sends_no_file() {
    let world = World::new().await;
    let owner = world.owner().await;
    world.sql("UPDATE members SET role = 'viewer'").await;
    let page = owner.get("/inventory").await.expect(200).body;
    assert!(!page.contains("type=\"file\""), "{page}");
    let page = owner
        .upload("/inventory", "a.csv", "id,name\nA,a\n", &[])
        .await
        .body;
    assert!(page.contains("Nothing was stored"), "{page}");
    assert_eq!(world.count("SELECT count(*) FROM items").await, 0);
    let nobody = world
        .nobody()
        .upload("/inventory", "a.csv", "id,name\nA,a\n", &[])
        .await;
    assert_eq!(
        nobody.expect(303).header("location"),
        "/sign-in?next=%2Finventory"
    );
}

#[tokio::test]
async fn items_are_searched_and_paged() {
    let world = World::new().await;
    let owner = world.owner().await;
    let rows: Vec<_> = (0..60).map(|n| format!("K{n:02},Škoda {n}")).collect();
    let file = format!("id,name\n{}\nZ1,Tesla\n", rows.join("\n"));
    owner
        .upload("/inventory", "cars.csv", &file, &[])
        .await
        .expect(200);
    let page = owner.get("/inventory?q=%C5%A1koda").await.expect(200).body;
    assert!(
        page.contains("60 of 61 items") && !page.contains("Tesla"),
        "{page}"
    );
    let (_, rest) = page
        .split_once("href=\"/inventory?q=%C5%A1koda&amp;cursor=")
        .unwrap();
    let (cursor, _) = rest.split_once('"').unwrap();
    let next = owner
        .get(&format!("/inventory?q=%C5%A1koda&cursor={cursor}"))
        .await
        .expect(200)
        .body;
    assert!(
        next.contains("K50") && !next.contains("K49") && !next.contains("Tesla"),
        "{next}"
    );
    let none = owner.get("/inventory?q=%3Cb%3E").await.expect(200).body;
    assert!(
        none.contains("No item matches") && none.contains("&lt;b&gt;"),
        "{none}"
    );
}
