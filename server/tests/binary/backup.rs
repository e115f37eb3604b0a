//! Backups taken while the server is running, restoring them, and moving from SQLite to PostgreSQL.

use crate::support::{Client, Server, TOKEN, refusal, run, voxum};
use sqlx::{AssertSqlSafe, ConnectOptions as _};
use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use testkit::Text as _;
use testkit::postgres::{Database, PASSWORD as DATABASE_PASSWORD};

const PEPPER: &str = "7b1f0c55a6d94e20b3c8f17de2904a66c1d2e3f405162738495a6b7c8d9e0f10";
const CLIENTS: usize = 3;

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(work)
}

/// An installation on SQLite or PostgreSQL, with a fixed pepper.
struct Installation {
    folder: TempDir,
    database: Option<Database>,
}

impl Installation {
    fn new(on_postgres: bool) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            database: on_postgres.then(|| block_on(Database::new())),
        }
    }

    fn voxum(&self, arguments: &[&str]) -> Command {
        let mut command = voxum(self.folder.path());
        command.env("VOXUM_PEPPER", PEPPER).args(arguments);
        if let Some(database) = &self.database {
            command.env("VOXUM_DATABASE_URL", database.url().as_str());
        }
        command
    }

    /// Runs a command that succeeds, and returns the single line that it prints.
    #[track_caller]
    fn run_successfully(&self, arguments: &[&str]) -> String {
        let (code, out, err) = run(&mut self.voxum(arguments));
        assert_eq!((code, out.lines().count()), (Some(0), 1), "{out}{err}");
        assert!(!err.contains(DATABASE_PASSWORD) && !err.contains(PEPPER));
        out
    }

    fn end(self) {
        if let Some(database) = self.database {
            block_on(database.drop());
        }
    }
}

/// Reads a single value from a SQLite file.
fn read<T>(file: &Path, sql: &str) -> T
where
    T: Send + Unpin,
    (T,): for<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow>,
{
    block_on(async {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
        let mut connection = options.connect().await.unwrap();
        let (value,): (T,) = sqlx::query_as(AssertSqlSafe(sql))
            .fetch_one(&mut connection)
            .await
            .unwrap();
        value
    })
}

/// The acknowledged changes: by the key's name, its secret and whether it was revoked.
type AcknowledgedChanges = Mutex<HashMap<String, (String, bool)>>;

fn is_never_revoked(name: &str) -> bool {
    let (_, number) = name.rsplit_once('-').unwrap();
    number.parse::<u32>().unwrap() % 2 == 1
}

/// Creates keys and revokes every second one, until `stop` is set.
fn storm(owner: &Client, forms: &AtomicUsize, changes: &AcknowledgedChanges, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        let number = forms.fetch_add(1, Ordering::Relaxed);
        let form = format!("form-token-{number:08}");
        let secret = owner.create(&form, &form).unwrap();
        changes
            .lock()
            .unwrap()
            .insert(form.clone(), (secret.clone(), false));
        if number.is_multiple_of(2) {
            let key = owner.with_key(&secret);
            let response = key.send("DELETE", "/api/key", "text/plain", "").unwrap();
            assert_eq!(response.status, 204, "{}", response.body);
            changes.lock().unwrap().insert(form, (secret, true));
        }
    }
}

/// Takes a backup while keys are being created and revoked. Returns the changes that had been
/// acknowledged before it.
fn back_up_under_load(
    installation: &Installation,
    owner: &Client,
    to: &Path,
) -> HashMap<String, (String, bool)> {
    let (forms, changes, stop) = (
        AtomicUsize::new(0),
        AcknowledgedChanges::default(),
        AtomicBool::new(false),
    );
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| storm(owner, &forms, &changes, &stop));
        }
        while changes.lock().unwrap().len() < 30 {
            std::thread::sleep(Duration::from_millis(10));
        }
        let mut before = changes.lock().unwrap().clone();
        // A revocation that is still in flight may or may not be in the backup, so its key is left
        // out.
        before.retain(|name, (_, revoked)| *revoked || is_never_revoked(name));
        let line = installation.run_successfully(&["backup", &to.to_string_lossy()]);
        stop.store(true, Ordering::Relaxed);
        line.has("does not contain the pepper");
        before
    })
}

/// Calls with a key and returns the status and the code of the refusal. Repeats the call while it
/// is rate limited, since using many dead keys from one address is.
fn call(server: &Server, secret: &str) -> (u16, String) {
    loop {
        let response = server.key(secret).get("/api/key").unwrap();
        if response.status != 429 {
            let code = serde_json::from_str::<serde_json::Value>(&response.body).unwrap();
            return (
                response.status,
                code["code"].as_str().unwrap_or_default().to_owned(),
            );
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn check_backup_under_load(on_postgres: bool) {
    let installation = Installation::new(on_postgres);
    let (server, owner) = Server::spawn_with_owner(&mut installation.voxum(&[]));
    let file = installation.folder.path().join("backup.db");
    let changes = back_up_under_load(&installation, &owner, &file);

    // The backup is intact and contains everything that was acknowledged before it began.
    assert_eq!(read::<String>(&file, "PRAGMA integrity_check"), "ok");
    let violations = "SELECT count(*) FROM pragma_foreign_key_check";
    assert_eq!(read::<i64>(&file, violations), 0);
    for (name, (_, revoked)) in &changes {
        let sql = format!(
            "SELECT count(*) FROM api_keys k JOIN audit_events e ON e.subject = k.id AND e.action = 'key.created'
             WHERE name = '{name}' AND (NOT {revoked} OR revoked_at IS NOT NULL)"
        );
        assert_eq!(read::<i64>(&file, &sql), 1, "{name} is missing");
    }
    let bytes = std::fs::read(&file).unwrap();
    for (secret, _) in changes.values() {
        let contains_secret = bytes
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!contains_secret, "a secret is in the backup");
    }

    // A key that was revoked after the backup must not become usable through the restore.
    let (_, (late_secret, _)) = changes.iter().find(|(_, (_, revoked))| !revoked).unwrap();
    let response = server
        .key(late_secret)
        .send("DELETE", "/api/key", "text/plain", "");
    assert_eq!(response.unwrap().status, 204);
    server.stop();

    // A restore never overwrites existing data.
    let path = file.to_string_lossy().into_owned();
    let err = refusal(run(&mut installation.voxum(&["restore", &path])), 1);
    err.lacks(DATABASE_PASSWORD);

    let target = Installation::new(on_postgres);
    let (code, _, err) = run(target
        .voxum(&["restore", &path])
        .env("VOXUM_PEPPER", "00".repeat(32)));
    assert_eq!((code, err.lines().count()), (Some(1), 1), "{err}");
    err.has("configured pepper is not the one");
    let (code, _, err) = run(&mut target.voxum(&["restore", "none.backup"]));
    assert_eq!((code, err.lines().count()), (Some(1), 1), "{err}");
    err.has("the file none.backup does not exist");
    let file_count = std::fs::read_dir(target.folder.path()).unwrap().count();
    assert_eq!(file_count, 0, "a refused restore left something");
    let line = target.run_successfully(&["restore", &path]);
    line.has("each is paused until an admin confirms");

    let server = Server::spawn(&mut target.voxum(&[]), false);
    for (secret, revoked) in changes.values().take(40) {
        let expected = if *revoked {
            "revoked_key"
        } else {
            "paused_key"
        };
        assert_eq!(call(&server, secret), (401, expected.to_owned()));
    }
    assert_eq!(call(&server, late_secret), (401, "paused_key".to_owned()));
    // Sessions are not restored.
    assert_eq!(server.reconnect(&owner).status("/keys"), 303);
    let form = "email=ada@example.com&password=correct+horse+battery";
    let response = server.client(None).form("/sign-in", form).unwrap();
    assert_eq!(response.status, 303, "{}", response.body);
    let owner = server.client(Some(("cookie", response.cookie)));
    confirm_restored_keys(&server, &owner, &changes);
    let log = owner.get("/audit").unwrap().body;
    log.has("account.restored</code>");
    server.stop();
    installation.end();
    target.end();
}

/// Confirms restored keys in the console until none is left on hold.
fn confirm_restored_keys(
    server: &Server,
    owner: &Client,
    changes: &HashMap<String, (String, bool)>,
) {
    const NOTICE: &str = "This account was restored from a backup on";
    const PAGE: &str = "/keys/several?do=resume";
    while owner.get("/keys").unwrap().body.contains(NOTICE) {
        let page = owner.get(PAGE).unwrap().body;
        let ids: Vec<_> = page
            .split("name=\"key\" value=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        let keys: Vec<_> = ids.iter().map(|id| format!("&key={id}")).collect();
        let form = format!("do=resume&count={}{}", ids.len(), keys.concat());
        let response = owner.form("/keys/several", &form).unwrap();
        assert_eq!(response.status, 303, "{}", response.body);
    }
    for (secret, revoked) in changes.values().take(40) {
        let expected = if *revoked { 401 } else { 200 };
        assert_eq!(call(server, secret).0, expected);
    }
    let page = owner.get(PAGE).unwrap();
    page.lacks("name=\"key\"");
}

#[test]
fn sqlite_backup_under_load_is_complete_and_restored_keys_await_confirmation() {
    check_backup_under_load(false);
}

#[test]
fn postgresql_backup_under_load_is_complete_and_restored_keys_await_confirmation() {
    check_backup_under_load(true);
}

#[test]
fn move_command_transfers_everything_from_sqlite_to_postgresql() {
    let installation = Installation::new(true);
    let folder = installation.folder.path();
    let (server, owner) = Server::with_owner(folder);
    let secret = owner.create("CRM Sync", TOKEN).unwrap();
    let file = folder.join("data/voxum.db").to_string_lossy().into_owned();
    let pepper = folder.join("data/pepper").to_string_lossy().into_owned();
    let command_with = |arguments: &[&str], pepper: &str| {
        let mut command = installation.voxum(arguments);
        command.env_remove("VOXUM_PEPPER");
        command.env("VOXUM_PEPPER_FILE", pepper);
        command
    };
    let assert_refused = |command: &mut Command, word: &str| {
        let err = refusal(run(command), 1);
        err.has(word);
        err.lacks(DATABASE_PASSWORD);
    };
    assert_refused(
        &mut command_with(&["move", &file], &pepper),
        "stop it, then try again",
    );
    server.stop();
    assert_refused(
        &mut installation.voxum(&["move", &file]),
        "configured pepper is not the one",
    );
    assert_refused(
        voxum(folder).args(["move", &file]),
        "VOXUM_DATABASE_URL is not a PostgreSQL",
    );

    let (code, out, err) = run(&mut command_with(&["move", &file], &pepper));
    assert_eq!((code, out.lines().count()), (Some(0), 1), "{err}");
    out.has("Moved to PostgreSQL. API keys: 1,");
    // The old file cannot be used by mistake.
    assert_refused(&mut voxum(folder), "was moved to PostgreSQL");
    assert_refused(
        &mut command_with(&["move", &file], &pepper),
        &format!("rename {file}.moved back"),
    );

    let server = Server::spawn(&mut command_with(&[], &pepper), false);
    let second_node = Server::spawn(&mut command_with(&[], &pepper), false);
    assert_eq!(second_node.key(&secret).status("/api/key"), 200);
    assert_eq!(server.key(&secret).status("/api/key"), 200);
    let page = server.reconnect(&owner).get("/keys").unwrap();
    assert!(
        page.status == 200 && page.body.contains("CRM Sync"),
        "{}",
        page.body
    );
    server.stop();
    second_node.stop();
    assert_refused(
        &mut command_with(&["move", &format!("{file}.moved")], &pepper),
        "is not empty",
    );
    installation.end();
}

#[test]
fn failed_move_leaves_no_files_behind() {
    let installation = Installation::new(true);
    // The target already contains data.
    Server::spawn(&mut installation.voxum(&[]), true).stop();
    let folder = installation.folder.path();
    Server::with_owner(folder).0.stop();
    let used_file = folder.join("data/voxum.db");
    // A copy that was brought here, on which no server has ever been started.
    let copied_file = folder.join("brought.db");
    std::fs::copy(&used_file, &copied_file).unwrap();
    let list_files = || {
        let folders = [folder, used_file.parent().unwrap()];
        let entries = folders.map(|folder| std::fs::read_dir(folder).unwrap());
        let names = entries.into_iter().flatten();
        let mut names: Vec<_> = names.map(|entry| entry.unwrap().path()).collect();
        names.sort();
        names
    };
    let before = list_files();
    let assert_fails = |file: &Path, url: Option<&str>, word: &str| {
        let mut command = installation.voxum(&["move", &file.to_string_lossy()]);
        if let Some(url) = url {
            command.env("VOXUM_DATABASE_URL", url);
        }
        let (code, _, err) = run(&mut command);
        assert!(code == Some(1) && err.contains(word), "{err}");
        assert_eq!(list_files(), before, "{err}");
    };
    for file in [&used_file, &copied_file] {
        assert_fails(file, None, "is not empty");
        // Repeated, because SQLite could finish before the process exits by chance.
        for _ in 0..15 {
            let unreachable_url = Some("postgres://voxum@127.0.0.1:1/voxum");
            assert_fails(file, unreachable_url, "cannot be reached");
        }
    }
    // The file is still usable.
    Server::start(folder).stop();
    installation.end();
}

#[test]
fn restore_refuses_a_database_file_with_a_write_ahead_log_beside_it() {
    let (from, to) = (Installation::new(false), Installation::new(false));
    let (mut server, owner) = Server::spawn_with_owner(&mut from.voxum(&[]));
    owner.create("CRM Sync", TOKEN).unwrap();
    // The server was killed, or its folder was copied while it was running.
    server.kill();
    let file = from.folder.path().join("data/voxum.db");
    let arguments = ["restore", file.to_str().unwrap()];
    let (code, out, err) = run(&mut to.voxum(&arguments));
    assert_eq!((code, &*out), (Some(1), ""), "{err}");
    err.has_all(["data/voxum.db-wal", "`voxum backup`"]);
    assert!(!to.folder.path().join("data/voxum.db").exists());
    // The suggestion in the message works.
    let backup = from.folder.path().join("backup.db");
    let backup = backup.to_str().unwrap();
    from.run_successfully(&["backup", backup]);
    assert!(
        to.run_successfully(&["restore", backup])
            .contains("API keys on hold: 1.")
    );
}

#[test]
fn restore_that_fails_halfway_leaves_no_files_behind() {
    let from = Installation::new(false);
    let (server, owner) = Server::spawn_with_owner(&mut from.voxum(&[]));
    owner.create("CRM Sync", TOKEN).unwrap();
    server.stop();
    let file = from.folder.path().join("backup.db");
    from.run_successfully(&["backup", &file.to_string_lossy()]);
    // The keys are already paused when recording that fails, and so much else has changed that
    // rolling back takes a while.
    let fault = "CREATE TABLE ballast AS SELECT zeroblob(20000000) AS bytes;
        CREATE TRIGGER much AFTER UPDATE ON api_keys BEGIN UPDATE ballast SET bytes = randomblob(20000000); END;
        CREATE TRIGGER fault BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'fault'); END";
    block_on(async {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
        let mut connection = options.connect().await.unwrap();
        sqlx::raw_sql(fault).execute(&mut connection).await.unwrap();
        sqlx::Connection::close(connection).await.unwrap();
    });
    for on_postgres in [false, true] {
        let target = Installation::new(on_postgres);
        let folder = target.folder.path();
        std::fs::create_dir(folder.join("data")).unwrap();
        std::fs::create_dir(folder.join("temporary")).unwrap();
        // Repeated, because SQLite could finish before the process exits by chance.
        for _ in 0..5 {
            let mut command = target.voxum(&["restore", &file.to_string_lossy()]);
            command.env("TMPDIR", folder.join("temporary"));
            let (code, _, err) = run(&mut command);
            assert!(
                code == Some(1) && err.contains("pausing the restored keys failed"),
                "{err}"
            );
            for place in ["data", "temporary"] {
                let remaining = std::fs::read_dir(folder.join(place)).unwrap();
                let remaining: Vec<_> = remaining.map(|entry| entry.unwrap().path()).collect();
                assert!(remaining.is_empty(), "{remaining:?}");
            }
        }
        target.end();
    }
}
