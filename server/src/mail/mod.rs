//! Mail, sent through the operator's SMTP server.

mod words;

pub use words::Letter;

use async_trait::async_trait;
use lettre::address::AddressError;
use lettre::message::{Mailbox, header::ContentType};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use service::{Mail, MailError, MailFailure, Mailer};
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;
use url::Url;

/// Time limit of each step of the conversation with the server.
const SEND_TIMEOUT: Duration = Duration::from_secs(20);

/// Time limit of a check whose result a person waits for.
const TEST_TIMEOUT: Duration = Duration::from_secs(5);

/// An SMTP server, and the sender's address.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Reason why a URL cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpUrlError {
    /// It is not the URL of a mail server.
    Malformed,
    /// It contains a password for another machine, and does not require TLS.
    PasswordInTheClear,
}

impl Smtp {
    /// Parses the URL, whose scheme and `?tls=` determine whether the connection is encrypted.
    ///
    /// # Errors
    /// See [`SmtpUrlError`].
    pub fn new(url: &str, from: Mailbox) -> Result<Self, SmtpUrlError> {
        let malformed = SmtpUrlError::Malformed;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
        let transport = transport.map_err(|_| malformed)?;
        let url = Url::parse(url).map_err(|_| malformed)?;
        if url.password().is_some() && !requires_tls(&url) && !is_loopback(&url) {
            return Err(SmtpUrlError::PasswordInTheClear);
        }
        Ok(Self {
            transport: transport.timeout(Some(SEND_TIMEOUT)).build(),
            from,
        })
    }

    /// Checks that the server answers and accepts the credentials.
    ///
    /// # Errors
    /// The reason, without the password.
    pub async fn check_connection(&self) -> Result<(), String> {
        let test = tokio::time::timeout(TEST_TIMEOUT, self.transport.test_connection());
        match test.await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err("the mail server ended the connection".to_owned()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("the mail server does not respond".to_owned()),
        }
    }

    /// Classifies a failure to send a mail.
    ///
    /// A permanent code also comes from a server that rejects every mail, for example for a wrong
    /// password. It is about this mail only if the server accepts a connection and a sign-in.
    async fn failure(&self, error: &lettre::transport::smtp::Error) -> MailFailure {
        match error.status() {
            Some(code) if error.is_permanent() && self.check_connection().await.is_ok() => {
                MailFailure::Rejected(format!(
                    "The mail server responded with {code}. Check the address, and ask your operator if it is correct."
                ))
            }
            Some(_) if error.is_transient() && self.check_connection().await.is_ok() => {
                MailFailure::Deferred
            }
            _ => MailFailure::Unreachable,
        }
    }

    fn write(&self, mail: &Mail, to: Address) -> Result<Message, lettre::error::Error> {
        let letter = Letter::new(mail);
        let id = format!("<{}@{}>", mail.id, self.from.email.domain());
        Message::builder()
            .message_id(Some(id))
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.body)
    }
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, mail: Mail) -> Result<(), MailError> {
        let to: Address = mail.to.as_str().parse().map_err(|error: AddressError| {
            let reason = "Email cannot be sent to this address. Ask the member to use another one.";
            rejected(reason, error.into())
        })?;
        let message = self.write(&mail, to).map_err(|error| {
            rejected(
                "The email could not be written. Ask your operator.",
                error.into(),
            )
        })?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => Err(MailError {
                failure: self.failure(&error).await,
                source: error.into(),
            }),
        }
    }
}

fn rejected(reason: &str, source: Box<dyn std::error::Error + Send + Sync>) -> MailError {
    MailError {
        failure: MailFailure::Rejected(reason.to_owned()),
        source,
    }
}

/// Returns whether the URL requires TLS. As lettre reads it, `?tls=opportunistic` falls back to
/// plain text if the server offers no encryption.
fn requires_tls(url: &Url) -> bool {
    let mut options = url.query_pairs().filter(|(name, _)| name == "tls");
    url.scheme() == "smtps" || options.next().is_some_and(|(_, value)| value == "required")
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let address = address.parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost")
        || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

/// Omits the server's URL, which may contain a password.
impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp")
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Email, KeyName, Timestamp};
    use service::{MailTopic, Zone};

    #[test]
    fn mail_can_be_addressed_to_every_address_that_a_member_may_have() {
        let from: Mailbox = "Voxum <voxum@example.com>".parse().unwrap();
        let smtp = Smtp::new("smtp://127.0.0.1", from).unwrap();
        let signs = "!#$%&'*+-/=?^_`{|}~";
        let long = format!("{}@{}.example", "a".repeat(64), "b".repeat(63));
        for address in [
            "ada@example.com",
            "a@localhost",
            "a.b.c@x.y.z",
            "1@2.3",
            "o'hara+cars@mail.example.co.uk",
            "x@xn--mnchen-3ya.de",
            "a@192.0.2.1",
            &long,
            &format!("{signs}@example.com"),
        ] {
            // As members have them: an address without an ending may have been stored earlier.
            let to = Email::from_stored(address).unwrap();
            let mail = Mail {
                id: "1".into(),
                to,
                zone: Zone::parse("UTC").unwrap(),
                link: "http://127.0.0.1/keys/1".into(),
                topic: MailTopic::ExpiringKey {
                    name: KeyName::parse("CRM Sync").unwrap(),
                    preview: "vx_abc123…".into(),
                    end: Timestamp::from_millis(0),
                    now: Timestamp::from_millis(0),
                },
            };
            let message = smtp
                .write(&mail, address.parse().expect(address))
                .expect(address);
            assert_eq!(message.envelope().to()[0].to_string(), address);
        }
    }
}
