//! The snippets of the API docs, pasted unchanged into a shell, Python and Node.

use crate::support::{Client, Server};
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use testkit::Text as _;

/// Returns a code block of the page.
fn snippet(page: &str, id: &str) -> String {
    let start = format!("<pre id=\"{id}\"><code>");
    let (_, rest) = page
        .split_once(&start)
        .unwrap_or_else(|| panic!("the page has no {id}"));
    let (text, _) = rest.split_once("</code>").unwrap();
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&quot;", "\"").replace("&amp;", "&")
}

/// Runs a snippet of this language in the folder, with the key in the environment.
fn paste(folder: &Path, language: &str, text: &str, secret: &str) -> Output {
    let (program, arguments): (_, &[&str]) = match language {
        "curl" => ("sh", &["-c"]),
        "python" => ("python3", &["-c"]),
        "javascript" => ("node", &["--input-type=module", "-e"]),
        other => panic!("{other}"),
    };
    Command::new(program)
        .args(arguments)
        .arg(text)
        .env("VOXUM_API_KEY", secret)
        .current_dir(folder)
        .output()
        .unwrap_or_else(|error| panic!("{program} cannot be started, install it: {error}"))
}

struct Reader<'a> {
    folder: &'a Path,
    page: String,
    language: &'static str,
    secret: String,
}

impl Reader<'_> {
    /// Runs an operation's snippet, and returns its output.
    #[track_caller]
    fn call(&self, operation: &str, status: u16, replacement: (&str, &str)) -> String {
        let text = snippet(&self.page, &format!("{operation}-{}", self.language));
        let text = text.replace(replacement.0, replacement.1);
        let output = paste(self.folder, self.language, &text, &self.secret);
        let output_text = String::from_utf8_lossy(&output.stdout).into_owned();
        let context = format!("{operation} in {}: {output:?}", self.language);
        assert!(output.status.success(), "{context}");
        let first = output_text.lines().next().unwrap_or_default();
        assert!(
            first.split(' ').any(|word| word == status.to_string()),
            "{context}"
        );
        assert!(!output_text.contains(&self.secret), "{context}");
        output_text
    }
}

fn key(owner: &Client) -> String {
    static KEY_COUNT: AtomicU64 = AtomicU64::new(0);
    let token = format!("{:016x}", KEY_COUNT.fetch_add(1, Ordering::Relaxed));
    let all = [
        "inventory:read",
        "inventory:write",
        "leads:read",
        "leads:write",
    ];
    owner
        .create_with("Reader of the docs", &token, &all)
        .unwrap()
}

#[test]
fn every_snippet_of_every_operation_works_as_pasted() {
    let (folder, server, owner) = Server::with_folder();
    let page = owner.get("/docs").unwrap().body;
    let none = ("", "");
    for language in ["curl", "python", "javascript"] {
        let reader = Reader {
            folder: folder.path(),
            page: page.clone(),
            language,
            secret: key(&owner),
        };
        assert!(
            reader
                .call("getKey", 200, none)
                .contains("Reader of the docs")
        );
        reader.call("pushItems", 200, none);
        assert!(
            reader
                .call("listItems", 200, none)
                .contains("Honda Accord 2024")
        );
        reader.call("getItem", 200, none);
        reader.call("putItem", 200, none);
        reader.call("editItem", 200, none);
        reader.call("deleteItem", 204, none);
        let changes = reader.call("listItemChanges", 200, none);
        changes.has("next_cursor");
        let created = reader.call("createLead", 201, none);
        let id = created
            .split("\"id\":\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let example = "0198c2a4-7d10-7e6b-a3f5-92c1b8d04e77";
        reader.call("getLead", 200, (example, id));
        let edited = reader.call("editLead", 200, (example, id));
        edited.has("\"contacted\"");
        assert!(reader.call("listLeadChanges", 200, none).contains(id));
        reader.call("eraseLead", 204, (example, id));
        reader.call("describe", 200, none);
        reader.call("alive", 200, none);
        reader.call("ready", 200, none);
        reader.call("revokeKey", 204, none);
        let refusal = paste(
            folder.path(),
            language,
            &snippet(&page, &format!("getKey-{language}")),
            &reader.secret,
        );
        let output_text = [refusal.stdout, refusal.stderr].concat();
        assert!(
            String::from_utf8_lossy(&output_text).contains("revoked_key"),
            "{language}"
        );
    }
    let ids = page.matches("-curl\"><code>").count();
    assert_eq!(ids, 17, "an operation is new: paste its snippets here, too");
    drop(server);
}

#[test]
fn feed_examples_work_as_pasted() {
    let (folder, server, owner) = Server::with_folder();
    let page = owner.get("/docs").unwrap().body;
    let secret = key(&owner);
    let [xml, csv, send] =
        [1, 3, 5].map(|at| snippet(&page, &format!("feeds-in-xml-and-csv-{at}")));
    std::fs::write(folder.path().join("inventory.csv"), csv).unwrap();
    let output = paste(folder.path(), "curl", &send, &secret);
    let output_text = String::from_utf8_lossy(&output.stdout).into_owned();
    output_text.has("\"created\":1");
    std::fs::write(folder.path().join("inventory.xml"), xml).unwrap();
    let send = send
        .replace("text/csv", "application/xml")
        .replace(".csv", ".xml");
    let output = paste(folder.path(), "curl", &send, &secret);
    let output_text = String::from_utf8_lossy(&output.stdout).into_owned();
    output_text.has("\"unchanged\":1");
    drop(server);
}

/// Runs the command that sets the key in bash, as if the key was typed, and in zsh if that is
/// installed.
fn assert_prompts(command: &str, secret: &str) {
    for shell in ["bash", "zsh"] {
        let run = Command::new(shell)
            .args(["-c", &format!("{command}; printenv VOXUM_API_KEY")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut run = match run {
            Err(error) if shell == "zsh" && error.kind() == ErrorKind::NotFound => continue,
            run => run.unwrap(),
        };
        let mut input = run.stdin.take().unwrap();
        writeln!(input, "{secret}").unwrap();
        let output = run.wait_with_output().unwrap();
        let output_text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output_text, format!("API key: \n{secret}\n"), "{shell}");
    }
}

#[test]
fn first_calls_on_the_page_of_a_new_key_work_as_pasted() {
    let (folder, server, owner) = Server::with_folder();
    let form = "name=Feed&scopes=inventory%3Aread&expires=90d&token=0123456789abcdef";
    let page = owner.form("/keys", form).unwrap().body;
    let (_, secret) = page.split_once("value=\"vx_").unwrap();
    let secret = format!("vx_{}", secret.split_once('"').unwrap().0);
    let set_key = snippet(&page, "first-call-0-command");
    assert_prompts(&set_key, &secret);
    let docs = owner.get("/docs").unwrap().body;
    docs.lacks("VOXUM_API_KEY=\"vx_");
    docs.has_all([&*set_key.replace('&', "&amp;"), "Read-Host"]);
    for (index, language) in ["curl", "python", "javascript"].into_iter().enumerate() {
        let text = snippet(&page, &format!("first-call-{index}"));
        text.lacks(&secret);
        let output = paste(folder.path(), language, &text, &secret);
        assert!(output.status.success(), "{language}: {output:?}");
        let output_text = String::from_utf8_lossy(&output.stdout).into_owned();
        output_text.has("\"items\":[]");
    }
    // The step of the workflow is a command in a block of lines.
    let workflow = snippet(&page, "first-call-4");
    let (_, command) = workflow.split_once("run: |\n").unwrap();
    let output = paste(folder.path(), "curl", command, &secret);
    assert!(output.status.success(), "{output:?}");
    let output = paste(folder.path(), "curl", command, "vx_wrong");
    assert!(!output.status.success(), "a rejected call fails the step");
    let dotenv = snippet(&page, "first-call-3");
    std::fs::write(folder.path().join(".env"), format!("{dotenv}{secret}\n")).unwrap();
    let (_, load) = dotenv.split_once("in a shell: ").unwrap();
    let load = load.lines().next().unwrap();
    let command = format!("{load}\n{}", snippet(&page, "first-call-0"));
    let output = paste(folder.path(), "curl", &command, "");
    let output_text = String::from_utf8_lossy(&output.stdout).into_owned();
    output_text.has("\"items\":[]");
    snippet(&page, "first-call-5").has("Invoke-RestMethod");
    let set_key = snippet(&page, "first-call-5-command");
    set_key.has_all(["$env:VOXUM_API_KEY = ", "Read-Host"]);
    // A file and a workflow need no shell that has the key.
    page.lacks_all(["first-call-3-command", "first-call-4-command"]);
    drop(server);
}
