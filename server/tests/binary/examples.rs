//! The clients in `public/examples`, each run against a server as its header comment describes.

use crate::support::{Client, Server, TOKEN, change, count};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use testkit::Text as _;

pub const CLIENTS: [(&str, &str); 3] = [
    ("python3", "push_inventory.py"),
    ("node", "push_inventory.mjs"),
    ("sh", "push_inventory.sh"),
];

/// Builds the command that pushes a file, without settings.
pub fn client((program, name): (&str, &str), file: &Path) -> Command {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/examples");
    let mut command = Command::new(program);
    command
        .arg(example.join(name))
        .arg(file)
        .env_remove("VOXUM_URL")
        .env_remove("VOXUM_API_KEY");
    command
}

/// Runs a command to completion, and returns its exit status and its whole output.
pub fn finish(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output();
    let Output {
        status,
        stdout,
        stderr,
    } = output.unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
    let printed = String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned();
    (status.code(), printed)
}

pub fn file(folder: &Path, name: &str, content: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

fn key(owner: &Client) -> String {
    owner.create("Inventory Integration", TOKEN).unwrap()
}

#[test]
fn every_example_accepts_the_same_files() {
    let (folder, server, owner) = Server::with_folder();
    let secret = key(&owner);
    let mut files = 0;
    for (name, content) in [
        (
            "LIST.JSON",
            "\u{feff}[{\"id\":\"LIST\",\"name\":\"Škoda\",\"price\":32500}]",
        ),
        ("object.txt", r#" {"items":[{"id":"OBJECT","name":"n"}]}"#),
        ("semicolons.CSV", "\u{feff}id;name;price\nCSV;Škoda;32500\n"),
        ("tabs.tsv", "id\tname\nTSV\tŠkoda\n"),
        ("commas.txt", "id,name\nTXT,Škoda\n"),
        (
            "FEED.XML",
            "\u{feff}<inventory><item><id>XML</id><name>Škoda</name></item></inventory>",
        ),
    ] {
        files += 1;
        let path = file(folder.path(), name, content);
        let mut expected = "\"created\":1";
        for example in CLIENTS {
            // A secret file ends with a newline, and a copied address with a slash.
            let mut command = client(example, &path);
            command
                .env("VOXUM_URL", format!(" {}/\n", server.url))
                .env("VOXUM_API_KEY", format!(" {secret}\r\n"));
            let (status, printed) = finish(&mut command);
            assert_eq!(status, Some(0), "{example:?} {name}: {printed}");
            assert!(printed.contains(expected), "{example:?} {name}: {printed}");
            expected = "\"unchanged\":1";
        }
    }
    assert_eq!(count(folder.path(), "SELECT count(*) FROM items"), files);
}

#[test]
fn every_example_prints_each_error_with_its_position_and_never_the_key() {
    let (folder, server, owner) = Server::with_folder();
    let secret = key(&owner);
    let list = r#"[{"id":"A","name":"n"},{"id":"B","name":"n","price":"ten"},{"id":"C"}]"#;
    for (name, content, places) in [
        ("list.json", list, ["/items/1/price: ", "/items/2/name: "]),
        (
            "feed.csv",
            "id,name,price\nA,n,1\nB,n,ten\nC,,1\n",
            ["/items/1/price: ", "/items/2/name: "],
        ),
        (
            "quote.csv",
            "id,name\nA,n\nB,\"n\n",
            ["malformed_body", "line 3"],
        ),
    ] {
        let path = file(folder.path(), name, content);
        for example in CLIENTS {
            let mut command = client(example, &path);
            command
                .env("VOXUM_URL", &server.url)
                .env("VOXUM_API_KEY", &secret);
            let (status, printed) = finish(&mut command);
            assert_eq!(status, Some(1), "{example:?} {name}: {printed}");
            assert!(
                places.iter().all(|place| printed.contains(place)),
                "{example:?} {name}: {printed}"
            );
            assert!(printed.contains("by its ID: "), "{example:?}: {printed}");
            assert!(!printed.contains('{'), "{example:?}: {printed}");
            assert!(!printed.contains(&secret), "{example:?}: {printed}");
        }
    }
    assert_eq!(count(folder.path(), "SELECT count(*) FROM items"), 0);
}

#[test]
fn long_lists_are_pushed_in_parts_and_error_positions_refer_to_the_whole_list() {
    let (folder, server, owner) = Server::with_folder();
    let secret = key(&owner);
    let items = (0..5_003).map(|number| format!(r#"{{"id":"{number}","name":"n"}}"#));
    let items: Vec<_> = items.chain([r#"{"id":"bad"}"#.into()]).collect();
    let path = file(
        folder.path(),
        "list.json",
        &format!("[{}]", items.join(",")),
    );
    for example in &CLIENTS[..2] {
        let mut command = client(*example, &path);
        command
            .env("VOXUM_URL", &server.url)
            .env("VOXUM_API_KEY", &secret);
        let (status, printed) = finish(&mut command);
        assert_eq!(status, Some(1), "{example:?}: {printed}");
        assert!(
            printed.contains("\"received\":5000"),
            "{example:?}: {printed}"
        );
        assert!(
            printed.contains("/items/5003/name: "),
            "{example:?}: {printed}"
        );
    }
    let (status, printed) = finish(
        client(CLIENTS[2], &path)
            .env("VOXUM_URL", &server.url)
            .env("VOXUM_API_KEY", &secret),
    );
    assert_eq!(status, Some(1), "{printed}");
    printed.has("1 to 5000 items");
}

#[test]
fn every_example_waits_when_the_key_is_rate_limited() {
    let (folder, server, owner) = Server::with_folder();
    let secret = key(&owner);
    change(
        folder.path(),
        "UPDATE accounts SET limit_depth = 1, limit_per_second = 1",
    );
    let path = file(folder.path(), "list.json", r#"[{"id":"A","name":"n"}]"#);
    let key = server.key(&secret);
    for example in CLIENTS {
        while key.status("/api/key") != 429 {}
        let mut command = client(example, &path);
        command
            .env("VOXUM_URL", &server.url)
            .env("VOXUM_API_KEY", &secret);
        let (status, printed) = finish(&mut command);
        assert_eq!(status, Some(0), "{example:?}: {printed}");
        assert!(printed.contains("\"received\":1"), "{example:?}: {printed}");
    }
}

#[test]
fn invalid_settings_and_files_are_named_without_printing_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let url = "http://127.0.0.1:9";
    let secret = "vx_0123456789";
    let quoted = format!("\"{secret}\"");
    let two_lines = format!("{secret}\n{secret}");
    let accented = format!("{secret}é");
    let good = file(folder.path(), "good.json", "[{}]");
    let large = file(
        folder.path(),
        "large.csv",
        &"a".repeat(16 * 1024 * 1024 + 1),
    );
    let missing = folder.path().join("missing.json");
    let mut cases = vec![
        ("", secret, &good, "VOXUM_URL"),
        ("console.example.com", secret, &good, "VOXUM_URL"),
        (url, secret, &large, "16 MiB"),
        (url, secret, &missing, "cannot be read"),
    ];
    for bad in ["", "\n", &quoted, &two_lines, &accented] {
        cases.push((url, bad, &good, "VOXUM_API_KEY"));
    }
    for (url, key, path, expected) in cases {
        for example in CLIENTS {
            let mut command = client(example, path);
            command.env("VOXUM_URL", url).env("VOXUM_API_KEY", key);
            let (status, printed) = finish(&mut command);
            assert_eq!(status, Some(2), "{example:?} {expected}: {printed}");
            assert!(
                printed.contains(expected),
                "{example:?} {expected}: {printed}"
            );
            assert!(
                !printed.contains(secret),
                "{example:?} {expected}: {printed}"
            );
        }
    }
}

/// A traced shell prints each command that it executes, with the values of its variables.
#[test]
fn shell_script_hides_the_key_when_it_is_traced() {
    let (folder, server, owner) = Server::with_folder();
    let secret = key(&owner);
    let path = file(folder.path(), "list.json", r#"[{"id":"A","name":"n"}]"#);
    let plain = client(CLIENTS[2], &path);
    let mut traced = Command::new("sh");
    traced
        .arg("-x")
        .args(plain.get_args())
        .env("VOXUM_URL", &server.url)
        .env("VOXUM_API_KEY", &secret);
    let (status, printed) = finish(&mut traced);
    assert_eq!(status, Some(0), "{printed}");
    assert!(
        printed.starts_with('{') && printed.contains("set +x"),
        "{printed}"
    );
    printed.lacks(&secret);
}
