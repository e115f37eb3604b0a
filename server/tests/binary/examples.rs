//! The clients that we offer to copy, each run as its first lines say.

use crate::support::{Server, count};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../public/examples")
        .join(name)
}

const CLIENTS: [(&str, &str); 3] = [
    ("python3", "push_inventory.py"),
    ("node", "push_inventory.mjs"),
    ("sh", "push_inventory.sh"),
];

fn push(server: &Server, secret: &str, program: &str, name: &str, file: &Path) -> Output {
    Command::new(program)
        .arg(example(name))
        .arg(file)
        .env("VOXUM_URL", &server.url)
        .env("VOXUM_API_KEY", secret)
        .output()
        .unwrap_or_else(|error| panic!("{program} cannot be started, install it: {error}"))
}

/// The list that a program of one's own has, and the whole body that the shell script sends.
fn files(folder: &Path, items: &str) -> (PathBuf, PathBuf) {
    let (list, body) = (folder.join("items.json"), folder.join("feed.json"));
    std::fs::write(&list, items).unwrap();
    std::fs::write(&body, format!(r#"{{"items":{items}}}"#)).unwrap();
    (list, body)
}

#[test]
fn every_example_pushes_an_inventory() {
    let folder = tempfile::tempdir().unwrap();
    let (server, owner) = Server::fresh(folder.path());
    let secret = owner
        .create("Inventory Integration", "0123456789abcdef")
        .unwrap();
    let items = r#"[{"id":"SKU001","name":"Honda Accord 2024","price":32500},{"id":"SKU002","name":"Škoda"}]"#;
    let (list, body) = files(folder.path(), items);
    let csv = folder.path().join("feed.csv");
    std::fs::write(
        &csv,
        "id,name,price\nSKU001,Honda Accord 2024,32500\nSKU002,Škoda,\n",
    )
    .unwrap();
    let mut created = 2;
    for (program, name) in CLIENTS {
        let files = if program == "sh" {
            vec![&body, &csv]
        } else {
            vec![&list]
        };
        for file in files {
            let output = push(&server, &secret, program, name, file);
            let told = String::from_utf8_lossy(&output.stdout)
                .replace(' ', "")
                .replace('\'', "\"");
            assert!(output.status.success(), "{name}: {output:?}");
            assert!(
                told.contains(&format!("\"created\":{created}")),
                "{name}: {told}"
            );
            created = 0;
        }
    }
    assert_eq!(count(folder.path(), "SELECT count(*) FROM items"), 2);
}

#[test]
fn every_example_says_what_to_mend_and_never_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let (server, owner) = Server::fresh(folder.path());
    let secret = owner
        .create("Inventory Integration", "0123456789abcdef")
        .unwrap();
    let (list, body) = files(
        folder.path(),
        r#"[{"id":"SKU001","name":"n","price":"ten"}]"#,
    );
    for (program, name) in CLIENTS {
        let file = if program == "sh" { &body } else { &list };
        let output = push(&server, &secret, program, name, file);
        let told = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(!output.status.success(), "{name}: {told}");
        assert!(
            told.contains("invalid_body") && told.contains("/items/0/price"),
            "{name}: {told}"
        );
        assert!(!told.contains(&secret), "{name}: {told}");
    }
}
