//! Headers of CSV feeds, and other names that are not what they seem.

use super::feed;
use crate::support::World;
use serde_json::json;

#[tokio::test]
async fn trailing_empty_csv_columns_are_ignored() {
    let (_world, key) = World::with_key().await;
    let csv = key.with("content-type", "text/csv");
    for body in [
        "id,name,\nA,a,\n",
        "id;name; ;\nA;a;;\nB;b\n",
        "id\tname\t\nA\ta\t \n",
        "id,name\nA,a,\n",
    ] {
        let answer = csv.send("POST", "/api/inventory?dry_run=true", body).await;
        assert_eq!(answer.expect(200).json()["rejected"], json!([]), "{body:?}");
    }
    for body in ["id,name,\nA,a,x\n", "id,name\nA,a,x\n", "id,name,\nA\n"] {
        let answer = csv.send("POST", "/api/inventory", body).await;
        assert_eq!(
            answer.errors(),
            [("/items/0".into(), "invalid".into())],
            "{body:?}"
        );
    }
    let answer = csv.send("POST", "/api/inventory", "id,,name\nA,,a\n").await;
    assert_eq!(
        answer.errors(),
        [("/header".into(), "unknown_field".into())]
    );
}

#[tokio::test]
async fn refusal_names_the_invisible_character_in_a_field_name() {
    let (_world, key) = World::with_key().await;
    let csv = key.with("content-type", "text/csv");
    let answer = csv.send("POST", "/api/inventory", "id,na\u{200B}me,name\nA,a,a\n");
    let error = answer.await.expect(422).json()["errors"][0].clone();
    let detail = "In the header on line 1, the name of column 2 has the invisible character U+200B ZERO WIDTH SPACE. \
                  Remove it.";
    assert_eq!(error["detail"], detail);
    let item = json!({ "id": "A", "name": "a", "pri\u{2060}ce": 1 });
    let answer = key.post("/api/inventory", &feed([item])).await.expect(422);
    let detail =
        "The name of this field has the invisible character U+2060 WORD JOINER. Remove it.";
    assert_eq!(answer.json()["errors"][0]["detail"], detail);
    for (kind, body) in [
        ("text/csv", "id,name\nA,a\n"),
        ("application/json", r#"{"items":[{"id":"A","name":"a"}]}"#),
        (
            "application/xml",
            "<inventory><item><id>A</id><name>a</name></item></inventory>",
        ),
    ] {
        let http = key.with("content-type", kind);
        let twice = format!("\u{FEFF}\u{FEFF}{body}");
        let answer = http.send("POST", "/api/inventory", twice).await.expect(400);
        let detail = "The text begins with two byte-order marks. Remove the second one.";
        assert_eq!(answer.json()["detail"], detail, "{kind}");
        let once = format!("\u{FEFF}{body}");
        http.send("POST", "/api/inventory", once).await.expect(200);
    }
}

#[tokio::test]
async fn unknown_xml_attributes_are_refused() {
    let (_world, key) = World::with_key().await;
    let xml = key.with("content-type", "application/xml");
    let item = "<id>A</id><name>a</name><attributes><attribute name=\"color\">red</attribute></attributes>";
    let whole =
        |root: &str, item: &str| format!("<inventory{root}><item>{item}</item></inventory>");
    for (body, pointer) in [
        (whole(" mode=\"replace\"", item), ""),
        (whole(" xmlnsx=\"a\"", item), ""),
        (whole(" a", item), ""),
        (
            whole("", &item.replace("<id>", "<id type=\"sku\">")),
            "/items/0/id",
        ),
        (
            whole("", &item.replace("<attributes>", "<attributes a=\"b\">")),
            "/items/0/attributes",
        ),
        (
            whole(
                "",
                &item.replace("name=\"color\"", "name=\"color\" unit=\"RAL\""),
            ),
            "/items/0/attributes",
        ),
        (
            whole(
                "",
                &item.replace("name=\"color\"", "name=\"color\" name=\"paint\""),
            ),
            "/items/0/attributes",
        ),
    ] {
        let answer = xml.send("POST", "/api/inventory", body.clone()).await;
        assert_eq!(
            answer.errors(),
            [(pointer.into(), "unknown_field".into())],
            "{body}"
        );
    }
    let declared = " xmlns=\"urn:x\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
                    xsi:schemaLocation=\"urn:x a.xsd\" xml:lang=\"de\"";
    let nil = item.replace("</name>", "</name><category xsi:nil=\"true\"/>");
    let body = whole(declared, &nil);
    xml.send("POST", "/api/inventory", body).await.expect(200);
}
