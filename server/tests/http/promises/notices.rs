//! Notices of expiring keys, by email: once each, to members who can act on them.

use crate::support::{Text as _, World};
use async_trait::async_trait;
use domain::seconds::{DAY, HOUR};
use server::Letter;
use service::{Mail, MailError, MailFailure, Mailer};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

#[derive(Default)]
struct FakeMailer {
    down: AtomicBool,
    /// Failures of mail to these addresses.
    failures: Vec<(&'static str, MailFailure)>,
    attempts: AtomicUsize,
    received: Mutex<Vec<Mail>>,
}

#[async_trait]
impl Mailer for FakeMailer {
    async fn send(&self, mail: Mail) -> Result<(), MailError> {
        self.attempts.fetch_add(1, Ordering::SeqCst);
        if self.down.load(Ordering::SeqCst) {
            return Err(mail_error(MailFailure::Unreachable));
        }
        let failures = self.failures.iter();
        if let Some((_, failure)) = failures.clone().find(|(to, _)| *to == mail.to.as_str()) {
            return Err(mail_error(failure.clone()));
        }
        self.received.lock().unwrap().push(mail);
        Ok(())
    }
}

fn mail_error(failure: MailFailure) -> MailError {
    MailError {
        failure,
        source: "the mail server did not accept it".into(),
    }
}

impl FakeMailer {
    /// Returns the recipients and subjects of the mail since the last call.
    fn take(&self) -> Vec<(String, String)> {
        let mails = std::mem::take(&mut *self.received.lock().unwrap());
        let subject = |mail: Mail| (mail.to.to_string(), Letter::new(&mail).subject);
        mails.into_iter().map(subject).collect()
    }
}

async fn send_notices(world: &World, mailer: &FakeMailer) -> Vec<(String, String)> {
    world.services.notices.send(mailer).await.unwrap();
    mailer.take()
}

fn to_ada(subject: &str) -> (String, String) {
    ("ada@example.com".into(), subject.into())
}

#[tokio::test]
async fn each_expiry_notice_of_a_key_is_sent_once() {
    let (world, owner) = World::with_owner().await;
    owner.create("CRM Sync", &["leads:read"]).await;
    let mailer = FakeMailer::default();
    world.clock.advance_seconds(60 * DAY - 1);
    assert_eq!(send_notices(&world, &mailer).await, []);
    for (seconds, remaining) in [(1, "1 month"), (23 * DAY, "7 days"), (6 * DAY, "1 day")] {
        world.clock.advance_seconds(seconds);
        let subject = format!("API key “CRM Sync” expires in {remaining}");
        assert_eq!(send_notices(&world, &mailer).await, [to_ada(&subject)]);
        world.clock.advance_seconds(60);
        assert_eq!(send_notices(&world, &mailer).await, [], "twice");
        world.clock.advance_seconds(-60);
    }
    let world = world.restart().await;
    assert_eq!(
        send_notices(&world, &mailer).await,
        [],
        "again after a restart"
    );
    world.clock.advance_seconds(DAY);
    assert_eq!(send_notices(&world, &mailer).await, [], "it is over");
}

#[tokio::test]
async fn only_the_latest_notice_is_sent_if_earlier_ones_were_missed() {
    let (world, owner) = World::with_owner().await;
    owner.create("CRM Sync", &["leads:read"]).await;
    world.clock.advance_seconds(90 * DAY - HOUR);
    let mailer = FakeMailer::default();
    let expected = [to_ada("API key “CRM Sync” expires in 1 hour")];
    assert_eq!(send_notices(&world, &mailer).await, expected);
    assert_eq!(send_notices(&world, &mailer).await, []);
}

#[tokio::test]
async fn notices_are_sent_only_to_active_owners_and_admins_of_the_account() {
    let (world, owner) = World::with_owner().await;
    owner.create("CRM Sync", &["leads:read"]).await;
    world.stranger().await;
    for (name, role, deactivated_at) in [
        ("grace", "admin", None),
        ("alan", "viewer", None),
        ("joan", "admin", Some(1_i64)),
    ] {
        let mut connection = world.connection().await;
        sqlx::query(
            "INSERT INTO members (id, account_id, email, role, password_hash, created_at,
                deactivated_at)
             SELECT $1, account_id, $1 || '@example.com', $2, password_hash, created_at, $3
             FROM members WHERE email = 'ada@example.com'",
        )
        .bind(name)
        .bind(role)
        .bind(deactivated_at)
        .execute(&mut connection)
        .await
        .unwrap();
    }
    world.clock.advance_seconds(83 * DAY);
    let mut recipients = send_notices(&world, &FakeMailer::default()).await;
    recipients.sort();
    let recipients: Vec<_> = recipients.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(recipients, ["ada@example.com", "grace@example.com"]);
}

#[tokio::test]
async fn notices_are_retried_later_if_the_mail_server_is_unreachable() {
    let (world, owner) = World::with_owner().await;
    for name in ["A", "B", "C", "D"] {
        owner.create(name, &["leads:read"]).await;
    }
    world.clock.advance_seconds(83 * DAY);
    let mailer = FakeMailer::default();
    mailer.down.store(true, Ordering::SeqCst);
    assert!(world.services.notices.send(&mailer).await.is_err());
    let attempts = || mailer.attempts.load(Ordering::SeqCst);
    assert_eq!(attempts(), 3, "no mail goes through, so the fourth waits");
    mailer.down.store(false, Ordering::SeqCst);
    assert_eq!(send_notices(&world, &mailer).await.len(), 1, "the fourth");
    world.clock.advance_seconds(15 * 60 - 1);
    assert_eq!(send_notices(&world, &mailer).await, []);
    world.clock.advance_seconds(1);
    assert_eq!(send_notices(&world, &mailer).await.len(), 3);
    assert_eq!(send_notices(&world, &mailer).await, []);
}

#[tokio::test]
async fn rejected_notice_is_recorded_in_the_audit_log_and_not_retried() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    world.clock.advance_seconds(83 * DAY);
    let reason = "The mail server responded with 550.".to_owned();
    let mailer = FakeMailer {
        failures: vec![("ada@example.com", MailFailure::Rejected(reason))],
        ..FakeMailer::default()
    };
    for _ in 0..3 {
        assert_eq!(send_notices(&world, &mailer).await, []);
        world.clock.advance_seconds(15 * 60);
    }
    let attempts = mailer.attempts.load(Ordering::SeqCst);
    assert_eq!(attempts, 1, "it was not given up");
    let recorded: Vec<(String, String)> = sqlx::query_as(
        "SELECT subject, detail FROM audit_events WHERE action = 'key.notice_rejected'",
    )
    .fetch_all(&mut world.connection().await)
    .await
    .unwrap();
    let [(subject, detail)] = recorded.as_slice() else {
        panic!("{recorded:?}");
    };
    assert_eq!(*subject, key.id);
    detail.has_all(["ada@example.com", "The mail server responded with 550."]);
}

#[tokio::test]
async fn accounts_with_failing_or_many_notices_do_not_delay_other_accounts() {
    let (world, owner) = World::with_owner().await;
    let stranger = world.stranger().await;
    // The first account's notices are the first ones due.
    for number in 0..40 {
        owner
            .create(&format!("Key {number}"), &["leads:read"])
            .await;
    }
    world.clock.advance_seconds(60);
    stranger.create("Theirs", &["leads:read"]).await;
    world.clock.advance_seconds(83 * DAY);

    let mailer = FakeMailer {
        failures: vec![("ada@example.com", MailFailure::Deferred)],
        ..FakeMailer::default()
    };
    assert!(world.services.notices.send(&mailer).await.is_err());
    assert_eq!(mailer.take().len(), 1, "the other account got its notice");
    let attempts = mailer.attempts.load(Ordering::SeqCst);
    assert_eq!(
        attempts, 4,
        "three of the first account, and one of the other"
    );

    world.sql("DELETE FROM key_notices").await;
    let mailer = FakeMailer::default();
    let sent = send_notices(&world, &mailer).await;
    assert_eq!(sent.len(), 41);
    let position = sent
        .iter()
        .position(|(_, subject)| subject.contains("Theirs"));
    assert_eq!(position, Some(10), "after one turn of the first account");
}

#[tokio::test]
async fn notice_contains_the_key_its_expiry_and_a_link_but_not_the_secret() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Händler-Feed", &["leads:read"]).await;
    world
        .sql("UPDATE accounts SET time_zone = 'Europe/Berlin'")
        .await;
    world.clock.advance_seconds(83 * DAY);
    let mailer = FakeMailer::default();
    world.services.notices.send(&mailer).await.unwrap();
    let mails = std::mem::take(&mut *mailer.received.lock().unwrap());
    let body = Letter::new(&mails[0]).body;
    body.has_all([
        "“Händler-Feed”",
        &format!("({}…)", &key.secret[..9]),
        "expires in 7 days, on 21 Feb 2027, 06:31:07 CET",
        &format!("http://127.0.0.1:3000/keys/{}", key.id),
    ]);
    body.lacks(&key.secret[9..]);
}

#[tokio::test]
async fn wrong_code_warning_is_sent_once_and_retried_after_a_mail_failure() {
    const SUBJECT: &str = "Wrong sign-in codes for your Voxum Console account";
    let world = World::new().await;
    world.owner().await;
    let (services, mailer) = (&world.services, FakeMailer::default());
    assert_eq!(services.notices.send_warnings(&mailer).await.unwrap(), 0);
    world
        .sql("INSERT INTO code_warnings (member_id, at, ip, mail_at) SELECT id, created_at, '198.51.100.7', created_at FROM members")
        .await;
    mailer.down.store(true, Ordering::SeqCst);
    services.notices.send_warnings(&mailer).await.unwrap_err();
    mailer.down.store(false, Ordering::SeqCst);
    assert_eq!(
        services.notices.send_warnings(&mailer).await.unwrap(),
        0,
        "too early"
    );
    world.clock.advance_seconds(15 * 60);
    assert_eq!(services.notices.send_warnings(&mailer).await.unwrap(), 1);
    let mail = mailer.received.lock().unwrap().remove(0);
    let letter = Letter::new(&mail);
    assert_eq!(
        (mail.to.as_str(), &*letter.subject),
        ("ada@example.com", SUBJECT)
    );
    letter.body.has_all(["198.51.100.7", "/account"]);
    world.clock.advance_seconds(DAY / 2);
    assert_eq!(services.notices.send_warnings(&mailer).await.unwrap(), 0);
}
