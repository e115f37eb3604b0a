//! `/inventory/import`: a file of items, imported in steps.

use super::import_steps::{START, apply, begin, choose, confirm, items};
use crate::support::{OWNER, Text as _, World};

const CSV: &str = "id,name,price\nA,Honda Accord 2024,32500\nB,<b>Škoda</b>,ten\n,nameless,1\n";

#[tokio::test]
async fn rows_with_errors_are_skipped_once_their_preview_is_confirmed() {
    let (world, owner) = World::with_owner().await;
    let path = choose(&owner, CSV, &[("column-2", "price")]).await;
    let page = owner.get_text(&format!("{path}/preview")).await;
    page.has_all([
        "2 rows have errors",
        "Add 1 item, skip 2 rows",
        "Change options",
        "Discard this import",
        "Row 3</span><small><bdi>ID B",
        "Row 4<",
    ]);
    // The errors are above the new items.
    assert!(
        page.find("Row 3</span><small><bdi>ID B") < page.find("Honda Accord"),
        "{page}"
    );
    assert_eq!(items(&world).await, 0);
    let result = apply(&owner, &path, "").await.expect(303);
    let page = owner.get_text(result.header("location")).await;
    page.has_all([
        "cars.csv was imported",
        "2 rows with errors were skipped",
        "Row 3</span><small><bdi>ID B",
        "Download errors (CSV)",
        "href=\"/inventory\"",
    ]);
    assert_eq!(items(&world).await, 1);
    let json = r#"{"items":[{"id":"C","name":"c"}]}"#;
    let replace = [("mode", "replace"), ("removals", "1")];
    let page = owner.import("cars.JSON", json, &replace).await.expect(200);
    page.has_all(["<dt>New</dt><dd>1</dd>", "<dt>Removed</dt><dd>1</dd>"]);
    let xml = "<inventory><item><id>C</id><name>c</name></item></inventory>";
    let page = owner.import("cars.xml", xml, &[]).await.expect(200).body;
    page.has("<dt>Unchanged</dt><dd>1</dd>");
    let events = "SELECT count(*) FROM audit_events WHERE action = 'inventory.updated' AND actor_kind = 'member'";
    assert_eq!(
        world.count(events).await,
        2,
        "one for each file that changed something"
    );
}

#[tokio::test]
async fn confirmation_names_every_effect_of_the_import() {
    let (_world, owner) = World::with_owner().await;
    let first = "id,name\nA,a\nB,b\nC,c\n";
    owner.import("cars.csv", first, &[]).await.expect(200);
    for (file, mode, label) in [
        ("id,name\nA,a\n", "merge", "Nothing to import<"),
        ("id,name\nA,x\nD,d\n", "merge", "Add 1 and update 1 item<"),
        ("id,name\nA,a\nB,\n", "merge", "Nothing to import<"),
        ("id,name\nA,x\nB,\n", "merge", "Update 1 item, skip 1 row<"),
        ("id,name\nA,a\n", "replace", "Remove 2 items<"),
        (
            "id,name\nA,a\nB,b\nD,\n",
            "replace",
            "Remove 1 item, skip 1 row<",
        ),
        ("id,name\nA,x\n", "replace", "Update 1 and remove 2 items<"),
        (
            "id,name\nA,a\nD,d\nB,\n",
            "replace",
            "Add 1 and remove 1 item, skip 1 row<",
        ),
    ] {
        let path = choose(&owner, file, &[("mode", mode)]).await;
        let page = owner.get_text(&format!("{path}/preview")).await;
        page.has(label);
    }
}

#[tokio::test]
async fn update_changes_only_the_fields_that_the_file_contains() {
    let (world, owner) = World::with_owner().await;
    let first = "id,name,price,category\nA,Accord,100,Sedan\nB,Civic,200,Sedan\n";
    owner.import("cars.csv", first, &[]).await.expect(200);
    let prices = "id,price\nA,7\nC,8\n";
    let all = "SELECT count(*) FROM items WHERE category = 'Sedan' AND name IN ('Accord', 'Civic')";

    // Nothing can be imported if no id is known.
    let update = [("mode", "update")];
    let page = owner.import("prices.csv", "id,price\nC,8\n", &update).await;
    page.expect(200).has_all([
        "1 row has errors",
        "No stored item has this ID",
        "No row of the file can be imported",
    ]);
    let path = begin(&owner, prices).await;
    let choices = [
        ("column-0", "id"),
        ("column-1", "price"),
        ("mode", "update"),
    ];
    owner.form(&path, &choices).await.expect(303);
    let preview = owner.get_text(&format!("{path}/preview")).await;
    preview.has_all([
        "1 row has errors",
        "Update 1 item, skip 1 row",
        "Row 3</span><small><bdi>ID C",
        "<dt>Changed</dt><dd>1</dd>",
        "<dt>New</dt><dd>0</dd>",
    ]);
    let faults = owner.get(&format!("{path}/faults.csv")).await.expect(200);
    faults.has("3,3,C,id,C,\"No stored item has this ID");
    assert_eq!(
        world
            .count("SELECT count(*) FROM items WHERE price = 700")
            .await,
        0
    );
    let result = apply(&owner, &path, "").await.expect(303);
    let page = owner.get_text(result.header("location")).await;
    page.has_all([
        "1 row with errors was skipped",
        "<dt>Changed</dt><dd>1</dd>",
    ]);
    assert_eq!(world.count(all).await, 2);
    assert_eq!(items(&world).await, 2);
    assert_eq!(
        world
            .count("SELECT count(*) FROM items WHERE price = 700")
            .await,
        1
    );
}

#[tokio::test]
async fn uploaded_file_is_described_with_proposed_choices() {
    let (_world, owner) = World::with_owner().await;
    let path = begin(&owner, "sep=;\r\nArtikelnr;Titel;Preis\r\n1;Äpfel;2,50\r\n").await;
    let page = owner.get(&path).await.expect(200);
    page.has_all([
        "<dd>CSV</dd>",
        "<dd>UTF-8</dd>",
        "<dd>Semicolon</dd>",
        "<dt>Rows</dt><dd>1</dd>",
        "Artikelnr",
        "Äpfel",
    ]);
    let selected_options = page.selected_options();
    let value = |name: &str| {
        selected_options
            .iter()
            .find(|(field, _)| field == name)
            .unwrap()
            .1
            .as_str()
    };
    assert_eq!(
        ["column-0", "column-1", "column-2", "decimals", "mode"].map(value),
        ["id", "name", "price", "comma", "merge"]
    );
    let xml = "<inventory><item><id>C</id><name>c</name></item></inventory>";
    let upload = owner.upload(START, "cars.xml", xml, &[]).await.expect(303);
    let page = owner.get_text(upload.header("location")).await;
    page.has_all(["<dd>XML</dd>", "<dt>Items</dt><dd>1</dd>"]);
    page.lacks("column-0");
}

#[tokio::test]
async fn preview_shows_every_change_and_makes_none() {
    let (world, owner) = World::with_owner().await;
    let first = "id,name,price\nA,Accord,100\nB,Civic,200\nC,Yaris,300\n";
    owner.import("cars.csv", first, &[]).await.expect(200);
    let second = "id,name,price\nA,Accord,150\nB,Civic,200\nD,Jazz,400\n";
    let fields = [("column-2", "price"), ("mode", "replace")];
    let path = choose(&owner, second, &fields).await;
    let page = owner.get_text(&format!("{path}/preview")).await;
    page.has_all([
        "<dt>New</dt><dd>1</dd>",
        "<dt>Changed</dt><dd>1</dd>",
        "<dt>Unchanged</dt><dd>1</dd>",
        "<dt>Removed</dt><dd>1</dd>",
        "Jazz",
        "400.00 USD",
        "Yaris",
        "<code>price</code>",
        "<del>100.00</del>",
        "<ins>150.00</ins>",
        "1 item will be removed. Type this number to confirm",
    ]);
    assert_eq!(items(&world).await, 3);
    let changed = "SELECT count(*) FROM items WHERE price = 10000";
    assert_eq!(world.count(changed).await, 1);
}

#[tokio::test]
async fn removals_are_made_only_if_their_number_is_typed() {
    let (world, owner) = World::with_owner().await;
    let first = "id,name\nA,a\nB,b\nC,c\n";
    owner.import("cars.csv", first, &[]).await.expect(200);
    let path = choose(&owner, "id,name\nA,a\n", &[("mode", "replace")]).await;
    for (typed, message) in [
        ("", "Type 2, the number"),
        ("1", "Type 2, the number"),
        ("3", "Type 2, the number"),
        ("two", "Type 2, the number"),
    ] {
        let page = apply(&owner, &path, typed).await.expect(422).body;
        page.has_all([message, "aria-invalid=\"true\"", "href=\"#removals\""]);
        assert_eq!(items(&world).await, 3);
    }
    apply(&owner, &path, "2").await.expect(303);
    assert_eq!(items(&world).await, 1);
}

#[tokio::test]
async fn import_is_applied_once_and_keeps_its_result() {
    let (world, owner) = World::with_owner().await;
    let path = choose(&owner, "id,name\nA,a\n", &[]).await;
    let applied = apply(&owner, &path, "").await.expect(303);
    assert_eq!(applied.header("location"), path);
    world.sql("DELETE FROM items").await;
    for _ in 0..2 {
        let repeat = apply(&owner, &path, "").await.expect(303);
        assert_eq!(repeat.header("location"), path);
        let page = owner.get_text(&path).await;
        page.has_all(["was imported", "<dt>New</dt><dd>1</dd>"]);
    }
    assert_eq!(items(&world).await, 0, "it was not applied again");
    for page in ["preview", "faults.csv"] {
        let response = owner.get(&format!("{path}/{page}")).await.expect(303);
        assert_eq!(response.header("location"), path);
    }
    let choices = [("column-0", "name")];
    owner.form(&path, &choices).await.expect(303);
    assert_eq!(world.count("SELECT count(*) FROM import_parts").await, 0);
    // Its start page does not offer to continue it.
    let page = owner.get_text(START).await;
    page.lacks("Continue this import");
}

#[tokio::test]
async fn only_one_of_many_concurrent_confirmations_is_carried_out() {
    let (world, owner) = World::with_owner().await;
    let path = choose(&owner, "id,name\nA,a\n", &[]).await;
    let preview = owner.get(&format!("{path}/preview")).await.expect(200);
    let confirm = || confirm(&owner, &path, &preview, "");
    let responses = futures::future::join_all((0..8).map(|_| confirm())).await;
    for response in responses {
        assert_eq!(response.expect(303).header("location"), path);
    }
    let events = "SELECT count(*) FROM audit_events WHERE action = 'inventory.updated'";
    assert_eq!(world.count(events).await, 1);
    let page = owner.get_text(&path).await;
    page.has("<dt>New</dt><dd>1</dd>");
}

#[tokio::test]
async fn invalid_choices_are_reported_with_links_to_their_controls() {
    let (_world, owner) = World::with_owner().await;
    let path = begin(&owner, "a,b,c\n1,2,3\n").await;
    let preview = owner.get(&format!("{path}/preview")).await.expect(303);
    assert_eq!(preview.header("location"), path, "nothing is chosen yet");
    let fields = [
        ("column-0", "leave_out"),
        ("column-1", "price"),
        ("column-2", "price"),
        ("currency", "Euro"),
    ];
    let page = owner.form(&path, &fields).await.expect(422);
    page.has_all([
        "href=\"#column-0\"",
        "href=\"#column-2\"",
        "href=\"#currency\"",
        "Choose the column that has the ID of each item.",
        "aria-invalid=\"true\"",
    ]);
    let options = page.selected_options();
    assert!(
        options.contains(&("column-2".to_owned(), "price".to_owned())),
        "{options:?}"
    );
    owner.get(&format!("{path}/preview")).await.expect(303);
}

#[tokio::test]
async fn uploaded_file_expires_after_an_hour_or_at_the_next_upload() {
    let (world, owner) = World::with_owner().await;
    let first = begin(&owner, "id,name\nA,a\n").await;
    let page = owner.get_text(START).await;
    page.has_all([
        "cars.csv",
        "Continue this import",
        &format!("href=\"{first}\""),
    ]);
    let second = choose(&owner, "id,name\nB,b\n", &[]).await;
    let page = owner.get(&first).await.expect(404).body;
    page.has_all(["This import has expired", "Choose a file"]);
    world.clock.advance_seconds(3_599);
    owner.get(&second).await.expect(200);
    world.clock.advance_seconds(1);
    for page in ["", "/preview", "/faults.csv"] {
        owner.get(&format!("{second}{page}")).await.expect(404);
    }
    apply(&owner, &second, "").await.expect(404);
    assert_eq!(items(&world).await, 0);
    let rows = "SELECT (SELECT count(*) FROM imports) + (SELECT count(*) FROM import_parts)";
    assert_eq!(world.count(rows).await, 2);
    world.services.imports.sweep().await.unwrap();
    assert_eq!(world.count(rows).await, 0);
}

#[tokio::test]
async fn import_is_accessible_only_to_its_member() {
    let (world, owner) = World::with_owner().await;
    world.join(&owner, "bob@example.com", "admin").await;
    let path = choose(&owner, "id,name\nA,a\n", &[]).await;
    let bob = world.sign_in("bob@example.com").await;
    for other in [bob, world.stranger().await] {
        for page in ["", "/preview", "/faults.csv"] {
            other.get(&format!("{path}{page}")).await.expect(404);
        }
        other.form(&path, &[("column-0", "id")]).await.expect(404);
        apply(&other, &path, "").await.expect(404);
        // Their file replaces only their own earlier one.
        begin(&other, "id,name\nB,b\n").await;
    }
    owner.get(&format!("{path}/preview")).await.expect(200);
    assert_eq!(items(&world).await, 0);
}

#[tokio::test]
async fn import_is_refused_if_its_member_loses_the_role_or_access_between_the_steps() {
    let (world, owner) = World::with_owner().await;
    world.join(&owner, "bob@example.com", "admin").await;
    let id = world.member_id("bob@example.com").await;
    let bob = world.sign_in("bob@example.com").await;
    let path = choose(&bob, "id,name\nA,a\n", &[]).await;
    let role = format!("/team/{id}/role");
    owner.form(&role, &[("role", "viewer")]).await.expect(303);
    for page in [
        START,
        &path,
        &format!("{path}/preview"),
        &format!("{path}/faults.csv"),
    ] {
        bob.get(page).await.expect(403);
    }
    apply(&bob, &path, "").await.expect(403);
    let file = bob.upload(START, "a.csv", "id,name\nA,a\n", &[]).await;
    file.expect(403);
    let page = bob.get_text("/inventory").await;
    page.lacks(START);
    owner.form(&role, &[("role", "admin")]).await.expect(303);
    let deactivate = format!("/team/{id}/deactivate");
    owner.form(&deactivate, &[]).await.expect(303);
    let response = apply(&bob, &path, "").await.expect(303);
    assert!(response.header("location").starts_with("/sign-in"));
    assert_eq!(items(&world).await, 0);
    let redirect = world.anonymous().get(&path).await.expect(303);
    assert!(
        redirect
            .header("location")
            .starts_with("/sign-in?next=%2Finventory%2Fimport")
    );
}

#[tokio::test]
async fn unreadable_file_is_refused_with_an_explanation() {
    let (world, owner) = World::with_owner().await;
    let huge = format!("id,name\nA,{}\n", "x".repeat(16 * 1024 * 1024));
    for (name, file, message, status) in [
        ("cars.xlsx", "PK", "Excel workbooks", 422),
        ("cars.pdf", "%PDF", "Unsupported file type", 422),
        ("cars.csv", "", "The file is empty", 422),
        ("", "", "No file was chosen", 422),
        ("cars.csv", "id,name\n", "The file has no items", 422),
        ("cars.csv", "id,name\nA,\"a\n", "is never closed", 422),
        ("cars.json", "{", "not JSON", 422),
        ("cars.xml", "<a/>", "not an XML feed", 422),
        ("cars.csv", &huge, "larger than 16 MiB", 413),
    ] {
        let page = owner.upload(START, name, file, &[]).await;
        let page = page.expect(status).body;
        page.has_all(["The file cannot be read", message]);
    }
    let response = owner.form(START, &[("file", "x")]).await;
    assert_eq!(response.status, 415);
    assert_eq!(world.count("SELECT count(*) FROM imports").await, 0);
}

#[tokio::test]
async fn form_with_two_files_is_refused() {
    let (world, owner) = World::with_owner().await;
    let (file, fields) = ("id,name\nA,a\n", [("file", "id,name\nB,b\n")]);
    let response = owner.upload("/inventory/import", "one.csv", file, &fields);
    let page = response.await.expect(422).body;
    page.has("Choose one file at a time");
    assert_eq!(world.count("SELECT count(*) FROM imports").await, 0);
}

#[tokio::test]
async fn errors_can_be_downloaded_as_csv_before_and_after_the_import() {
    let (world, owner) = World::with_owner().await;
    let file = "Nr,Titel,=Preis\n=A,a,=1+1\nB,,1\nC,c,2\n";
    let path = choose(&owner, file, &[("column-2", "price")]).await;
    let download = format!("{path}/faults.csv");
    let before = owner.get(&download).await.expect(200);
    assert_eq!(
        before.header("content-type"),
        "text/csv; charset=utf-8; header=present"
    );
    assert_eq!(
        before.header("content-disposition"),
        "attachment; filename=\"import-errors.csv\""
    );
    let lines: Vec<_> = before.body.lines().collect();
    assert_eq!(
        lines[0],
        "\u{FEFF}Row (in a spreadsheet),Line (in a text editor),ID,Column,Value in the file,How to correct it"
    );
    // No cell can be mistaken for a formula, whichever part of the file it is from.
    assert!(
        lines[1].starts_with("2,2,'=A,'=Preis,'=1+1,"),
        "{}",
        before.body
    );
    assert!(lines[2].starts_with("3,3,B,Titel,,"), "{}", before.body);
    assert_eq!(lines.len(), 3);

    apply(&owner, &path, "").await.expect(303);
    assert_eq!(world.count("SELECT count(*) FROM import_parts").await, 0);
    let after = owner.get(&download).await.expect(200);
    assert_eq!(after.body, before.body);
    world.join(&owner, "bob@example.com", "admin").await;
    let bob = world.sign_in("bob@example.com").await;
    for other in [bob, world.stranger().await] {
        other.get(&download).await.expect(404);
    }
}

#[tokio::test]
async fn downloaded_errors_have_the_delimiter_of_the_file() {
    let (_world, owner) = World::with_owner().await;
    for (delimiter, kind, name) in [
        (';', "text/csv", "import-errors.csv"),
        ('|', "text/csv", "import-errors.csv"),
        ('\t', "text/tab-separated-values", "import-errors.tsv"),
    ] {
        let file = "Nr;Titel;Preis\nA;a;1,5,0\nB;b;2\n";
        let file = file.replace(';', &delimiter.to_string());
        let path = choose(&owner, &file, &[("column-2", "price")]).await;
        let download = format!("{path}/faults.csv");
        let before = owner.get(&download).await.expect(200);
        assert!(before.header("content-type").starts_with(kind));
        assert!(before.header("content-disposition").contains(name));
        let place = "2;2;A;Preis;1,5,0;".replace(';', &delimiter.to_string());
        let lines: Vec<_> = before.body.lines().collect();
        assert!(lines[1].starts_with(&place), "{}", before.body);
        apply(&owner, &path, "").await;
        let after = owner.get(&download).await.expect(200);
        assert_eq!(after.body, before.body);
    }
    // The items of other files have numbers.
    let json = r#"{"items":[{"id":"A","name":"a"},{"id":"B","name":"b","price":"ten"}]}"#;
    let upload = owner.upload(START, "cars.json", json, &[]).await;
    let path = upload.expect(303).header("location").to_owned();
    owner.form(&path, &[("currency", "USD")]).await.expect(303);
    let errors = owner.get(&format!("{path}/faults.csv")).await.expect(200);
    errors.has_all(["\u{FEFF}Item (number in the file),Line", "\n2,,B,price,"]);
}

#[tokio::test]
async fn file_is_refused_if_it_would_remove_too_many_items() {
    let (world, owner) = World::with_owner().await;
    world.many_items().await;
    let path = choose(&owner, "id,name\nnew,New\n", &[("mode", "replace")]).await;
    let page = owner.get_text(&format!("{path}/preview")).await;
    page.has("would remove more than 10,000 items");
    apply(&owner, &path, "10001").await.expect(422);
    assert_eq!(items(&world).await, 10_001);
}

#[tokio::test]
async fn csv_file_is_decoded_in_its_detected_encoding() {
    let (world, owner) = World::with_owner().await;
    let utf16: Vec<u8> = "\u{FEFF}id,name\nU,Škoda\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (file, encoding) in [
        (b"id,name\nW,Citro\xEBn\n".to_vec(), "Windows-1252"),
        (utf16, "UTF-16LE"),
        (
            "\u{FEFF}id,name\nM,Škoda\n".into(),
            "UTF-8 with a byte-order mark",
        ),
    ] {
        let upload = owner
            .upload(START, "cars.csv", &file, &[])
            .await
            .expect(303);
        let page = owner.get_text(upload.header("location")).await;
        page.has(encoding);
        owner.import("cars.csv", &file, &[]).await.expect(200);
    }
    let names = "SELECT count(*) FROM items WHERE name IN ('Citroën', 'Škoda')";
    assert_eq!(world.count(names).await, 3);
}

#[tokio::test]
async fn import_is_not_applied_if_the_session_ends_during_its_confirmation() {
    let (world, owner) = World::with_owner().await;
    let path = choose(&owner, "id,name\nA,a\n", &[]).await;
    let second_session = world.sign_in(OWNER).await;
    let sign_out = async { drop(owner.form("/sign-out", &[]).await.expect(303)) };
    let http = owner
        .with("sec-fetch-site", "same-origin")
        .with("content-type", "application/x-www-form-urlencoded");
    let apply = format!("{path}/apply");
    let response = http
        .send_slowly("POST", &apply, "removals=0&rest=0", sign_out)
        .await;
    assert!(
        response
            .expect(303)
            .header("location")
            .starts_with("/sign-in")
    );
    assert_eq!(items(&world).await, 0);
    second_session.get(&path).await.expect(200);
}
