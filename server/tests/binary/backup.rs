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
    fn does(&self, arguments: &[&str]) -> String {
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
        let (found,): (T,) = sqlx::query_as(AssertSqlSafe(sql))
            .fetch_one(&mut connection)
            .await
            .unwrap();
        found
    })
}

/// The acknowledged changes: by the key's name, its secret and whether it was revoked.
type Told = Mutex<HashMap<String, (String, bool)>>;

fn is_left_alone(name: &str) -> bool {
    let (_, number) = name.rsplit_once('-').unwrap();
    number.parse::<u32>().unwrap() % 2 == 1
}

/// Creates keys and revokes every second one, until `stop` is set.
fn storm(owner: &Client, forms: &AtomicUsize, told: &Told, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        let number = forms.fetch_add(1, Ordering::Relaxed);
        let form = format!("form-token-{number:08}");
        let secret = owner.create(&form, &form).unwrap();
        told.lock()
            .unwrap()
            .insert(form.clone(), (secret.clone(), false));
        if number.is_multiple_of(2) {
            let key = owner.with_key(&secret);
            let answer = key.send("DELETE", "/api/key", "text/plain", "").unwrap();
            assert_eq!(answer.status, 204, "{}", answer.body);
            told.lock().unwrap().insert(form, (secret, true));
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
    let (forms, told, stop) = (AtomicUsize::new(0), Told::default(), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| storm(owner, &forms, &told, &stop));
        }
        while told.lock().unwrap().len() < 30 {
            std::thread::sleep(Duration::from_millis(10));
        }
        let mut before = told.lock().unwrap().clone();
        // A revocation that is still in flight may or may not be in the backup, so its key is left
        // out.
        before.retain(|name, (_, revoked)| *revoked || is_left_alone(name));
        let line = installation.does(&["backup", &to.to_string_lossy()]);
        stop.store(true, Ordering::Relaxed);
        line.has("does not contain the pepper");
        before
    })
}

/// Calls with a key and returns the status and the code of the refusal. Repeats the call while it
/// is rate limited, since using many dead keys from one address is.
fn call(server: &Server, secret: &str) -> (u16, String) {
    loop {
        let answer = server.key(secret).get("/api/key").unwrap();
        if answer.status != 429 {
            let code = serde_json::from_str::<serde_json::Value>(&answer.body).unwrap();
            return (
                answer.status,
                code["code"].as_str().unwrap_or_default().to_owned(),
            );
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn a_backup_under_load_is_whole_and_its_restore_waits_for_confirmation(on_postgres: bool) {
    let installation = Installation::new(on_postgres);
    let (server, owner) = Server::with_owner(&mut installation.voxum(&[]));
    let file = installation.folder.path().join("backup.db");
    let told = back_up_under_load(&installation, &owner, &file);

    // The backup is intact and contains everything that was acknowledged before it began.
    assert_eq!(read::<String>(&file, "PRAGMA integrity_check"), "ok");
    let strays = "SELECT count(*) FROM pragma_foreign_key_check";
    assert_eq!(read::<i64>(&file, strays), 0);
    for (name, (_, revoked)) in &told {
        let sql = format!(
            "SELECT count(*) FROM api_keys k JOIN audit_events e ON e.subject = k.id AND e.action = 'key.created'
             WHERE name = '{name}' AND (NOT {revoked} OR revoked_at IS NOT NULL)"
        );
        assert_eq!(read::<i64>(&file, &sql), 1, "{name} is missing");
    }
    let bytes = std::fs::read(&file).unwrap();
    for (secret, _) in told.values() {
        let holds = bytes
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!holds, "a secret is in the backup");
    }

    // A key that was revoked after the backup must not become usable through the restore.
    let (_, (late, _)) = told.iter().find(|(_, (_, revoked))| !revoked).unwrap();
    let answer = server
        .key(late)
        .send("DELETE", "/api/key", "text/plain", "");
    assert_eq!(answer.unwrap().status, 204);
    server.stop();

    // A restore never overwrites existing data.
    let path = file.to_string_lossy().into_owned();
    let err = refusal(run(&mut installation.voxum(&["restore", &path])), 1);
    err.lacks(DATABASE_PASSWORD);

    let other = Installation::new(on_postgres);
    let (code, _, err) = run(other
        .voxum(&["restore", &path])
        .env("VOXUM_PEPPER", "00".repeat(32)));
    assert_eq!((code, err.lines().count()), (Some(1), 1), "{err}");
    err.has("configured pepper is not the one");
    let (code, _, err) = run(&mut other.voxum(&["restore", "none.backup"]));
    assert_eq!((code, err.lines().count()), (Some(1), 1), "{err}");
    err.has("the file none.backup does not exist");
    let left = std::fs::read_dir(other.folder.path()).unwrap().count();
    assert_eq!(left, 0, "a refused restore left something");
    let line = other.does(&["restore", &path]);
    line.has("each is paused until an admin confirms");

    let server = Server::of(&mut other.voxum(&[]), false);
    for (secret, revoked) in told.values().take(40) {
        let expected = if *revoked {
            "revoked_key"
        } else {
            "paused_key"
        };
        assert_eq!(call(&server, secret), (401, expected.to_owned()));
    }
    assert_eq!(call(&server, late), (401, "paused_key".to_owned()));
    // Sessions are not restored.
    assert_eq!(server.again(&owner).status("/keys"), 303);
    let form = "email=ada@example.com&password=correct+horse+battery";
    let answer = server.client(None).form("/sign-in", form).unwrap();
    assert_eq!(answer.status, 303, "{}", answer.body);
    let owner = server.client(Some(("cookie", answer.cookie)));
    confirmed_keys_work_again(&server, &owner, &told);
    let log = owner.get("/audit").unwrap().body;
    log.has("Account restored from a backup");
    server.stop();
    installation.end();
    other.end();
}

/// Confirms restored keys in the console until none is left on hold.
fn confirmed_keys_work_again(
    server: &Server,
    owner: &Client,
    told: &HashMap<String, (String, bool)>,
) {
    const NOTICE: &str = "to be confirmed, since this account was restored from a backup";
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
        let answer = owner.form("/keys/several", &form).unwrap();
        assert_eq!(answer.status, 303, "{}", answer.body);
    }
    for (secret, revoked) in told.values().take(40) {
        let expected = if *revoked { 401 } else { 200 };
        assert_eq!(call(server, secret).0, expected);
    }
    let page = owner.get(PAGE).unwrap();
    page.lacks("name=\"key\"");
}

#[test]
fn sqlite_backup_under_load_is_complete_and_restored_keys_await_confirmation() {
    a_backup_under_load_is_whole_and_its_restore_waits_for_confirmation(false);
}

#[test]
fn postgresql_backup_under_load_is_complete_and_restored_keys_await_confirmation() {
    a_backup_under_load_is_whole_and_its_restore_waits_for_confirmation(true);
}

#[test]
fn move_command_transfers_everything_from_sqlite_to_postgresql() {
    let installation = Installation::new(true);
    let folder = installation.folder.path();
    let (server, owner) = Server::fresh(folder);
    let secret = owner.create("CRM Sync", TOKEN).unwrap();
    let file = folder.join("data/voxum.db").to_string_lossy().into_owned();
    let pepper = folder.join("data/pepper").to_string_lossy().into_owned();
    let with = |arguments: &[&str], pepper: &str| {
        let mut command = installation.voxum(arguments);
        command.env_remove("VOXUM_PEPPER");
        command.env("VOXUM_PEPPER_FILE", pepper);
        command
    };
    let refused = |command: &mut Command, word: &str| {
        let err = refusal(run(command), 1);
        err.has(word);
        err.lacks(DATABASE_PASSWORD);
    };
    refused(
        &mut with(&["move", &file], &pepper),
        "stop it, then try again",
    );
    server.stop();
    refused(
        &mut installation.voxum(&["move", &file]),
        "configured pepper is not the one",
    );
    refused(
        voxum(folder).args(["move", &file]),
        "VOXUM_DATABASE_URL is not a PostgreSQL",
    );

    let (code, out, err) = run(&mut with(&["move", &file], &pepper));
    assert_eq!((code, out.lines().count()), (Some(0), 1), "{err}");
    out.has("Moved to PostgreSQL. API keys: 1,");
    // The old file cannot be used by mistake.
    refused(&mut voxum(folder), "was moved to PostgreSQL");
    refused(
        &mut with(&["move", &file], &pepper),
        &format!("rename {file}.moved back"),
    );

    let server = Server::of(&mut with(&[], &pepper), false);
    let two = Server::of(&mut with(&[], &pepper), false);
    assert_eq!(two.key(&secret).status("/api/key"), 200);
    assert_eq!(server.key(&secret).status("/api/key"), 200);
    let page = server.again(&owner).get("/keys").unwrap();
    assert!(
        page.status == 200 && page.body.contains("CRM Sync"),
        "{}",
        page.body
    );
    server.stop();
    two.stop();
    refused(
        &mut with(&["move", &format!("{file}.moved")], &pepper),
        "is not empty",
    );
    installation.end();
}

#[test]
fn failed_move_leaves_no_files_behind() {
    let installation = Installation::new(true);
    // The target already contains data.
    Server::of(&mut installation.voxum(&[]), true).stop();
    let folder = installation.folder.path();
    Server::fresh(folder).0.stop();
    let used = folder.join("data/voxum.db");
    // A copy that was brought here, on which no server has ever been started.
    let brought = folder.join("brought.db");
    std::fs::copy(&used, &brought).unwrap();
    let left = || {
        let folders = [folder, used.parent().unwrap()];
        let entries = folders.map(|folder| std::fs::read_dir(folder).unwrap());
        let names = entries.into_iter().flatten();
        let mut names: Vec<_> = names.map(|entry| entry.unwrap().path()).collect();
        names.sort();
        names
    };
    let before = left();
    let fails = |file: &Path, url: Option<&str>, word: &str| {
        let mut command = installation.voxum(&["move", &file.to_string_lossy()]);
        if let Some(url) = url {
            command.env("VOXUM_DATABASE_URL", url);
        }
        let (code, _, err) = run(&mut command);
        assert!(code == Some(1) && err.contains(word), "{err}");
        assert_eq!(left(), before, "{err}");
    };
    for file in [&used, &brought] {
        fails(file, None, "is not empty");
        // Repeated, because SQLite could finish before the process exits by chance.
        for _ in 0..15 {
            let nowhere = Some("postgres://voxum@127.0.0.1:1/voxum");
            fails(file, nowhere, "cannot be reached");
        }
    }
    // The file is still usable.
    Server::start(folder).stop();
    installation.end();
}

#[test]
fn restore_refuses_a_database_file_with_a_write_ahead_log_beside_it() {
    let (from, to) = (Installation::new(false), Installation::new(false));
    let (mut server, owner) = Server::with_owner(&mut from.voxum(&[]));
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
    from.does(&["backup", backup]);
    assert!(
        to.does(&["restore", backup])
            .contains("API keys on hold: 1.")
    );
}

#[test]
fn restore_that_fails_halfway_leaves_no_files_behind() {
    let from = Installation::new(false);
    let (server, owner) = Server::with_owner(&mut from.voxum(&[]));
    owner.create("CRM Sync", TOKEN).unwrap();
    server.stop();
    let file = from.folder.path().join("backup.db");
    from.does(&["backup", &file.to_string_lossy()]);
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
        let other = Installation::new(on_postgres);
        let folder = other.folder.path();
        std::fs::create_dir(folder.join("data")).unwrap();
        std::fs::create_dir(folder.join("temporary")).unwrap();
        // Repeated, because SQLite could finish before the process exits by chance.
        for _ in 0..5 {
            let mut command = other.voxum(&["restore", &file.to_string_lossy()]);
            command.env("TMPDIR", folder.join("temporary"));
            let (code, _, err) = run(&mut command);
            assert!(
                code == Some(1) && err.contains("pausing the restored keys failed"),
                "{err}"
            );
            for place in ["data", "temporary"] {
                let left = std::fs::read_dir(folder.join(place)).unwrap();
                let left: Vec<_> = left.map(|entry| entry.unwrap().path()).collect();
                assert!(left.is_empty(), "{left:?}");
            }
        }
        other.end();
    }
}
