//! Pages, and addresses without a page.

use crate::support::{INVENTORY, OWNER, TestClient, TestResponse, Text as _, World};
use app::Page;
use axum::routing::MethodFilter;
use serde_json::json;
use server::router::CONSOLE;
use std::path::Path;

/// Returns the attributes of each element with this name.
fn tags<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!("<{name} ");
    let parts = page.split(&*start).skip(1);
    parts
        .filter_map(|part| Some(part.split_once('>')?.0))
        .collect()
}

#[tokio::test]
async fn help_beside_a_form_does_not_leave_it_and_back_restores_its_texts() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &["leads:read"]).await.id;
    let mut links = 0;
    for path in [
        "/keys/new",
        &format!("/keys/{key}/edit"),
        &format!("/keys/{key}/rotate"),
        &format!("/keys/{key}/revoke"),
        &format!("/keys/several?do=revoke&key={key}"),
        "/keys/found",
        "/keys/revoke-all",
        "/settings",
        "/team/invite",
        "/inventory/import",
        "/account",
    ] {
        let page = owner.get_text(path).await;
        let help = page.split_once(" class=\"help\">").map(|(_, help)| help);
        let help = help.and_then(|help| help.split_once("</aside>"));
        let help = help.map(|(help, _)| help).unwrap_or_default();
        for link in tags(help, "a") {
            links += 1;
            let is_file = link.contains(" download");
            let is_new_tab = link.contains("target=\"_blank\" rel=\"noopener\"");
            assert!(is_file || is_new_tab, "{path}: {link}");
            assert!(
                is_file || help.contains("(opens in a new tab)"),
                "{path}: {help}"
            );
        }
        // Browsers do not restore fields whose completion is off. Those that confirm a change stay
        // empty.
        for field in tags(&page, "input")
            .into_iter()
            .chain(tags(&page, "textarea"))
        {
            let is_kept = ["text", "date", "email", "number"].iter();
            let mut is_kept = is_kept.map(|kind| format!("type=\"{kind}\""));
            let confirms = [
                "name=\"confirm\"",
                "name=\"count\"",
                "id=\"found-key\"",
                "id=\"typed\"",
            ];
            if is_kept.any(|kind| field.contains(&kind))
                && !confirms.iter().any(|name| field.contains(name))
                && !field.contains(" hidden")
            {
                assert!(!field.contains("autocomplete=\"off\""), "{path}: {field}");
            }
        }
    }
    assert!(links >= 6, "{links}");
}

#[tokio::test]
async fn every_member_page_redirects_visitors_to_sign_in_with_a_return_path() {
    // The last three are loaded by a page that is open, which cannot show another one in their
    // place.
    const OPEN: [&str; 6] = [
        "/docs",
        "/sign-in",
        "/setup/{token}",
        "/keys/events",
        "/requests/new",
        "/keys/{id}/learned",
    ];
    let world = World::new().await;
    let pages = CONSOLE
        .iter()
        .filter(|route| route.method == MethodFilter::GET && !OPEN.contains(&route.path));
    let mut page_count = 0;
    for route in pages {
        let path = route.path.replace("{id}", "x");
        let response = world
            .anonymous()
            .get(&format!("{path}?a=b&c"))
            .await
            .expect(303);
        let location = format!("/sign-in?next={}%3Fa%3Db%26c", path.replace('/', "%2F"));
        assert_eq!(response.header("location"), location);
        page_count += 1;
    }
    assert_eq!(page_count, 35);
}

/// Opens every page of the table, with content that its forms need.
async fn open_every_page() -> Vec<(Page, TestResponse)> {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["inventory:write"]).await;
    let items = json!({ "items": [{ "id": "A", "name": "a" }] });
    key.post("/api/inventory", &items).await.expect(200);
    let member = world.member_id(OWNER).await;
    let watch = format!("/keys/{}/watch", key.id);
    owner.form(&watch, &[("watch", "on")]).await.expect(303);
    let upload = owner.upload("/inventory/import", "a.csv", "id,name\nA,a\n", &[]);
    let import = upload.await.expect(303).header("location").to_owned();
    let choices = owner.get(&import).await.selected_options();
    let choices: Vec<_> = choices
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    owner.form(&import, &choices).await.expect(303);
    let (link, anonymous) = (world.reset_link(OWNER).await, world.anonymous());
    let mut pages = Vec::new();
    for page in Page::ALL {
        let path = page.path().replace("/setup/{token}", &link);
        let path = path.replace("/inventory/import/{id}", &import);
        let id = match page {
            Page::Member => &*member,
            Page::Item => "A",
            _ => &key.id,
        };
        let mut path = path.replace("{id}", id);
        if *page == Page::NewRequests {
            path += "?after=0f0000000000000000";
        }
        let visitor: &TestClient = match page {
            Page::SignIn | Page::Setup => &anonymous,
            _ => &owner,
        };
        let status = if *page == Page::NotFound { 404 } else { 200 };
        pages.push((*page, visitor.get(&path).await.expect(status)));
    }
    pages
}

#[tokio::test]
async fn each_page_of_the_table_has_its_path_its_title_and_its_entry_of_the_menu() {
    for (page, response) in open_every_page().await {
        response.has(&format!("<title>{}</title>", page.title()));
        if let Some(entry) = page.entry().filter(|_| !page.is_bare()) {
            let link = format!("<a href=\"{}\" aria-current=\"page\">", entry.path());
            response.has(&link);
        }
    }
}

/// Browsers put the fields of a form that they send by GET into the address, which they keep in
/// their history.
#[tokio::test]
async fn fields_of_forms_with_an_address_as_their_result_accept_no_full_key() {
    const NO_FULL_KEY: &str = r#"pattern="(?!.*(vx_[0-9A-Za-z]{20}|(?&lt;![0-9A-Za-z])[0-9A-Za-z]{43,63}(?![0-9A-Za-z]))).*""#;
    let mut fields = Vec::new();
    for (page, response) in open_every_page().await {
        // A button can change the method of its form.
        response.lacks("formmethod=\"get\"");
        for form in response.body.split("<form ").skip(1) {
            let (head, rest) = form.split_once('>').unwrap();
            if ["method=\"post\"", "method=\"dialog\""]
                .iter()
                .any(|method| head.contains(method))
            {
                continue;
            }
            let (content, _) = rest.split_once("</form>").unwrap();
            content.lacks_all(["<textarea", "type=\"password\""]);
            for input in content.split("<input ").skip(1) {
                let (input, _) = input.split_once('>').unwrap();
                let has = |text: &str| input.contains(text);
                let kind = input
                    .split_once("type=\"")
                    .map(|(_, rest)| rest.split('"').next());
                if matches!(
                    kind.flatten(),
                    Some("hidden" | "checkbox" | "radio" | "date")
                ) {
                    continue;
                }
                assert!(has(NO_FULL_KEY) && has("title=\"Don"), "{page:?}: {input}");
                assert!(!head.contains("novalidate"), "{page:?}: {head}");
                let (_, name) = input.split_once("name=\"").unwrap();
                fields.push((page.path(), name.split('"').next().unwrap().to_owned()));
            }
        }
    }
    let fields: Vec<_> = fields.iter().map(|(path, name)| (*path, &**name)).collect();
    assert_eq!(
        fields,
        [
            ("/keys", "q"),
            ("/requests", "id"),
            ("/inventory", "q"),
            ("/audit", "thing"),
            ("/search", "q"),
        ],
        "the search above finds the fields that there are"
    );
}

/// The browser tests and the screenshots go through this list, so that they cover every page.
#[test]
fn pages_of_the_table_are_those_that_the_browser_tests_open() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../end2end/support/pages.json");
    let rows = Page::ALL.iter().map(|page| {
        let (path, name) = (page.path(), page.name());
        format!(
            "  {}",
            json!({ "path": path, "name": name, "frame": page.is_in_frame() })
        )
    });
    let text = format!("[\n{}\n]\n", rows.collect::<Vec<_>>().join(",\n"));
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&file).unwrap_or_default(),
        text,
        "run the tests with UPDATE_SNAPSHOTS=1 and commit {}",
        file.display()
    );
}

#[tokio::test]
async fn pages_are_complete_documents_without_script() {
    let (_world, owner) = World::with_owner().await;
    owner.create("CRM Sync", &["leads:read"]).await;
    for (path, text) in [
        ("/", "Requests"),
        ("/keys", "CRM Sync"),
        ("/keys/new", "Permissions"),
        ("/inventory", "Inventory"),
        ("/leads", "No leads yet"),
        ("/docs", "Push items"),
        ("/audit", "<code>key.created</code>"),
        ("/team", "ada@example.com"),
        ("/team/invite", "Create invitation link"),
        ("/account", "This session"),
    ] {
        let page = owner.get(path).await.expect(200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(
            page.body.starts_with("<!DOCTYPE html>") && page.body.contains("</html>"),
            "{path}"
        );
        assert!(page.body.contains(text), "{path}");
        assert!(
            !page.body.contains("style=\""),
            "an inline style, which the policy forbids: {path}"
        );
    }
}

#[tokio::test]
async fn unknown_address_is_answered_with_a_not_found_page() {
    let (world, owner) = World::with_owner().await;
    for path in [
        "/nothing",
        "/keys/",
        "/keys/x/y/z",
        "/not-found",
        "/Keys",
        "/setup",
        "/call/x",
        "/pkg/none.js",
    ] {
        for http in [&*owner, &world.anonymous()] {
            let page = http.get(path).await;
            assert!(
                matches!(page.status.as_u16(), 404 | 405),
                "{path}: {}",
                page.status
            );
        }
    }
    let page = owner.get("/nothing").await.expect(404);
    page.has("Page not found");
    world
        .anonymous()
        .send("POST", "/nothing", "")
        .await
        .expect(404);
    let response = world
        .anonymous()
        .send("DELETE", "/keys", "")
        .await
        .expect(405);
    assert_eq!(response.header("allow"), "GET,HEAD,POST");
}

#[tokio::test]
async fn forms_are_accepted_only_as_browsers_send_them() {
    let world = World::new().await;
    let owner = world.owner().await.with("sec-fetch-site", "same-origin");
    for kind in [
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/json",
        "",
    ] {
        let response = owner
            .with("content-type", kind)
            .send("POST", "/keys", "name=x")
            .await;
        assert_eq!(response.status, 415, "{kind}");
    }
    let form = owner.with("content-type", "application/x-www-form-urlencoded");
    form.send("POST", "/keys", vec![b'a'; 64 * 1024 + 1])
        .await
        .expect(413);
    form.send("POST", "/keys", "%FF=%FF&name=%00")
        .await
        .expect(422);
}

#[tokio::test]
async fn malformed_addresses_cause_no_server_error() {
    let (world, owner) = World::with_owner().await;
    for query in [
        "%FF",
        "a=%FF&b",
        "%",
        "=",
        "&&",
        "a=%00",
        "name=%F0%9F%9A%97",
        "preset=x",
        "cursor=%",
        "a[b]=c",
        "?",
    ] {
        for path in [
            "/",
            "/keys",
            "/keys/new",
            "/inventory",
            "/leads",
            "/audit",
            "/audit/log.csv",
            "/inventory/export.csv",
            "/leads/export.jsonl",
            "/sign-in",
            "/keys/x/revoke",
            "/nothing",
        ] {
            for http in [&*owner, &world.anonymous()] {
                let response = http.get(&format!("{path}?{query}")).await;
                assert!(
                    response.status.as_u16() < 500,
                    "{path}?{query}: {}",
                    response.body
                );
            }
        }
    }
    for path in [
        "/%",
        "/%FF",
        "/%00",
        "/%2F%2Fevil.example",
        "/..%2F..%2Fetc%2Fpasswd",
        "//keys",
        "/keys/%E2%80%AE/revoke",
    ] {
        let response = owner.get(path).await;
        assert_eq!(response.status, 404, "{path}");
    }
}

#[tokio::test]
async fn inventory_continues_at_its_cursor() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &["inventory:write"]).await;
    let items: Vec<_> = (0..60)
        .map(|n| json!({ "id": format!("N{n:02}"), "name": "n" }))
        .collect();
    key.post("/api/inventory", &json!({ "items": items }))
        .await
        .expect(200);
    let page = owner.get_text("/inventory").await;
    page.has("N49");
    page.lacks("N50");
    let (_, rest) = page.split_once("/inventory?cursor=").unwrap();
    let (cursor, _) = rest.split_once('"').unwrap();
    let next = owner.get_text(&format!("/inventory?cursor={cursor}")).await;
    next.has("N50");
    next.lacks("N49");
    next.has("First page");
    next.lacks("?cursor=");
    let found = owner.get_text("/inventory?q=n").await;
    let (_, rest) = found.split_once("href=\"/inventory?q=n&amp;").unwrap();
    let (next, _) = rest.split_once('"').unwrap();
    let next = owner.get_text(&format!("/inventory?q=n&{next}")).await;
    next.has("href=\"/inventory?q=n\" class=\"button\">First page");
    let bad = owner.get("/inventory?cursor=N50").await.expect(404);
    bad.has("Not found");
}

#[tokio::test]
async fn user_input_is_escaped_on_every_page() {
    const EVIL: &str = "</script><script>alert(1)</script><!--\"'&";
    let (world, owner) = World::with_owner().await;
    let key = owner.create(EVIL, &INVENTORY).await;
    let agent = key.with("user-agent", EVIL);
    let items = json!({ "items": [{ "id": EVIL, "name": EVIL, "category": EVIL }] });
    agent.post("/api/inventory", &items).await.expect(200);
    let text = "%3C%2Fscript%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    let query = format!("a=b&name={text}&next=%2F%22%3E%3Cscript%3E");
    let revoke = format!("/keys/{}/revoke", key.id);
    let pages = ["/", "/keys/new", &*revoke].map(|path| format!("{path}?{query}"));
    let lists = ["/keys", "/inventory", "/audit"].map(str::to_owned);
    // Lists have no other parameters.
    let searches = ["/keys?q=", "/inventory?q=", "/audit?thing="];
    let searches = searches.map(|address| format!("{address}{text}"));
    for address in [pages, lists, searches].concat() {
        let page = owner.get_text(&address).await;
        assert!(
            !page.contains("<script>") && !page.contains("<!--\""),
            "{address}: {page}"
        );
    }
    let page = owner.get_text("/keys").await;
    page.has("&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
    assert!(
        page.contains("\\u003c/script>\\u003cscript>alert(1)"),
        "and in what is handed over: {page}"
    );
    let sign_in = world
        .anonymous()
        .get_text(&format!("/sign-in?{query}"))
        .await;
    sign_in.lacks("<script>");
    let fields = [("email", EVIL), ("password", EVIL), ("next", EVIL)];
    let refusal = world
        .anonymous()
        .form("/sign-in", &fields)
        .await
        .expect(401)
        .body;
    refusal.lacks("<script>");
}

#[tokio::test]
async fn malformed_paths_are_not_found() {
    let (_world, owner) = World::with_owner().await;
    for path in [
        "//[",
        "/[",
        "/%00",
        "/keys/%zz",
        "/keys/%00/revoke",
        "/%FF",
        "/..%2f",
        "/keys/%2e%2e/revoke",
    ] {
        let status = owner.get(path).await.status;
        assert_eq!(status, 404, "{path}");
    }
}

#[tokio::test]
async fn pages_that_show_or_take_a_secret_load_no_module() {
    let (world, owner) = World::with_owner().await;
    let form = owner.get_text("/keys/new").await;
    let (_, rest) = form.split_once("name=\"token\"").unwrap();
    let (_, rest) = rest.split_once("value=\"").unwrap();
    let (token, _) = rest.split_once('"').unwrap();
    let fields = [
        ("name", "Feed"),
        ("scopes", "inventory:read"),
        ("expires", "7d"),
        ("token", token),
    ];
    let saved = owner.form("/keys", &fields).await.expect(200).body;
    saved.has_all(["vx_", "Save your API key"]);
    let sign_in = world.anonymous().get_text("/sign-in").await;
    for page in [form, saved, sign_in] {
        page.lacks_all(["type=\"module\"", "hydrate"]);
    }
    let keys = owner.get_text("/keys").await;
    assert!(
        keys.contains("<script type=\"module\""),
        "the search above finds a script that is there"
    );
}
