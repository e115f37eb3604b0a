//! The mapping of a table's columns, as the account remembers it.

use super::import_steps::{apply, begin, choose, choose_currency, lines};
use crate::support::{Member, Text as _, World};

const FILE: &str = "Nummer,Titel,Notiz\n1,a,x\n";
const REMEMBERED: &str = "Your account imported a file with these columns before";

async fn describe(member: &Member, file: &str) -> crate::support::TestResponse {
    let path = begin(member, file).await;
    member.get(&path).await.expect(200)
}

fn field(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[tokio::test]
async fn mapping_of_an_imported_file_is_remembered_for_the_account() {
    let (world, owner) = World::with_owner().await;
    let fields = [
        ("column-2", "category"),
        ("currency", "CHF"),
        ("decimals", "comma"),
    ];
    let path = choose(&owner, FILE, &fields).await;
    apply(&owner, &path, "").await.expect(303);
    world.join(&owner, "bob@example.com", "admin").await;
    let bob = world.sign_in("bob@example.com").await;
    let page = describe(&bob, "Nummer,Titel,Notiz\n2,b,y\n").await;
    page.has(REMEMBERED);
    let selected_options = page.selected_options();
    for (name, value) in fields {
        assert!(
            selected_options.contains(&field(name, value)),
            "{selected_options:?}"
        );
    }
    // Another header, and another account.
    let stranger = world.stranger().await;
    for page in [
        describe(&bob, "Nummer,Titel,Notizen\n2,b,y\n").await,
        describe(&stranger, FILE).await,
    ] {
        page.lacks(REMEMBERED);
        assert!(
            page.selected_options()
                .contains(&field("column-2", "attribute"))
        );
    }
}

#[tokio::test]
async fn mapping_is_not_remembered_if_its_file_was_not_imported() {
    let (world, owner) = World::with_owner().await;
    let path = choose(&owner, FILE, &[("column-2", "category")]).await;
    owner.get(&format!("{path}/preview")).await.expect(200);
    let page = describe(&owner, FILE).await;
    page.lacks(REMEMBERED);
    assert!(
        page.selected_options()
            .contains(&field("column-2", "attribute"))
    );
    for name in ["a", "b"] {
        let file = FILE.replace("1,a", &format!("1,{name}"));
        let path = choose(&owner, &file, &[("column-2", "category")]).await;
        apply(&owner, &path, "").await.expect(303);
        describe(&owner, FILE).await.has(REMEMBERED);
        world.sql("DELETE FROM import_mappings").await;
    }
}

#[tokio::test]
async fn remembered_mapping_is_ignored_if_it_is_invalid() {
    let (world, owner) = World::with_owner().await;
    let path = choose(&owner, FILE, &[("column-2", "category")]).await;
    apply(&owner, &path, "").await.expect(303);
    for statement in [
        "UPDATE import_mappings SET mapping = replace(mapping, '\"category\"', '\"id\"')",
        "UPDATE import_mappings SET mapping = replace(mapping, '\"id\"', '\"url\"')",
        "UPDATE import_mappings SET mapping = replace(mapping, '\"url\",', '')",
        "UPDATE import_mappings SET mapping = replace(mapping, '\"name\"', '\"colour\"')",
    ] {
        world.sql(statement).await;
        let page = describe(&owner, FILE).await;
        assert!(!page.body.contains(REMEMBERED), "{statement}");
        let selected_options = page.selected_options();
        for (name, value) in [
            ("column-0", "id"),
            ("column-1", "name"),
            ("column-2", "attribute"),
        ] {
            assert!(
                selected_options.contains(&field(name, value)),
                "{selected_options:?}"
            );
        }
    }
}

async fn currency_list(member: &Member) -> String {
    let page = describe(member, FILE).await.body;
    let (_, list) = page.split_once("id=\"currency\"").unwrap();
    let (list, _) = list.split_once("</select>").unwrap();
    list.to_owned()
}

#[tokio::test]
async fn currency_is_never_proposed_silently() {
    const REQUIRED: &str = "Select a currency. The file has prices for which it doesn";
    let (_world, owner) = World::with_owner().await;
    let file = "Nummer;Titel;Preis\n1;Golf;18.990,00\n2;Polo;9.500,00\n";
    let path = begin(&owner, file).await;
    let mut fields = vec![
        ("column-0", "id"),
        ("column-1", "name"),
        ("column-2", "price"),
        ("decimals", "comma"),
        ("currency", ""),
    ];
    let page = owner.form(&path, &fields).await.expect(422);
    page.has_all([REQUIRED, "href=\"#currency\""]);
    assert!(page.selected_options().contains(&field("currency", "")));
    // Items keep the currency of their prices.
    fields.push(("mode", "update"));
    owner.form(&path, &fields).await.expect(303);
    // A file without prices needs no currency.
    fields.pop();
    fields[2] = ("column-2", "leave_out");
    owner.form(&path, &fields).await.expect(303);
    fields[2] = ("column-2", "price");
    fields[4] = ("currency", "EUR");
    owner.form(&path, &fields).await.expect(303);
    let page = owner.get_text(&format!("{path}/preview")).await;
    page.has("18,990.00 EUR");
    // The settings of the account are a choice.
    fields[4] = ("currency", "");
    choose_currency(&owner, "CHF").await;
    let path = begin(&owner, file).await;
    owner.form(&path, &fields).await.expect(303);
    let page = owner.get_text(&format!("{path}/preview")).await;
    page.has("18,990.00 CHF");
    // A currency in the file takes precedence.
    let path = begin(&owner, "Nummer;Titel;Preis\n1;Golf;18.990 €\n").await;
    let page = owner.get(&path).await.expect(200);
    assert!(page.selected_options().contains(&field("currency", "EUR")));
}

#[tokio::test]
async fn currency_of_a_file_without_columns_is_chosen_as_well() {
    const REQUIRED: &str = "Select a currency. The file has prices for which it doesn";
    let (_world, owner) = World::with_owner().await;
    let upload = async |name, file: &str| {
        let upload = owner.upload("/inventory/import", name, file, &[]).await;
        upload.expect(303).header("location").to_owned()
    };
    let json =
        r#"[{"id":"1","name":"Golf","price":5},{"id":"2","name":"b","price":6,"currency":"GBP"}]"#;
    let xml = "<inventory><item><id>3</id><name>c</name><price>7</price></item></inventory>";
    for (name, file, price) in [
        ("cars.json", json, "5.00 EUR"),
        ("cars.xml", xml, "7.00 EUR"),
    ] {
        let path = upload(name, file).await;
        let page = owner.get_text(&path).await;
        page.has_all(["Currency for prices without one", "Select a currency"]);
        for currency in ["", "EURO"] {
            let fields = [("currency", currency)];
            let page = owner.form(&path, &fields).await.expect(422);
            page.has_all([REQUIRED, "href=\"#currency\""]);
        }
        // Items keep the currency of their prices.
        owner.form(&path, &[("mode", "update")]).await.expect(303);
        owner.form(&path, &[("currency", "EUR")]).await.expect(303);
        let page = owner.get_text(&format!("{path}/preview")).await;
        page.has(price);
        let page = owner.get(&path).await.expect(200);
        assert!(page.selected_options().contains(&field("currency", "EUR")));
        apply(&owner, &path, "").await.expect(303);
    }
    owner
        .get_text("/inventory")
        .await
        .has_all(["5.00 EUR", "6.00 GBP", "7.00 EUR"]);
    // A file that names all currencies, or has no price, needs no choice.
    let named = r#"[{"id":"1","name":"Golf","price":5,"currency":"GBP"},{"id":"2","name":"b"}]"#;
    let path = upload("cars.json", named).await;
    owner.get_text(&path).await.lacks("Currency for prices");
    owner.form(&path, &[]).await.expect(303);
    // Once the members have saved settings, the default is their choice.
    choose_currency(&owner, "USD").await;
    let path = upload("cars.json", json).await;
    owner
        .get_text(&path)
        .await
        .has("United States dollar (USD)");
    owner.form(&path, &[("currency", "")]).await.expect(303);
    let page = owner.get_text(&format!("{path}/preview")).await;
    page.has("USD");
}

#[tokio::test]
async fn make_and_model_are_proposed_as_the_name_if_no_column_has_one() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Reader", &["inventory:read"]).await;
    let file = "Fahrzeugnr;Marke;Modell;Farbe\n1;VW;Golf;rot\n2; Škoda ;;blau\n";
    let path = begin(&owner, file).await;
    let page = owner.get(&path).await.expect(200);
    page.has("The columns for the name are joined by a space");
    let options = page.selected_options();
    for (column, target) in [
        ("column-0", "id"),
        ("column-1", "name_attribute"),
        ("column-2", "name_attribute"),
        ("column-3", "attribute"),
    ] {
        assert!(options.contains(&field(column, target)), "{options:?}");
    }
    let options: Vec<_> = options
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    owner.form(&path, &options).await.expect(303);
    let page = owner.get_text(&format!("{path}/preview")).await;
    page.has_all(["VW Golf", "Škoda", "Add 2 items"]);
    apply(&owner, &path, "").await.expect(303);
    let item = key.get_json("/api/inventory/1").await;
    assert_eq!(item["name"], "VW Golf");
    assert_eq!(item["attributes"]["Marke"], "VW");
    assert_eq!(item["attributes"]["Modell"], "Golf");
    // An error of the name has the titles and values of all its columns.
    let long = "x".repeat(300);
    let file = format!("Fahrzeugnr;Marke;Modell;Farbe\n1;VW;{long};rot\n");
    let path = begin(&owner, &file).await;
    owner.form(&path, &options).await.expect(303);
    let page = owner.get_text(&format!("{path}/preview")).await;
    page.has_all(["<bdi>Marke, Modell</bdi>", "<bdi>VW xxx"]);
    drop(world);
}

#[tokio::test]
async fn price_below_the_sampled_rows_needs_a_currency_as_well() {
    let (_world, owner) = World::with_owner().await;
    let rows = lines(0..250, |n| format!("{n},a,5 EUR\n"));
    let file = format!("id,name,price\n{rows}last,b,6\n");
    let fields = [("column-2", "price"), ("currency", "")];
    let path = choose(&owner, &file, &fields).await;
    let page = owner.get_text(&format!("{path}/preview")).await;
    page.has_all(["1 row has errors", "The price has no currency.", "ID last"]);
}

#[tokio::test]
async fn currencies_are_grouped_and_ordered_by_name() {
    let (_world, owner) = World::with_owner().await;
    let list = currency_list(&owner).await;
    let (proposed, _) = list.split_once("<optgroup").unwrap();
    proposed.has_all(["value=\"\" selected", "Select a currency"]);
    list.lacks("Default of the account");
    // Once the members have saved settings, the default is their choice.
    choose_currency(&owner, "USD").await;
    let list = currency_list(&owner).await;
    list.lacks("Select a currency");
    let groups: Vec<Vec<&str>> = list
        .split("<optgroup")
        .skip(1)
        .map(|group| {
            let options = group.split("<option").skip(1);
            options
                .filter_map(|option| option.split_once('>')?.1.split_once("</option>"))
                .map(|(label, _)| label.trim())
                .collect()
        })
        .collect();
    assert_eq!(groups[0], ["United States dollar (USD)"]);
    assert!(groups[1].contains(&"Euro (EUR)"), "{groups:?}");
    assert!(groups[2].contains(&"Caribbean guilder (XCG)"), "{groups:?}");
    for group in groups {
        assert!(group.is_sorted(), "{group:?}");
    }
}
