//! The clients in `public/examples` with files and addresses that they have to refuse, and with
//! files that the console exports.

use crate::examples::{CLIENTS, client, file, finish};
use crate::support::{Server, TOKEN, count};
use std::net::TcpListener;
use std::path::Path;

/// A key that does not exist on any server.
const SECRET: &str = "vx_0123456789";

/// Runs a client against a port at which nothing may arrive.
fn run_failing(example: (&str, &str), path: &Path, address: impl Fn(&str) -> String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let mut command = client(example, path);
    command
        .env("VOXUM_URL", address(&host))
        .env("VOXUM_API_KEY", SECRET);
    let (status, printed) = finish(&mut command);
    assert_eq!(status, Some(2), "{example:?}: {printed}");
    assert!(!printed.contains(SECRET), "{example:?}: {printed}");
    assert!(listener.accept().is_err(), "{example:?}: it was called");
    printed
}

#[test]
fn ambiguous_or_invalid_json_is_refused_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let many = |first: &str, last: &str| {
        let items = (0..4_999).map(|number| format!(r#"{{"id":"{number}","name":"n"}}"#));
        let all = std::iter::once(first.to_owned()).chain(items);
        let all: Vec<_> = all.chain([last.to_owned()]).collect();
        format!("[{}]", all.join(","))
    };
    let duplicate_ids = many(r#"{"id":"A","name":"n"}"#, r#"{"name":"n","id":" A "}"#);
    for (content, message) in [
        (
            r#"[{"id":"A","name":"n","price":1,"pri\u0063e":2}]"#,
            "the field \"price\" twice",
        ),
        (
            r#"[{"id":"A","attributes":{"a":"{","a":"\"b"}}]"#,
            "the field \"a\" twice",
        ),
        (
            r#"{"items":[],"items":[{"id":"A"}]}"#,
            "the field \"items\" twice",
        ),
        (
            r#"[{"id":"A","name":"n","price":1e400}]"#,
            "1e400 is not a number",
        ),
        (
            r#"[{"id":"A","name":"n","price":-1E999}]"#,
            "-1E999 is not a number",
        ),
        (&duplicate_ids, "/items/0 and /items/5000 have the same id"),
        (
            r#"{"mode":"replace","items":[{"id":"A","name":"n"}]}"#,
            "\"mode\" beside `items`",
        ),
        (r#"{"item":[{"id":"A","name":"n"}]}"#, "contains no items"),
        (
            "{\"id\":\"A\",\"name\":\"n\"}\n{\"id\":\"B\",\n",
            "line 2 is not JSON",
        ),
        (
            "{\"id\":\"A\",\"name\":\"n\"}\n{\"id\":\"B\",\"id\":\"C\"}\n",
            "the field \"id\" twice",
        ),
        ("{\"items\":\n[1,]}", "is not JSON"),
    ] {
        let path = file(folder.path(), "list.json", content);
        for example in &CLIENTS[..2] {
            let printed = run_failing(*example, &path, |host| format!("http://{host}"));
            assert!(
                printed.contains(message),
                "{example:?} {message}: {printed}"
            );
        }
    }
}

/// The shell script sends the text as it is, so the server reports the same faults.
#[test]
fn shell_script_prints_the_errors_of_the_server_about_ambiguous_json() {
    let (folder, server, owner) = Server::with_folder();
    let secret = owner.create("Feed", TOKEN).unwrap();
    for (content, message) in [
        (
            r#"[{"id":"A","name":"n","price":1,"price":2}]"#,
            "/items/0/price: Use each name only once.",
        ),
        (
            r#"[{"id":"A","name":"n","price":1e400}]"#,
            "/items/0/price: ",
        ),
        (
            r#"{"mode":"replace","items":[{"id":"A","name":"n"}]}"#,
            "/mode: ",
        ),
    ] {
        let path = file(folder.path(), "list.json", content);
        let mut command = client(CLIENTS[2], &path);
        command
            .env("VOXUM_URL", &server.url)
            .env("VOXUM_API_KEY", &secret);
        let (status, printed) = finish(&mut command);
        assert_eq!(status, Some(1), "{content}: {printed}");
        assert!(printed.contains(message), "{content}: {printed}");
    }
    assert_eq!(count(folder.path(), "SELECT count(*) FROM items"), 0);
}

#[test]
fn invalid_address_is_refused_without_printing_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "list.json", r#"[{"id":"A","name":"n"}]"#);
    for example in CLIENTS {
        for address in [
            "http://h:notaport",
            "http://h:99999",
            "http://",
            "https:///path",
            "http://[::1",
            "http://a b",
            "ftp://h",
            "http://h/?a=b",
            "http://h/#a",
        ] {
            let printed = run_failing(example, &path, |_| address.to_owned());
            let expected = "Set VOXUM_URL to the address";
            assert!(
                printed.contains(expected),
                "{example:?} {address}: {printed}"
            );
        }
        for user in ["user:geheim@", "geheim@", "geheim:@"] {
            let printed = run_failing(example, &path, |host| format!("http://{user}{host}"));
            let expected = "Remove the user name and the password from VOXUM_URL.";
            assert!(printed.contains(expected), "{example:?}: {printed}");
            assert!(!printed.contains("geheim"), "{example:?}: {printed}");
        }
    }
}

#[test]
fn json_lines_exported_by_the_console_are_accepted() {
    let (folder, server, owner) = Server::with_folder();
    let secret = owner.create("Feed", TOKEN).unwrap();
    let list = r#"[{"id":"A","name":"one\u2028two","price":12.5,"attributes":{"a":"b"}},{"id":"B","name":"{\"items\":1}"}]"#;
    let path = file(folder.path(), "list.json", list);
    let run = |example: (&str, &str), path: &Path| {
        let mut command = client(example, path);
        command
            .env("VOXUM_URL", &server.url)
            .env("VOXUM_API_KEY", &secret);
        let (status, printed) = finish(&mut command);
        assert_eq!(status, Some(0), "{example:?}: {printed}");
        printed
    };
    run(CLIENTS[0], &path);
    let exported = owner.get("/inventory/export.jsonl").unwrap();
    assert_eq!(exported.body.lines().count(), 2, "{}", exported.body);
    let first_line = exported.body.lines().next().unwrap();
    for example in &CLIENTS[..2] {
        for (content, unchanged) in [
            (exported.body.clone(), 2),
            (
                format!("\u{feff}{}\r\n", exported.body.replace('\n', "\r\n\r\n")),
                2,
            ),
            (first_line.to_owned(), 1),
        ] {
            let path = file(folder.path(), "export.jsonl", &content);
            let printed = run(*example, &path);
            let expected = format!("\"unchanged\":{unchanged}");
            assert!(printed.contains(&expected), "{example:?}: {printed}");
        }
    }
}
