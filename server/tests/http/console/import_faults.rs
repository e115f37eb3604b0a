//! Faulty files and rows, as the pages of an import count and explain them.

use super::import_steps::{START, apply, begin, choose, items, lines};
use crate::support::{Member, TestResponse, Text as _, World};

async fn preview(member: &Member, path: &str) -> TestResponse {
    member.get(&format!("{path}/preview")).await.expect(200)
}

/// The number of rows in the download of the faults, without its header.
async fn count_downloaded_rows(member: &Member, path: &str) -> usize {
    let file = member.get(&format!("{path}/faults.csv")).await.expect(200);
    let rows = file.body.lines().skip(1);
    let mut rows: Vec<_> = rows.filter_map(|line| line.split(',').next()).collect();
    rows.dedup();
    rows.len()
}

fn count_shown_rows(page: &str) -> usize {
    page.matches(">Row ").count()
}

#[tokio::test]
async fn faulty_rows_are_counted_exactly_even_if_only_some_are_shown() {
    let (_world, owner) = World::with_owner().await;
    let bad = |fault: &str| lines(0..1_200, |n| format!("F{n},{fault}\n"));
    let (single_faults, double_faults) = (bad("Car,ten"), bad(",ten"));
    // Two items, so that each import adds one.
    let (good, other) = ("G,Good,5\n", "H,Good,5\n");
    // Rows with one fault, rows with two, and either with a good row.
    for (rows, reported) in [
        (single_faults.clone(), 1_000),
        (double_faults.clone(), 500),
        (format!("{single_faults}{good}"), 1_000),
        (format!("{double_faults}{other}"), 500),
    ] {
        let file = format!("id,name,price\n{rows}");
        let path = choose(&owner, &file, &[("column-2", "price")]).await;
        let page = preview(&owner, &path).await.body;
        let extent = format!("The download contains the errors of the first {reported} rows.");
        page.has_all(["1200 rows have errors", &extent, "And 1100 more."]);
        assert_eq!(count_shown_rows(&page), 100);
        assert_eq!(count_downloaded_rows(&owner, &path).await, reported);
        if rows.ends_with("Good,5\n") {
            page.has("Add 1 item, skip 1200 rows");
            let result = apply(&owner, &path, "").await.expect(303);
            let page = owner.get_text(result.header("location")).await;
            page.has_all([
                "1200 rows with errors were skipped",
                "And 1100 more.",
                &extent,
            ]);
            assert_eq!(count_shown_rows(&page), 100);
            assert_eq!(count_downloaded_rows(&owner, &path).await, reported);
        } else {
            page.has("Nothing can be imported yet");
            page.lacks_all(["skipped", "/apply"]);
        }
    }
}

#[tokio::test]
async fn rows_of_unknown_items_are_counted_exactly() {
    let (_world, owner) = World::with_owner().await;
    let rows = lines(0..300, |n| format!("U{n},Car\n"));
    let choices = [("mode", "update")];
    let path = choose(&owner, &format!("id,name\n{rows}"), &choices).await;
    let page = preview(&owner, &path).await.body;
    page.has_all(["300 rows have errors", "And 200 more."]);
    page.lacks("The download contains");
    assert_eq!(count_downloaded_rows(&owner, &path).await, 300);
}

#[tokio::test]
async fn rows_without_a_readable_id_are_explained_if_the_file_replaces_the_inventory() {
    let (_world, owner) = World::with_owner().await;
    let choices = [("mode", "replace")];
    let path = choose(&owner, "id,name\nA,a\n,b\n", &choices).await;
    let page = preview(&owner, &path).await.body;
    page.has_all([
        "The IDs of some rows cannot be read",
        "1 row has errors",
        "Row 3",
    ]);
    page.lacks_all(["mode=", "Send ", "feed"]);
}

#[tokio::test]
async fn file_with_too_many_items_is_refused_at_the_first_step() {
    let (_world, owner) = World::with_owner().await;
    let csv = lines(0..5_001, |n| format!("A{n},Car\n"));
    let json: Vec<String> = (0..5_001)
        .map(|n| format!(r#"{{"id":"A{n}","name":"a"}}"#))
        .collect();
    let xml = lines(0..5_001, |n| {
        format!("<item><id>A{n}</id><name>a</name></item>")
    });
    for (name, file) in [
        ("cars.csv", format!("id,name\n{csv}")),
        ("cars.json", format!(r#"{{"items":[{}]}}"#, json.join(","))),
        ("cars.xml", format!("<inventory>{xml}</inventory>")),
    ] {
        let page = owner.upload(START, name, &file, &[]).await.expect(422).body;
        page.has_all([
            "more than 5,000 items",
            "Split it",
            "would remove the items of the others",
        ]);
        page.lacks("Send ");
    }
    // Rows that repeat the item above, such as further images, do not count.
    let rows = lines(0..3_000, |n| format!("A{n},Car,1\nA{n},,2\n"));
    let path = begin(&owner, &format!("id,name,image\n{rows}")).await;
    owner
        .get(&path)
        .await
        .expect(200)
        .has("<dt>Rows</dt><dd>6000</dd>");
    // They count if the column that identifies them is not chosen.
    let fields = [
        ("column-0", "attribute"),
        ("column-1", "name"),
        ("column-2", "id"),
    ];
    owner.form(&path, &fields).await.expect(303);
    let page = preview(&owner, &path).await.body;
    page.has_all(["Nothing can be imported yet", "more than 5,000 items"]);
    page.lacks_all(["0 rows", "Download errors", "Send "]);
}

#[tokio::test]
async fn empty_or_unsupported_file_is_explained_without_api_terms() {
    let (world, owner) = World::with_owner().await;
    for (name, file, words) in [
        ("cars.csv", "id,name\n", "The file has no items"),
        ("cars.json", r#"{"items":[]}"#, "The file has no items"),
        ("cars.xml", "<inventory/>", "The file has no items"),
        (
            "cars.csv",
            "\n<!DOCTYPE HTML><title>Sign in</title>",
            "is a web page (HTML)",
        ),
        (
            "cars.xml",
            "<html><body>502</body></html>",
            "is a web page (HTML)",
        ),
        ("cars.csv", "id,name\nA,\0\n", "contains NUL bytes"),
        ("cars.csv", "%PDF-1.4\n1 0 obj\n<<>>\n", "is a PDF document"),
        ("cars.csv", "%PDF-1.7\n\0\n", "is a PDF document"),
        ("cars.json", "{", "The file is not JSON: "),
        ("cars.xml", "<a/>", "The file is not an XML feed: "),
    ] {
        let page = owner.upload(START, name, file, &[]).await.expect(422).body;
        page.has_all([
            "The file cannot be read",
            words,
            "href=\"/inventory/template.csv\"",
        ]);
        // The menu has a page called Requests.
        let (_, main) = page.split_once("<main").unwrap();
        for words in ["Send ", "The body", "request"] {
            assert!(!main.contains(words), "{name}, {words}: {main}");
        }
    }
    let path = choose(&owner, "id,name\nA,\nA,b\n", &[]).await;
    let page = preview(&owner, &path).await.body;
    page.has_all([
        "Nothing can be imported yet",
        "Use each ID once",
        "href=\"/inventory/template.csv\"",
    ]);
    assert_eq!(items(&world).await, 0);
}

#[tokio::test]
async fn errors_name_the_columns_and_values_of_the_file() {
    let (_world, owner) = World::with_owner().await;
    // Two lines of a cell are one row, and the blank row counts.
    let file = "Nr;Bezeichnung;Preis;Link;Kürzel\n\
        1;\"zwei\nZeilen\";auf Anfrage;;a\n\
        \n\
        2;;-5;www.example.com/2;b\n\
        1;<b>fett</b>;3;;c\n\
        3;drei;12.345,67;;d\n\
        4;vier\n\
        5;fünf;5;;e\n";
    let choices = [
        ("column-2", "price"),
        ("column-3", "url"),
        ("column-4", "attribute"),
        ("decimals", "point"),
    ];
    let path = choose(&owner, file, &choices).await;
    let page = preview(&owner, &path).await.body;
    let rows: Vec<&str> = page.split("<tr").collect();
    let row = |place: &str| {
        let row = rows.iter().find(|row| row.contains(place));
        row.unwrap_or_else(|| panic!("{place}: {page}"))
    };
    for (place, parts) in [
        (
            "Row 2</span><small><bdi>ID 1<",
            &[
                "<bdi>Preis</bdi>",
                "<bdi>auf Anfrage</bdi>",
                "leave the price empty",
            ][..],
        ),
        (
            "Row 4</span><small><bdi>ID 2<",
            &[
                "<bdi>Bezeichnung</bdi>",
                ">empty<",
                "<bdi>-5</bdi>",
                "<bdi>Link</bdi>",
                "<bdi>www.example.com/2</bdi>",
                "begins with https://",
            ],
        ),
        (
            "Row 5</span><small><bdi>ID 1<",
            &[
                "<bdi>Nr</bdi>",
                "<bdi>1</bdi>",
                "Row 2 has this ID already.",
            ],
        ),
        (
            "Row 6</span><small><bdi>ID 3<",
            &[
                "<bdi>12.345,67</bdi>",
                "Enter 12345.67, or select the other price format",
            ],
        ),
        (
            "Row 7<",
            &["This row has 2 cells, but the header has 5 columns."],
        ),
    ] {
        for part in parts {
            assert!(row(place).contains(part), "{place} {part}: {}", row(place));
        }
    }
    // The words and the names of the API.
    for row in rows.iter().filter(|row| row.contains("Row ")) {
        for word in ["`", "<code>", "image_url", "Send ", ">price<"] {
            assert!(!row.contains(word), "{word}: {row}");
        }
    }
    page.has("Add 1 item, skip 5 rows");
}

#[tokio::test]
async fn value_in_an_error_is_shortened_and_cannot_change_the_page() {
    let (_world, owner) = World::with_owner().await;
    let long = "x".repeat(10_000);
    let file = format!(
        "id,name,price\nA,a,<i>{long}\nB,b,5\u{202E}0\nC,c,1\nD\u{202E}d,d,2\nE{long},e,3\n"
    );
    let path = choose(&owner, &file, &[("column-2", "price")]).await;
    let page = preview(&owner, &path).await.body;
    page.has_all([
        "&lt;i",
        "x…",
        "5\u{FFFD}0",
        "<small><bdi>ID D\u{FFFD}d</bdi></small>",
    ]);
    page.lacks_all(["<i>x", &"x".repeat(81), "\u{202E}"]);
    let csv = owner.get(&format!("{path}/faults.csv")).await.expect(200);
    csv.lacks_all([&*"x".repeat(81), "\u{202E}"]);
}
