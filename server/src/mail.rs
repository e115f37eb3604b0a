//! Mail, by way of somebody's SMTP server.

use async_trait::async_trait;
use lettre::message::{Mailbox, header::ContentType};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use service::{Mail, Mailer, NotSent};
use std::fmt;
use std::time::Duration;

/// For each step of the conversation with the server.
const PATIENCE: Duration = Duration::from_secs(20);

/// For somebody who waits for the answer.
const SHORT: Duration = Duration::from_secs(5);

/// One server, and who writes.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Smtp {
    /// `None` where the URL is none of a mail server. By its scheme and `?tls=`, the connection is encrypted or not.
    pub fn new(url: &str, from: Mailbox) -> Option<Self> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).ok()?;
        Some(Self {
            transport: transport.timeout(Some(PATIENCE)).build(),
            from,
        })
    }

    /// Whether the server answers and lets this user in.
    ///
    /// # Errors
    /// Why not, without the password.
    pub async fn answers(&self) -> Result<(), String> {
        let asked = tokio::time::timeout(SHORT, self.transport.test_connection());
        match asked.await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err("the mail server ended the connection".to_owned()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("the mail server does not answer".to_owned()),
        }
    }

    fn write(&self, mail: Mail) -> Result<Message, Box<dyn std::error::Error + Send + Sync>> {
        let id = format!("<{}@{}>", mail.id, self.from.email.domain());
        let message = Message::builder()
            .message_id(Some(id))
            .from(self.from.clone())
            .to(Mailbox::new(None, mail.to.as_str().parse()?))
            .subject(mail.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.body)?;
        Ok(message)
    }
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, mail: Mail) -> Result<(), NotSent> {
        let message = self.write(mail).map_err(NotSent)?;
        let sent = self.transport.send(message).await;
        sent.map(drop).map_err(|error| NotSent(error.into()))
    }
}

/// Without the server's address, in which a password may stand.
impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp")
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}
