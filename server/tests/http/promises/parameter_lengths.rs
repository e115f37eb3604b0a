//! Every parameter of every route has a maximum length, and the refusal of a longer one names it.

use crate::support::{ALL_SCOPES, TestResponse, Text as _, World};
use axum::routing::MethodFilter;
use serde_json::{Value, json};
use server::Route;
use server::router::{API, CONSOLE};

/// Nearly the maximum length of an address.
const LONG: usize = 60_000;

/// The pages that the generated calls of `make contract` request.
const PAGES: &str = include_str!("../../contract/console.json");
/// A route whose response never ends.
const ENDLESS: &str = "/keys/events";

#[track_caller]
fn assert_too_long(response: &TestResponse, name: &str, context: &str) {
    assert_eq!(response.status, 400, "{context}: {}", response.body);
    let is_named =
        response.body.contains("Too long") && response.body.contains(&format!("“{name}”"));
    assert!(is_named, "{context}: {}", response.body);
}

#[tokio::test]
async fn overlong_api_parameter_is_refused_as_an_invalid_parameter() {
    let (world, owner) = World::with_owner().await;
    let long = "x".repeat(LONG);
    let mut request_count = 0;
    for Route { method, path, .. } in API {
        // A key for each route, since one of them revokes its own.
        let key = owner
            .create(&format!("Key {request_count}"), &ALL_SCOPES)
            .await;
        let key = key.with("content-type", "application/json");
        let name = match *method {
            MethodFilter::GET => "GET",
            MethodFilter::POST => "POST",
            MethodFilter::PUT => "PUT",
            MethodFilter::PATCH => "PATCH",
            _ => "DELETE",
        };
        let body = match *path {
            _ if name == "GET" || name == "DELETE" => String::new(),
            "/api/inventory" => json!({ "items": [{ "id": "A", "name": "a" }] }).to_string(),
            "/api/leads" => json!({ "phone": "1" }).to_string(),
            "/api/leads/{id}" => json!({ "status": "won" }).to_string(),
            _ => json!({ "name": "a" }).to_string(),
        };
        let example_path = path.replace("{id}", "A");
        let mut addresses = vec![
            format!("{example_path}?{long}"),
            format!("{example_path}?q={long}"),
        ];
        if example_path != *path {
            addresses.push(path.replace("{id}", &long));
            addresses.push(path.replace("{id}", &"x".repeat(129)));
        }
        for address in addresses {
            let response = key.send(name, &address, body.clone()).await;
            let expected = (400, "invalid_parameter".to_owned());
            assert_eq!(
                response.problem(),
                expected,
                "{name} {path}: {}",
                response.body
            );
            request_count += 1;
        }
        for header in ["if-match", "if-none-match"] {
            let key = key.with(header, "\"x\", ".repeat(1_000));
            let response = key.send(name, &example_path, body.clone()).await;
            assert_eq!(response.problem().1, "invalid_parameter", "{name} {path}");
        }
        world.clock.advance_seconds(1);
    }
    assert!(request_count >= 2 * API.len());
    for name in ["q", "category", "cursor", "limit", "updated_since"] {
        let key = owner.create(name, &ALL_SCOPES).await;
        let response = key.get(&format!("/api/inventory?{name}={long}")).await;
        assert_eq!(
            response.problem(),
            (400, "invalid_parameter".into()),
            "{name}"
        );
        let detail = response.json()["detail"].as_str().unwrap().to_owned();
        detail.has(&format!(" characters for `{name}`"));
    }
    let stored = world.count("SELECT (SELECT count(*) FROM items) + (SELECT count(*) FROM leads)");
    assert_eq!(stored.await, 0);
}

#[tokio::test]
async fn overlong_page_parameter_is_named_on_an_error_page() {
    let (world, owner) = World::with_owner().await;
    let long = "x".repeat(LONG);
    let words = "ab%20".repeat(1_500);
    let pages: Value = serde_json::from_str(PAGES).unwrap();
    let pages = pages.as_object().unwrap();
    for Route { method, path, .. } in CONSOLE.iter() {
        if *method != MethodFilter::GET {
            continue;
        }
        let listed = pages.get(*path).map(|names| names.as_array().unwrap());
        assert_eq!(listed.is_some(), *path != ENDLESS, "{path} in console.json");
        let example_path = path.replace("{id}", "a").replace("{token}", "a");
        let listed = listed
            .into_iter()
            .flatten()
            .map(|name| name.as_str().unwrap());
        let names = listed.chain(["q", "other"]);
        for name in names {
            for value in [&long, &words] {
                let address = format!("{example_path}?{name}={value}");
                for reader in [&*owner, &world.anonymous()] {
                    assert_too_long(&reader.get(&address).await, name, path);
                }
            }
        }
        let response = owner.get(&format!("{example_path}?{long}")).await;
        assert_too_long(&response, &long[..64], path);
        if example_path != *path {
            let address = path.replace("{id}", &long).replace("{token}", &long);
            assert_too_long(&owner.get(&address).await, "id", path);
        }
    }
    let is_route = |path: &&String| CONSOLE.iter().any(|route| route.path == path.as_str());
    assert_eq!(pages.keys().filter(is_route).count(), pages.len());
}

#[tokio::test]
async fn repeated_page_parameter_is_named_on_an_error_page() {
    let (_world, owner) = World::with_owner().await;
    for Route { method, path, .. } in CONSOLE.iter() {
        if *method != MethodFilter::GET {
            continue;
        }
        let example_path = path.replace("{id}", "a").replace("{token}", "a");
        for query in ["who=keys&who=operator", "who=&q=a&who="] {
            let response = owner
                .get(&format!("{example_path}?{query}"))
                .await
                .expect(400);
            let message = "The address contains “who” more than once.";
            assert!(response.body.contains(message), "{path}: {}", response.body);
        }
    }
    for query in ["cursor=&cursor=", "cursor=00&cursor=00"] {
        owner.get(&format!("/team?{query}")).await.expect(400);
    }
    let search = json!({ "search": "q=a&q=b" });
    let refusal = owner.call("keys/list", &search).await.expect(200);
    assert_eq!(refusal.json()["Err"], "not_found");
    // Selected keys are repeated parameters of the same name.
    owner
        .get("/keys/several?do=pause&key=a&key=b")
        .await
        .expect(200);
}

#[tokio::test]
async fn search_of_the_maximum_length_is_carried_out() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["inventory:read"]).await;
    let letter = |n: u8| char::from(b'a' + n % 26);
    let words: Vec<String> = (0..85)
        .map(|n| [letter(n / 26), letter(n)].iter().collect())
        .collect();
    let words = words.join("+");
    for q in [&words, &"%25".repeat(256), &"%F0%9F%9A%97".repeat(256)] {
        for page in ["/keys", "/inventory"] {
            owner.get(&format!("{page}?q={q}")).await.expect(200);
        }
        key.get(&format!("/api/inventory?q={q}&category={q}"))
            .await
            .expect(200);
        let found = owner
            .call("keys/list", &json!({ "search": format!("q={q}") }))
            .await;
        assert!(found.expect(200).json()["Ok"].is_object());
    }
    let search = format!("q={}", "x+".repeat(1_500));
    let refusal = owner.call("keys/list", &json!({ "search": search })).await;
    assert_eq!(refusal.expect(200).json()["Err"], "not_found");
    // After signing in, a person returns to an address that is itself a parameter.
    let address = format!("/keys?q={words}");
    let redirect = world.anonymous().get(&address).await.expect(303);
    let redirect = redirect.header("location").to_owned();
    let page = world.anonymous().get_text(&redirect).await;
    page.has("name=\"next\"");
    let address = format!(
        "/keys?q={}&sort={}",
        "%F0%9F%9A%97".repeat(256),
        "%F0%9F%9A%97".repeat(256)
    );
    let redirect = world.anonymous().get(&address).await.expect(303);
    assert_eq!(redirect.header("location"), "/sign-in?next=%2Fkeys");
}

#[tokio::test]
async fn overlong_form_field_is_named_on_an_error_page() {
    let (_world, owner) = World::with_owner().await;
    let long = "x".repeat(16 * 1024 + 1);
    let mut form_count = 0;
    for Route { method, path, .. } in CONSOLE.iter() {
        // A file is sent in another kind of form, and a call is not a form.
        if *method != MethodFilter::POST
            || matches!(*path, "/inventory/import" | "/call/{*function}")
        {
            continue;
        }
        let example_path = path.replace("{id}", "a").replace("{token}", "a");
        let response = owner
            .form(&example_path, &[("name", "a"), ("note", &long)])
            .await;
        if response.status == 400 {
            assert_too_long(&response, "note", path);
            form_count += 1;
        }
        assert!(
            !response.status.is_server_error(),
            "{path}: {}",
            response.body
        );
    }
    // The other forms have no fields to read.
    assert!(form_count >= 20, "{form_count} forms read their fields");
}
