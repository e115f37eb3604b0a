//! Commands of README and of the book, run as they are written.

use crate::support::{Server, TOKEN};
use std::path::Path;
use std::process::Command;
use testkit::Text as _;
use testkit::postgres::Database;

/// Address of the server in the documents.
const ADDRESS: &str = "http://127.0.0.1:3000";
/// PostgreSQL database in the documents.
const DATABASE: &str = "postgres://voxum:password@db.example.com/voxum";
/// Key in the documents.
const KEY: &str = "vx_abc123...";

/// Shell commands, with the output that the document shows below them.
struct Block {
    commands: String,
    output: Option<String>,
}

fn blocks(document: &str) -> Vec<Block> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = std::fs::read_to_string(root.join(document)).unwrap();
    let mut blocks: Vec<Block> = Vec::new();
    for fence in text.split("```").skip(1).step_by(2) {
        let (language, content) = fence.split_once('\n').unwrap();
        match (language, blocks.last_mut()) {
            ("sh", _) => blocks.push(Block {
                commands: content.to_owned(),
                output: None,
            }),
            ("json", Some(block)) => block.output = Some(content.to_owned()),
            _ => {}
        }
    }
    blocks
}

/// Runs commands in this folder, with `voxum` on the path, and returns their standard output.
#[track_caller]
fn shell(folder: &Path, commands: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_voxum"));
    let mut path = program.parent().unwrap().as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap());
    let mut command = Command::new("sh");
    command.args(["-ec", commands]).current_dir(folder);
    let output = command.env_clear().env("PATH", path).output().unwrap();
    assert!(output.status.success(), "{commands}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Runs the calls of a document against a new server with a new key. Returns the status of a call
/// after them.
#[track_caller]
fn make_calls(document: &str, expected: usize) -> u16 {
    let (folder, server, owner) = Server::with_folder();
    let secret = owner.create("Inventory Integration", TOKEN);
    let secret = secret.unwrap();
    let mut calls = blocks(document);
    calls.retain(|block| block.commands.contains(ADDRESS));
    assert_eq!(calls.len(), expected, "{document}");
    for Block { commands, output } in calls {
        commands.has(KEY);
        let commands = commands.replace(ADDRESS, &server.url);
        let printed = shell(folder.path(), &commands.replace(KEY, &secret));
        match output {
            Some(output) => assert_eq!(printed.trim(), output.trim(), "{commands}"),
            None => assert!(!printed.contains("\"code\""), "{commands}: {printed}"),
        }
    }
    server.key(&secret).status("/api/key")
}

#[test]
fn calls_of_the_readme_work_as_written() {
    assert_eq!(make_calls("README.md", 1), 200);
}

#[test]
fn calls_of_the_first_chapter_work_and_end_with_a_revoked_key() {
    assert_eq!(make_calls("docs/src/getting-started.md", 3), 401);
}

#[test]
fn calls_of_the_troubleshooting_page_work_as_written() {
    assert_eq!(make_calls("docs/src/troubleshooting.md", 1), 200);
}

#[test]
fn backup_and_restore_work_as_written() {
    let [backup, restore] = blocks("docs/src/backup.md").try_into().ok().unwrap();
    let old = tempfile::tempdir().unwrap();
    let (_server, owner) = Server::with_owner(old.path());
    owner.create("CRM Sync", TOKEN).unwrap();
    shell(old.path(), &backup.commands);

    let new = tempfile::tempdir().unwrap();
    std::fs::create_dir(new.path().join("data")).unwrap();
    for file in ["voxum-backup.db", "data/pepper"] {
        std::fs::copy(old.path().join(file), new.path().join(file)).unwrap();
    }
    shell(new.path(), &restore.commands);
    let keys = shell(new.path(), "voxum key list");
    keys.has_all(["CRM Sync", "paused"]);
}

#[test]
fn move_to_postgresql_works_as_written() {
    let [transfer] = blocks("docs/src/nodes.md").try_into().ok().unwrap();
    let (folder, server, owner) = Server::with_folder();
    owner.create("CRM Sync", TOKEN).unwrap();
    server.stop();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let database = runtime.block_on(Database::new());

    transfer.commands.has(DATABASE);
    let url = format!("'{}'", database.url());
    let printed = shell(folder.path(), &transfer.commands.replace(DATABASE, &url));
    printed.has("Moved to PostgreSQL. API keys: 1,");
    runtime.block_on(database.drop());
}
