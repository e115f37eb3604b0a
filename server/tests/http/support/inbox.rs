//! A mail server that keeps what it receives.

use async_trait::async_trait;
use server::Letter;
use service::{Mail, MailError, MailFailure, Mailer};
use std::sync::Mutex;

/// Accepts mail, except to `unknown@example.com`, and to everyone else while `down` is set.
#[derive(Default)]
pub struct Inbox {
    down: Mutex<Option<MailFailure>>,
    received: Mutex<Vec<Mail>>,
}

impl Inbox {
    pub fn fail(&self, failure: Option<MailFailure>) {
        *self.down.lock().unwrap() = failure;
    }

    /// Returns the recipient and the text of each mail since the last call.
    pub fn take(&self) -> Vec<(String, String)> {
        let mails = std::mem::take(&mut *self.received.lock().unwrap());
        let text = |mail: Mail| (mail.to.to_string(), Letter::new(&mail).body);
        mails.into_iter().map(text).collect()
    }

    /// Returns the path of the link in the only mail since the last call, which went to `to`.
    #[track_caller]
    pub fn link(&self, to: &str) -> String {
        let mails = self.take();
        assert_eq!(mails.len(), 1, "one mail");
        assert_eq!(mails[0].0, to);
        let (_, rest) = mails[0].1.split_once("/setup/").expect("a link");
        format!("/setup/{}", &rest[..64])
    }
}

#[async_trait]
impl Mailer for Inbox {
    async fn send(&self, mail: Mail) -> Result<(), MailError> {
        let failure = self.down.lock().unwrap().clone();
        if let Some(failure) = failure {
            return Err(MailError {
                failure,
                source: "the mail server did not accept it".into(),
            });
        }
        self.received.lock().unwrap().push(mail);
        Ok(())
    }
}
