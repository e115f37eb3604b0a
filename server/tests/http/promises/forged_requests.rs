//! No forged cross-site request changes anything: every way to forge one, on every route that could
//! change something.

use crate::support::{Key, Member, OWNER, PASSWORD, TestClient, World, multipart};
use axum::routing::MethodFilter;
use leptos::server_fn::axum::server_fn_paths;
use server::router::CONSOLE;

pub(super) struct Fixture {
    pub(super) world: World,
    owner: Member,
    key: Key,
    setup: String,
    /// The id of another member.
    member_id: String,
    /// The id of an import.
    import: String,
}

pub(super) async fn fixture(public_url: &str) -> Fixture {
    let world = World::at(public_url).await;
    let owner = world.owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    let name = domain::AccountName::parse("Other Cars").unwrap();
    let token = world.services.links.new_account_link(name).await.unwrap();
    let setup = format!("/setup/{}", token.expose());
    world.join(&owner, "bob@example.com", "admin").await;
    let member_id = world.member_id("bob@example.com").await;
    let file = "id,name\nA,a\n";
    let begun = owner.upload("/inventory/import", "feed.csv", file, &[]);
    let begun = begun.await.expect(303).header("location").to_owned();
    let import = begun.trim_start_matches("/inventory/import/").to_owned();
    Fixture {
        world,
        owner,
        key,
        setup,
        member_id,
        import,
    }
}

impl Fixture {
    /// Returns every address that accepts an unsafe method, with a body that would work.
    pub(super) fn targets(&self) -> Vec<(String, String)> {
        let form = |name: &str| match name {
            "/sign-in" => format!("email={OWNER}&password={PASSWORD}").replace(' ', "+"),
            "/setup/{token}" => {
                format!("account_name=Evil&email=e@v.il&password={PASSWORD}").replace(' ', "+")
            }
            "/keys" => "name=Evil&scopes=leads:read&expires=7d&token=0123456789abcdef".into(),
            "/keys/new" => "name=Evil&preset=crm".into(),
            "/keys/{id}/revoke" => "reason=other&confirm=".into(),
            "/settings" => {
                "account_name=Evil&currency=EUR&limit_depth=1&limit_per_second=1&time_zone=UTC"
                    .into()
            }
            "/keys/found" => "typed=00".into(),
            "/keys/several" => format!("do=revoke&key={}&reason=other&count=1", self.key.id),
            "/keys/revoke-all" => "confirm=Acme+Motors".into(),
            "/settings/key-creation" => "stop=1".into(),
            "/theme" => "theme=dark".into(),
            "/inventory/import" => multipart("feed.csv", "id,name\nA,a\n", &[]),
            "/inventory/import/{id}" => "column-0=id&column-1=name".into(),
            "/inventory/import/{id}/apply" => "removals=0".into(),
            "/keys/{id}/edit" => "name=Evil&scopes=leads:write".into(),
            "/keys/{id}/watch" => "watch=on".into(),
            "/keys/{id}/enforce" => "networks=203.0.113.0/24".into(),
            "/keys/{id}/rotate" => "grace=now&expires=7d&token=0123456789abcdef".into(),
            "/team/invite" => "email=e%40v.il&role=owner".into(),
            "/team/withdraw" => "email=e%40v.il".into(),
            "/team/{id}/role" => "role=viewer".into(),
            "/team/{id}/sessions" => "end=all".into(),
            "/team/{id}/hand-over" => "confirm=bob%40example.com".into(),
            "/account/password" => {
                format!("old_password={PASSWORD}&password=evil horse battery").replace(' ', "+")
            }
            "/team/second-factor" => "required=1".into(),
            "/account/sessions" => "end=others".into(),
            "/account/second-factor"
            | "/account/second-factor/off"
            | "/account/recovery-codes"
            | "/sign-in/account"
            | "/sign-in/code" => "sealed=00&step=00&code=000000".into(),
            "/inventory/import/{id}/discard"
            | "/team/{id}/deactivate"
            | "/team/{id}/reactivate"
            | "/team/{id}/reset"
            | "/keys/{id}/pause"
            | "/keys/{id}/resume"
            // This needs the ID of an edit, which only the page of a key that was just edited has.
            | "/keys/{id}/undo"
            | "/sign-out" => String::new(),
            other => panic!("POST {other} is new: say here what would work there"),
        };
        let forms = CONSOLE
            .iter()
            .filter(|route| route.method != MethodFilter::GET)
            .filter_map(|route| {
                assert_eq!(route.method, MethodFilter::POST, "{}", route.path);
                let id = match route.path {
                    path if path.starts_with("/team") => &self.member_id,
                    path if path.starts_with("/inventory") => &self.import,
                    _ => &self.key.id,
                };
                let path = route
                    .path
                    .replace("{id}", id)
                    .replace("/setup/{token}", &self.setup);
                (!path.contains("{*")).then(|| (path, form(route.path)))
            });
        let calls = server_fn_paths().map(|(path, _)| {
            let form = r#"{"name":"Evil","scopes":["leads:read"],"expires":"7d","token":"0123456789abcdef","reason":"other"}"#;
            (path.to_owned(), format!(r#"{{"cursor":null,"id":"{}","form":{form}}}"#, self.key.id))
        });
        forms.chain(calls).collect()
    }

    /// Counts everything that a request could have changed.
    async fn state(&self) -> [i64; 7] {
        let mut counts = [0; 7];
        let statements = [
            "SELECT count(*) FROM audit_events",
            "SELECT count(*) FROM api_keys WHERE revoked_at IS NULL",
            "SELECT count(*) FROM sessions",
            "SELECT count(*) FROM accounts",
            "SELECT count(*) FROM items",
            "SELECT count(*) FROM imports",
            "SELECT count(*) FROM imports WHERE choices IS NULL",
        ];
        for (count, statement) in counts.iter_mut().zip(statements) {
            *count = self.world.count(statement).await;
        }
        counts
    }

    /// Tries a forgery at every address, as the signed-in victim and without a session.
    async fn forge(&self, context: &str, disguise: impl Fn(&TestClient) -> TestClient) {
        let before = self.state().await;
        for (path, body) in self.targets() {
            for kind in [
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "text/plain",
                "application/json",
            ] {
                for victim in [&*self.owner, &self.world.anonymous()] {
                    let http = disguise(&victim.with("content-type", kind));
                    let response = http.send("POST", &path, body.clone()).await;
                    assert_eq!(response.status, 403, "{context}: {path} as {kind}");
                    assert!(
                        !response.headers.contains_key("set-cookie"),
                        "{context}: {path}"
                    );
                }
            }
        }
        assert_eq!(self.state().await, before, "{context} changed something");
        self.owner.get("/keys").await.expect(200);
    }
}

const ORIGIN: &str = "http://127.0.0.1:3000";

#[tokio::test]
async fn cross_site_forms_and_fetches_are_refused() {
    let fixture = fixture(ORIGIN).await;
    for site in ["cross-site", "same-site", "", "same-origin, same-origin"] {
        fixture
            .forge(site, |http| {
                http.with("sec-fetch-site", site).with("origin", ORIGIN)
            })
            .await;
    }
    let no_cors = |http: &TestClient| {
        http.with("sec-fetch-site", "cross-site")
            .with("sec-fetch-mode", "no-cors")
    };
    fixture.forge("a fetch in no-cors mode", no_cors).await;
    let twice = |http: &TestClient| {
        http.with("sec-fetch-site", "same-origin")
            .with("sec-fetch-site", "cross-site")
    };
    fixture.forge("two lines", twice).await;
}

#[tokio::test]
async fn foreign_origin_is_refused_if_sec_fetch_site_is_missing() {
    let fixture = fixture(ORIGIN).await;
    for origin in [
        "https://evil.example",
        "null",
        "http://127.0.0.1:3001",
        "https://127.0.0.1:3000",
        "http://127.0.0.1:3000/",
        "",
    ] {
        fixture
            .forge(origin, |http| http.with("origin", origin))
            .await;
    }
    fixture
        .forge("two lines", |http| {
            http.with("origin", ORIGIN).with("origin", ORIGIN)
        })
        .await;
}

#[tokio::test]
async fn request_without_origin_and_fetch_metadata_is_refused_only_if_it_has_a_cookie() {
    let fixture = fixture(ORIGIN).await;
    let before = fixture.state().await;
    for (path, body) in fixture.targets() {
        let form = fixture
            .owner
            .with("content-type", "application/x-www-form-urlencoded");
        form.send("POST", &path, body).await.expect(403);
        let other = fixture.world.anonymous().with("cookie", "voxum_theme=dark");
        other.send("POST", &path, "").await.expect(403);
    }
    assert_eq!(fixture.state().await, before);
    let script = fixture
        .world
        .anonymous()
        .with("content-type", "application/x-www-form-urlencoded");
    script
        .send(
            "POST",
            "/sign-in",
            format!("email={OWNER}&password=correct+horse+battery"),
        )
        .await
        .expect(303);
}

#[tokio::test]
async fn safe_methods_change_nothing() {
    let fixture = fixture(ORIGIN).await;
    let before = fixture.state().await;
    for (path, body) in fixture.targets() {
        for method in ["GET", "HEAD", "OPTIONS"] {
            let http = fixture.owner.with("sec-fetch-site", "cross-site");
            http.send(
                method,
                &format!("{path}?{body}").replace(['"', '{', '}', ' ', '\r', '\n'], ""),
                "",
            )
            .await;
        }
    }
    assert_eq!(fixture.state().await, before);
    fixture.key.get("/api/key").await.expect(200);
}

#[tokio::test]
async fn same_origin_forms_are_accepted() {
    let fixture = fixture(ORIGIN).await;
    for (name, value) in [
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-site", "none"),
        ("origin", ORIGIN),
    ] {
        let http = fixture
            .owner
            .with(name, value)
            .with("content-type", "application/x-www-form-urlencoded");
        http.send("POST", "/theme", "theme=dark").await.expect(303);
    }
}

#[tokio::test]
async fn null_origin_is_accepted_over_plain_http_only_for_setup_forms() {
    let fixture = fixture("http://192.168.1.7:3000").await;
    let before = fixture.state().await;
    let null_origin = fixture
        .world
        .anonymous()
        .with("origin", "null")
        .with("content-type", "application/x-www-form-urlencoded");
    for (path, body) in fixture
        .targets()
        .into_iter()
        .filter(|(path, _)| !path.starts_with("/setup/"))
    {
        null_origin.send("POST", &path, body).await.expect(403);
    }
    assert_eq!(fixture.state().await, before);
    let cross = null_origin.with("sec-fetch-site", "cross-site");
    cross.send("POST", &fixture.setup, "").await.expect(403);
    let body = "account_name=Mine&email=m@example.com&password=correct+horse+battery";
    null_origin
        .send("POST", &fixture.setup, body)
        .await
        .expect(303);
}
