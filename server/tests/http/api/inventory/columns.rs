//! Headers of CSV feeds, and misleading names.

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
        let response = csv.send("POST", "/api/inventory?dry_run=true", body).await;
        assert_eq!(
            response.expect(200).json()["rejected"],
            json!([]),
            "{body:?}"
        );
    }
    for body in ["id,name,\nA,a,x\n", "id,name\nA,a,x\n", "id,name,\nA\n"] {
        let response = csv.send("POST", "/api/inventory", body).await;
        assert_eq!(
            response.errors(),
            [("/items/0".into(), "invalid".into())],
            "{body:?}"
        );
    }
    let response = csv.send("POST", "/api/inventory", "id,,name\nA,,a\n").await;
    assert_eq!(
        response.errors(),
        [("/header".into(), "unknown_field".into())]
    );
}

#[tokio::test]
async fn refusal_names_the_invisible_character_in_a_field_name() {
    let (_world, key) = World::with_key().await;
    let csv = key.with("content-type", "text/csv");
    let response = csv.send("POST", "/api/inventory", "id,na\u{200B}me,name\nA,a,a\n");
    let error = response.await.expect(422).json()["errors"][0].clone();
    let detail = "In the header on line 1, the name of column 2 has the invisible character U+200B ZERO WIDTH SPACE. \
                  Remove it.";
    assert_eq!(error["detail"], detail);
    let item = json!({ "id": "A", "name": "a", "pri\u{2060}ce": 1 });
    let response = key.post("/api/inventory", &feed([item])).await.expect(422);
    let detail =
        "The name of this field has the invisible character U+2060 WORD JOINER. Remove it.";
    assert_eq!(response.json()["errors"][0]["detail"], detail);
    for (kind, body) in [
        ("text/csv", "id,name\nA,a\n"),
        ("application/json", r#"{"items":[{"id":"A","name":"a"}]}"#),
        (
            "application/xml",
            "<inventory><item><id>A</id><name>a</name></item></inventory>",
        ),
    ] {
        let http = key.with("content-type", kind);
        let two_marks = format!("\u{FEFF}\u{FEFF}{body}");
        let response = http
            .send("POST", "/api/inventory", two_marks)
            .await
            .expect(400);
        let detail = "The text begins with two byte-order marks. Remove the second one.";
        assert_eq!(response.json()["detail"], detail, "{kind}");
        let one_mark = format!("\u{FEFF}{body}");
        http.send("POST", "/api/inventory", one_mark)
            .await
            .expect(200);
    }
}

#[tokio::test]
async fn unknown_xml_attributes_are_refused() {
    let (_world, key) = World::with_key().await;
    let xml = key.with("content-type", "application/xml");
    let item = "<id>A</id><name>a</name><attributes><attribute name=\"color\">red</attribute></attributes>";
    let document =
        |root: &str, item: &str| format!("<inventory{root}><item>{item}</item></inventory>");
    for (body, pointer) in [
        (document(" mode=\"replace\"", item), ""),
        (document(" xmlnsx=\"a\"", item), ""),
        (document(" a", item), ""),
        (
            document("", &item.replace("<id>", "<id type=\"sku\">")),
            "/items/0/id",
        ),
        (
            document("", &item.replace("<attributes>", "<attributes a=\"b\">")),
            "/items/0/attributes",
        ),
        (
            document(
                "",
                &item.replace("name=\"color\"", "name=\"color\" unit=\"RAL\""),
            ),
            "/items/0/attributes",
        ),
        (
            document(
                "",
                &item.replace("name=\"color\"", "name=\"color\" name=\"paint\""),
            ),
            "/items/0/attributes",
        ),
    ] {
        let response = xml.send("POST", "/api/inventory", body.clone()).await;
        assert_eq!(
            response.errors(),
            [(pointer.into(), "unknown_field".into())],
            "{body}"
        );
    }
    let declared = " xmlns=\"urn:x\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
                    xsi:schemaLocation=\"urn:x a.xsd\" xml:lang=\"de\"";
    let nil = item.replace("</name>", "</name><category xsi:nil=\"true\"/>");
    let body = document(declared, &nil);
    xml.send("POST", "/api/inventory", body).await.expect(200);
}
