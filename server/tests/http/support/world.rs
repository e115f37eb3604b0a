//! A complete server with its database, in a new folder.

use super::{INVENTORY, Inbox, Key, LEADS, Member, OWNER, PASSWORD, TestClient};
use domain::seconds::HOUR;
use domain::{AccountId, AccountName, Email, Timestamp};
use server::{
    AppState, BodyLimits, Pipeline, PublicUrl, Site, TrustedProxies, build_app, documents,
};
use service::{Mailer, ManualClock, OsRandom, Pepper, Peppers, Services};
use std::path::Path;
use std::sync::Arc;
use storage::{OpenMode, SqlStore, sqlite};
use tempfile::TempDir;

pub const PUBLIC_URL: &str = "http://127.0.0.1:3000";

pub struct World {
    pub folder: TempDir,
    pub clock: Arc<ManualClock>,
    pub store: SqlStore,
    pub services: Arc<Services>,
    pub app: Pipeline,
    pub pepper: String,
    pub state: AppState,
}

impl World {
    /// Creates a new installation without members.
    pub async fn new() -> Self {
        Self::at(PUBLIC_URL).await
    }

    /// Creates an installation with its first owner.
    pub async fn with_owner() -> (Self, Member) {
        let world = Self::new().await;
        let owner = world.owner().await;
        (world, owner)
    }

    /// Creates an installation with a key for the inventory.
    pub async fn with_key() -> (Self, Key) {
        let world = Self::new().await;
        let key = world.key().await;
        (world, key)
    }

    /// Creates an installation with a key for leads.
    pub async fn with_crm_key() -> (Self, Key) {
        let world = Self::new().await;
        let key = world.crm_key().await;
        (world, key)
    }

    pub async fn at(public_url: &str) -> Self {
        let pepper = Pepper::generate(&OsRandom).to_hex().to_string();
        let now = Timestamp::from_millis(1_795_411_867_000);
        Self::open(
            tempfile::tempdir().unwrap(),
            Arc::new(ManualClock::at(now)),
            pepper,
            public_url,
        )
        .await
    }

    async fn open(
        folder: TempDir,
        clock: Arc<ManualClock>,
        pepper: String,
        public_url: &str,
    ) -> Self {
        let file = folder.path().join("voxum.db");
        let store = sqlite::open(&file, OpenMode::CreateIfNew).await.unwrap();
        let peppers = Peppers::from(Pepper::parse(&pepper).unwrap());
        let services = services(&store, &clock, peppers, public_url).await;
        // The clock does not advance, so the lease of this poll remains valid until the test lets
        // time pass.
        services.node.poll().await.unwrap();
        let limits = BodyLimits::default();
        let state = state(&services, folder.path(), public_url, None, limits);
        Self {
            folder,
            clock,
            store,
            services,
            app: build_app(state.clone()),
            state,
            pepper,
        }
    }

    /// Starts another server on the same database, with these peppers.
    pub async fn node(&self, pepper: &str, old: Option<&str>) -> (Arc<Services>, TestClient) {
        let parse = |text: &str| Pepper::parse(text).unwrap();
        let peppers = Peppers::with_old(parse(pepper), old.map(parse));
        let services = services(&self.store, &self.clock, peppers, PUBLIC_URL).await;
        let state = state(
            &services,
            self.folder.path(),
            PUBLIC_URL,
            None,
            BodyLimits::default(),
        );
        (services, TestClient::new(build_app(state)))
    }

    /// Restarts the same installation.
    pub async fn restart(self) -> Self {
        let Self {
            folder,
            clock,
            store,
            pepper,
            services,
            ..
        } = self;
        services.node.leave().await;
        store.close().await;
        Self::open(folder, clock, pepper, PUBLIC_URL).await
    }

    /// Returns the same installation with other limits for large bodies.
    pub fn with_body_limits(mut self, body_limits: BodyLimits) -> Self {
        let folder = self.folder.path();
        self.state = state(&self.services, folder, PUBLIC_URL, None, body_limits);
        self.app = build_app(self.state.clone());
        self
    }

    /// Creates an installation that sends mail, with its first owner.
    pub async fn with_mail() -> (Self, Member, Arc<Inbox>) {
        let (mut world, _) = Self::with_owner().await;
        let inbox = Arc::new(Inbox::default());
        let (folder, mailer) = (world.folder.path(), inbox.clone());
        let limits = BodyLimits::default();
        world.state = state(&world.services, folder, PUBLIC_URL, Some(mailer), limits);
        world.app = build_app(world.state.clone());
        let owner = world.sign_in(OWNER).await;
        (world, owner, inbox)
    }

    pub fn anonymous(&self) -> TestClient {
        TestClient::new(self.app.clone())
    }

    /// Sets up the installation's first owner through the link.
    pub async fn owner(&self) -> Member {
        let link = self
            .services
            .links
            .first_owner_link()
            .await
            .unwrap()
            .expect("there is no owner yet");
        self.set_up(link.expose(), "Acme Motors", OWNER).await
    }

    /// Sets up a further account.
    pub async fn stranger(&self) -> Member {
        let name = AccountName::parse("Other Cars").unwrap();
        let link = self.services.links.new_account_link(name).await.unwrap();
        self.set_up(link.expose(), "Other Cars", "eve@example.org")
            .await
    }

    async fn set_up(&self, token: &str, account: &str, email: &str) -> Member {
        let fields = [
            ("account_name", account),
            ("email", email),
            ("password", PASSWORD),
        ];
        let response = self
            .anonymous()
            .form(&format!("/setup/{token}"), &fields)
            .await
            .expect(303);
        Member::from_response(self, &response)
    }

    /// Invites a person through the form, who joins through the link.
    pub async fn join(&self, owner: &Member, email: &str, role: &str) -> Member {
        let fields = [("email", email), ("role", role), ("by_link", "1")];
        let page = owner.form("/team/invite", &fields).await.expect(200).body;
        let fields = [("password", PASSWORD)];
        let response = self.anonymous().form(&setup_link(&page), &fields).await;
        Member::from_response(self, &response.expect(303))
    }

    pub async fn member_id(&self, email: &str) -> String {
        let mut connection = self.connection().await;
        sqlx::query_scalar("SELECT id FROM members WHERE email = $1")
            .bind(email)
            .fetch_one(&mut connection)
            .await
            .unwrap()
    }

    /// Returns the account of the key with this name.
    pub async fn account_of(&self, key: &str) -> AccountId {
        let mut connection = self.connection().await;
        let id: String = sqlx::query_scalar("SELECT account_id FROM api_keys WHERE name = $1")
            .bind(key)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        AccountId::parse(&id).unwrap()
    }

    /// Returns the seconds since the hour began.
    pub fn second_of_hour(&self) -> i64 {
        use service::Clock as _;
        self.clock.now().millis().rem_euclid(HOUR * 1_000) / 1_000
    }

    /// Returns the path of a new link with which this member sets a password.
    pub async fn reset_link(&self, email: &str) -> String {
        let email = Email::parse(email).unwrap();
        let link = self.services.links.reset_link(&email, None).await;
        format!("/setup/{}", link.unwrap().unwrap().expose())
    }

    pub async fn sign_in(&self, email: &str) -> Member {
        let fields = [("email", email), ("password", PASSWORD)];
        Member::from_response(
            self,
            &self.anonymous().form("/sign-in", &fields).await.expect(303),
        )
    }

    /// Creates a key of the owner with all permissions for the inventory.
    pub async fn key(&self) -> Key {
        let owner = self.owner().await;
        owner.create("Inventory Integration", &INVENTORY).await
    }

    /// Creates a key of the owner with all permissions for leads.
    pub async fn crm_key(&self) -> Key {
        self.owner().await.create("CRM Sync", &LEADS).await
    }

    /// Changes the database without the server's knowledge, for states that no request can bring
    /// about yet.
    pub async fn sql(&self, statement: &'static str) {
        let mut connection = self.connection().await;
        sqlx::query(statement)
            .execute(&mut connection)
            .await
            .unwrap();
        // A running server polls several times a second.
        self.services.node.poll().await.unwrap();
    }

    /// Stores 10,001 items in each account: one more than a feed may remove.
    pub async fn many_items(&self) {
        let items = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n <= 10000)
            INSERT INTO items (account_id, id, name, available, attributes, updated_at, revision, search)
            SELECT id, 'old-' || n, 'Old', 1, '{}', 0, 1, 'old' FROM n JOIN accounts ORDER BY n";
        self.sql(items).await;
    }

    pub async fn count(&self, statement: &'static str) -> i64 {
        let mut connection = self.connection().await;
        sqlx::query_scalar(statement)
            .fetch_one(&mut connection)
            .await
            .unwrap()
    }

    pub async fn connection(&self) -> sqlx::SqliteConnection {
        use sqlx::ConnectOptions as _;
        let file = self.folder.path().join("voxum.db");
        sqlx::sqlite::SqliteConnectOptions::new()
            .filename(file)
            .connect()
            .await
            .unwrap()
    }
}

async fn services(
    store: &SqlStore,
    clock: &Arc<ManualClock>,
    peppers: Peppers,
    public_url: &str,
) -> Arc<Services> {
    let (store, clock) = (Arc::new(store.clone()), clock.clone());
    let url = PublicUrl::parse(public_url).unwrap();
    let services = Services::open(
        store,
        clock,
        Arc::new(OsRandom),
        peppers,
        url.origin().into(),
    );
    Arc::new(services.await.unwrap())
}

fn state(
    services: &Arc<Services>,
    folder: &Path,
    public_url: &str,
    mailer: Option<Arc<dyn Mailer>>,
    body_limits: BodyLimits,
) -> AppState {
    let url = PublicUrl::parse(public_url).unwrap();
    let proxies = TrustedProxies::parse("192.0.2.254").unwrap();
    let (site, documents) = (site(folder), documents(&url));
    let services = services.clone();
    AppState::new(services, site, url, proxies, mailer, body_limits, documents)
}

/// Creates a small site, independent of what has been built on this machine, since pages refer to
/// its files.
fn site(folder: &Path) -> Site {
    let root = folder.join("site");
    std::fs::create_dir_all(root.join("pkg")).unwrap();
    for (name, content) in [
        ("favicon.svg", "<svg/>"),
        ("pkg/console.js", "export default 1"),
        ("pkg/console.wasm", "wasm"),
        ("pkg/console.css", "body{}"),
    ] {
        std::fs::write(root.join(name), content).unwrap();
    }
    Site::from_dir(root).unwrap()
}

/// Returns the path of the one-time link that a page shows.
#[track_caller]
pub fn setup_link(page: &str) -> String {
    let (_, rest) = page.split_once("/setup/").expect("the page shows a link");
    format!("/setup/{}", &rest[..64])
}
