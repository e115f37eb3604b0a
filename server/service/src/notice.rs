//! Notices that a key is about to end, by mail to those who can do something about it: 30, 7 and 1 days before.
//!
//! Each goes once to each person. It is claimed in the database before it is sent: a server that is killed in between
//! has it count as sent, since one notice too few is better than one with every restart. What is known to have failed is
//! given back, and claimed again later.

use crate::store::{DueNotice, NoticeRecord, StoreError};
use crate::view::moment;
use crate::{Error, Service};
use async_trait::async_trait;
use domain::{Email, Timestamp, relative};

const DAY_SECONDS: i64 = 86_400;

/// Days before the end, the last one first.
const DAYS: [u32; 3] = [1, 7, 30];

/// How often the server looks for notices that are due.
pub const LOOK_EVERY_SECONDS: u64 = 60;

/// A notice that failed is tried again after this time.
const RETRY_SECONDS: i64 = 15 * 60;

/// Notices that are read at once.
const BATCH: u32 = 100;

/// Where so many fail, the others wait for the next time: no mail goes through.
const FAILURES: usize = 3;

/// A text for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The same for the same notice, so that programs can tell one that came twice.
    pub id: String,
    pub to: Email,
    pub subject: String,
    pub body: String,
}

/// It was not taken; the text is for the log and holds nothing secret.
#[derive(Debug, thiserror::Error)]
#[error("the mail was not taken")]
pub struct NotSent(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Brings mail on its way.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// # Errors
    /// It was not taken and may be tried again.
    async fn send(&self, mail: Mail) -> Result<(), NotSent>;
}

/// Why notices were not sent.
#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    #[error(transparent)]
    Failed(#[from] Error),
    #[error(transparent)]
    NotSent(NotSent),
}

impl From<StoreError> for NoticeError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl Service {
    /// Sends every notice that is due, one after the other, and gives how many went. Those that are not taken are tried
    /// again later.
    ///
    /// # Errors
    /// The database's; the first failure to send, once the others were tried.
    pub async fn send_notices(&self, mailer: &dyn Mailer) -> Result<usize, NoticeError> {
        let (mut sent, mut failed) = (0, Vec::new());
        let start = self.clock.now();
        let mut from = start;
        for days in DAYS {
            let until = start.plus_seconds(i64::from(days) * DAY_SECONDS);
            loop {
                let now = self.clock.now();
                let due = self
                    .store
                    .due_notices(days, from, until, now, BATCH)
                    .await?;
                for notice in &due {
                    match self.send_notice(mailer, notice).await {
                        Ok(went) => sent += usize::from(went),
                        Err(NoticeError::NotSent(error)) => failed.push(error),
                        Err(error) => return Err(error),
                    }
                    if failed.len() >= FAILURES {
                        return Err(NoticeError::NotSent(failed.swap_remove(0)));
                    }
                }
                if due.len() < BATCH as usize {
                    break;
                }
            }
            from = until;
        }
        match failed.into_iter().next() {
            Some(error) => Err(NoticeError::NotSent(error)),
            None => Ok(sent),
        }
    }

    /// `false` where somebody else sends it.
    async fn send_notice(&self, mailer: &dyn Mailer, due: &DueNotice) -> Result<bool, NoticeError> {
        let now = self.clock.now();
        if !self.store.claim_notice(&due.notice, now).await? {
            return Ok(false);
        }
        match mailer.send(self.write_notice(due, now)).await {
            Ok(()) => Ok(true),
            Err(error) => {
                let again = now.plus_seconds(RETRY_SECONDS);
                self.store.release_notice(&due.notice, again).await?;
                Err(NoticeError::NotSent(error))
            }
        }
    }

    fn write_notice(&self, due: &DueNotice, now: Timestamp) -> Mail {
        let NoticeRecord {
            key_id,
            member_id,
            days,
            end,
            ..
        } = &due.notice;
        let (name, preview) = (&due.name, &due.preview);
        let left = relative(*end, now);
        let exact = moment(*end, &due.zone).exact;
        let link = format!("{}/keys/{key_id}", self.public_url);
        Mail {
            id: format!("{key_id}.{member_id}.{days}.{}", end.millis()),
            to: due.to.clone(),
            subject: format!("API key “{name}” ends {left}"),
            body: format!(
                "The API key “{name}” ({preview}) ends {left}, on {exact}.\n\n\
                 From then on every call with it is refused. If a system still needs it, rotate the key and give that \
                 system the new one, or give the key a later last day:\n\n{link}\n\n\
                 You get this as an owner or admin of the account, 30, 7 and 1 days before a key ends.\n"
            ),
        }
    }
}
