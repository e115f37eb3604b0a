//! Notices by email, sent to a real mail server.

use crate::installation::wait_for;
use crate::support::{Server, TOKEN, change, count, voxum};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use testkit::Text as _;

/// aiosmtpd, killed when dropped.
pub struct MailServer {
    child: Child,
    pub port: u16,
}

impl MailServer {
    /// Starts the server, which stores its messages in `folder`; port 0 picks a free one.
    pub fn start(port: u16, folder: &Path) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        // Does nothing if it is already installed.
        let status = Command::new(root.join(".ci/setup/aiosmtpd.sh")).status();
        assert!(status.unwrap().success());
        let target = std::env::var_os("CARGO_TARGET_DIR");
        let target = target.map_or_else(|| root.join("target"), PathBuf::from);
        let mut child = Command::new(target.join("tools/aiosmtpd/bin/python"))
            .arg(root.join("server/tests/binary/smtp.py"))
            .arg(port.to_string())
            .arg(folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap();
        Self { child, port }
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(folder: &Path, port: u16) -> Server {
    let mut command = with_mail(folder, port);
    command.env("VOXUM_PUBLIC_URL", "https://console.example.com");
    Server::spawn(&mut command, false)
}

/// Returns the program, which sends its mail to this port.
fn with_mail(folder: &Path, port: u16) -> Command {
    let mut command = voxum(folder);
    command
        .env("VOXUM_SMTP_URL", format!("smtp://127.0.0.1:{port}"))
        .env("VOXUM_SMTP_FROM", "Voxum <voxum@example.com>");
    command
}

/// Returns the messages received so far.
pub fn messages(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
    paths.sort();
    let read = |path| std::fs::read_to_string(path).unwrap();
    paths.into_iter().map(read).collect()
}

/// Runs the server long enough that it would send any notice, including one that it must not send.
fn run_briefly(folder: &Path, port: u16) {
    let server = start(folder, port);
    std::thread::sleep(Duration::from_secs(1));
    let (_, log, _) = server.stop();
    log.lacks("panicked");
}

#[test]
fn owners_get_each_notice_once_even_if_the_mail_server_was_down() {
    let (folder, inbox) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (folder, inbox) = (folder.path(), inbox.path());
    let (server, owner) = Server::with_owner(folder);
    let secret = owner.create("Händler-Feed", TOKEN).unwrap();
    server.stop();
    // The key expires in five days and was created long ago.
    change(
        folder,
        "UPDATE api_keys SET created_at = created_at - 86400000 * 80,
            expires_at = CAST(unixepoch() AS INTEGER) * 1000 + 86400000 * 5 + 3600000",
    );

    let port = MailServer::start(0, inbox).port;
    // The mail server is already down, since it was dropped at once.
    let server = start(folder, port);
    wait_for("the notice was given back", || {
        count(
            folder,
            "SELECT count(*) FROM key_notices WHERE retry_at IS NOT NULL",
        ) == 1
    });
    let (_, log, _) = server.stop();
    log.has("could not be sent");
    assert_eq!(messages(inbox), [""; 0]);

    let mail = MailServer::start(port, inbox);
    run_briefly(folder, port);
    assert_eq!(messages(inbox), [""; 0], "before it is time to try again");
    change(folder, "UPDATE key_notices SET retry_at = 0");
    let server = start(folder, port);
    wait_for("the notice came", || messages(inbox).len() == 1);
    server.stop();
    run_briefly(folder, port);
    let received = messages(inbox);
    assert_eq!(received.len(), 1, "one notice went twice");

    let text = &received[0];
    text.has_all([
        "To: ada@example.com",
        "From: Voxum <voxum@example.com>",
        "Message-ID: <",
        "Content-Type: text/plain; charset=utf-8",
        "https://console.example.com/keys/",
        &secret[..9],
    ]);
    text.lacks(&secret[9..]);

    // The last day has a separate notice.
    change(
        folder,
        "UPDATE api_keys SET expires_at = CAST(unixepoch() AS INTEGER) * 1000 + 3600000",
    );
    let server = start(folder, port);
    wait_for("the last notice came", || messages(inbox).len() == 2);
    server.stop();
    drop(mail);
}

#[test]
fn notice_to_an_address_that_the_mail_server_rejects_is_given_up() {
    let (folder, inbox) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (folder, inbox) = (folder.path(), inbox.path());
    let (server, owner) = Server::with_owner(folder);
    let (key, _) = owner.issue("Händler-Feed", TOKEN).unwrap();
    server.stop();
    change(
        folder,
        "UPDATE api_keys SET created_at = created_at - 86400000 * 80,
            expires_at = CAST(unixepoch() AS INTEGER) * 1000 + 86400000 * 5 + 3600000",
    );
    change(folder, "UPDATE members SET email = 'unknown@example.com'");
    let mail = MailServer::start(0, inbox);
    let server = start(folder, mail.port);
    let rejected = "SELECT count(*) FROM audit_events WHERE action = 'key.notice_rejected'";
    wait_for("the notice was given up", || count(folder, rejected) == 1);
    let page = server
        .reconnect(&owner)
        .get(&format!("/keys/{key}"))
        .unwrap();
    page.has_all(["unknown@example.com was rejected", "responded with 550"]);
    let (_, log, _) = server.stop();
    log.has("permanently rejected an expiry notice");
    log.lacks("unknown@");
    run_briefly(folder, mail.port);
    assert_eq!(count(folder, rejected), 1, "it was tried again");
    assert_eq!(messages(inbox), [""; 0]);
}

#[test]
fn invitation_reaches_the_mailbox_and_its_link_lets_the_person_join() {
    let (folder, inbox) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (folder, inbox) = (folder.path(), inbox.path());
    let (server, owner) = Server::with_owner(folder);
    server.stop();
    let mail = MailServer::start(0, inbox);
    // At its own address, since forms of another site are rejected.
    let server = Server::spawn(&mut with_mail(folder, mail.port), false);
    let owner = server.reconnect(&owner);
    let invited = owner.form("/team/invite", "email=bob%40example.com&role=viewer");
    assert_eq!(invited.unwrap().status, 303);
    let received = messages(inbox);
    assert_eq!(received.len(), 1);
    let text = &received[0];
    text.has_all([
        "To: bob@example.com",
        "Subject: ",
        "ada@example.com invited you",
    ]);
    // Long lines are folded with `=` at their ends.
    let text = text.replace("=\r\n", "").replace("=\n", "");
    let link = format!("{}/setup/", server.url);
    let (_, rest) = text.split_once(&link).expect("a link");
    server.set_up(&format!("/setup/{}", &rest[..64]), "bob@example.com");

    let refused = owner.form("/team/invite", "email=unknown%40example.com&role=viewer");
    let page = refused.unwrap();
    assert_eq!(page.status, 200);
    page.body
        .has_all(["The email wasn't sent.", "responded with 550", "/setup/"]);
    // This refusal quotes the link, which is still valid.
    let filtered = owner.form("/team/invite", "email=filtered%40example.com&role=viewer");
    let page = filtered.unwrap().body;
    page.has("responded with 554");
    let (_, quoted) = page.split_once(&link).expect("a link");
    assert_eq!(messages(inbox).len(), 1);
    let (_, log, _) = server.stop();
    log.has("a mail with a link was not accepted");
    log.lacks_all([&rest[..64], &quoted[..64], "unknown@"]);
}
