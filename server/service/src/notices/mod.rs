//! Mails: notices that a key is about to expire, to the members who can act, 30, 7 and 1 days
//! before; and warnings of wrong codes, to the member whose second factor they are.
//!
//! Each notice goes once to each person. It is claimed in the database before it is sent. If the
//! server is killed in between, it counts as sent, since one notice too few is better than one with
//! every restart. A notice that is known to have failed is released, and claimed again later.

mod round;
mod warnings;

use crate::clock::Clock;
use crate::error::Error;
use crate::store::{
    Action, AuditEvent, CodeWarning, DueNotice, NoticePorts, NoticeRecord, StoreError,
};
use crate::zone::Zone;
use async_trait::async_trait;
use domain::{AccountName, Email, KeyName, Role, Timestamp, seconds};
use round::{Round, SendOutcome};
use serde_json::json;
use std::fmt;
use std::sync::Arc;

/// Days before the expiry, the last one first.
const NOTICE_DAYS: [u32; 3] = [1, 7, 30];

/// Interval at which the server looks for notices that are due.
pub const NOTICE_INTERVAL_SECONDS: u64 = 60;

/// A notice that failed is tried again after this time.
const RETRY_SECONDS: i64 = 15 * 60;

/// Number of notices that are read in one batch.
const BATCH: u32 = 100;

/// A mail to one person.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// Id of the message, which is the same for each attempt to send a notice, so that mail
    /// programs recognise a duplicate.
    pub id: String,
    pub to: Email,
    /// The time zone in which the person reads times.
    pub zone: Zone,
    /// Address of the page on which the person can act. It may be a one-time link, which is a
    /// secret.
    pub link: String,
    pub topic: MailTopic,
}

/// Omits the link, which may be a secret.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("id", &self.id)
            .field("to", &self.to)
            .field("topic", &self.topic)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailTopic {
    ExpiringKey {
        name: KeyName,
        preview: String,
        end: Timestamp,
        now: Timestamp,
    },
    /// A link by which the person joins an account until `end`.
    Invitation {
        account: AccountName,
        role: Role,
        invited_by: Email,
        end: Timestamp,
    },
    /// A link for a new password, which can be used until `end`.
    PasswordReset {
        account: AccountName,
        offered_by: Email,
        end: Timestamp,
    },
    WrongCodes {
        account: AccountName,
        warning: CodeWarning,
    },
}

/// The mail was not accepted. The source may quote the mail, so it is logged only if the mail has
/// no one-time link.
#[derive(Debug, thiserror::Error)]
#[error("the mail was not accepted")]
pub struct MailError {
    pub failure: MailFailure,
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// The kinds of failure to send a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailFailure {
    /// The mail server cannot be reached, or refuses our login: no mail goes through.
    Unreachable,
    /// This mail was deferred, and may be accepted later.
    Deferred,
    /// This mail is never accepted, for this reason. Members read it.
    Rejected(String),
}

/// Sends mail by a mail server.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends one mail.
    ///
    /// # Errors
    /// The mail was not accepted.
    async fn send(&self, mail: Mail) -> Result<(), MailError>;
}

/// Why notices were not sent.
#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    #[error(transparent)]
    Failed(#[from] Error),
    #[error(transparent)]
    MailError(MailError),
}

impl From<StoreError> for NoticeError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// Notices and warnings by mail.
pub struct Notices {
    pub(crate) store: Arc<dyn NoticePorts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) public_url: String,
}

impl Notices {
    /// Sends every notice that is due, and returns how many were sent. Accounts take turns, so that
    /// one with many notices, or with addresses that fail, does not delay the others. A deferred
    /// notice is tried again later; a rejected one is given up, which the account's audit log
    /// records.
    ///
    /// # Errors
    /// The database's; the first failure that may be temporary, after the others were tried.
    pub async fn send(&self, mailer: &dyn Mailer) -> Result<usize, NoticeError> {
        let mut round = Round::default();
        let start = self.clock.now();
        let mut from = start;
        for days in NOTICE_DAYS {
            let until = start.plus_seconds(i64::from(days) * seconds::DAY);
            loop {
                let (now, paused_accounts) = (self.clock.now(), round.paused_accounts());
                let due = self
                    .store
                    .due_notices(days, from, until, now, &paused_accounts, BATCH)
                    .await?;
                if due.is_empty() && !round.start_turn() {
                    break;
                }
                for notice in due {
                    if round.may_send(&notice.notice.account_id) {
                        let sent = self.send_notice(mailer, &notice).await?;
                        round.note(&notice.notice.account_id, sent)?;
                    }
                }
            }
            from = until;
        }
        match round.first_error {
            Some(error) => Err(NoticeError::MailError(error)),
            None => Ok(round.sent),
        }
    }

    async fn send_notice(
        &self,
        mailer: &dyn Mailer,
        due: &DueNotice,
    ) -> Result<SendOutcome, NoticeError> {
        let now = self.clock.now();
        if !self.store.claim_notice(&due.notice, now).await? {
            return Ok(SendOutcome::Elsewhere);
        }
        let Err(error) = mailer.send(self.expiry_notice(due, now)).await else {
            return Ok(SendOutcome::Here);
        };
        if let MailFailure::Rejected(reason) = &error.failure {
            report_rejection(&error, &due.notice);
            let event = rejection(due, reason, now);
            self.store.give_up_notice(event).await?;
            return Ok(SendOutcome::Rejected);
        }
        let retry_at = now.plus_seconds(RETRY_SECONDS);
        self.store.release_notice(&due.notice, retry_at).await?;
        Ok(SendOutcome::Failed(error))
    }

    fn expiry_notice(&self, due: &DueNotice, now: Timestamp) -> Mail {
        let NoticeRecord {
            key_id,
            member_id,
            days,
            end,
            ..
        } = &due.notice;
        Mail {
            id: format!("{key_id}.{member_id}.{days}.{}", end.millis()),
            to: due.to.clone(),
            zone: due.zone.clone(),
            link: format!("{}/keys/{key_id}", self.public_url),
            topic: MailTopic::ExpiringKey {
                name: due.name.clone(),
                preview: due.preview.clone(),
                end: *end,
                now,
            },
        }
    }
}

fn report_rejection(error: &MailError, notice: &NoticeRecord) {
    let NoticeRecord {
        key_id, member_id, ..
    } = notice;
    let (key, member) = (key_id.as_str(), member_id.as_str());
    let error: &dyn std::error::Error = error;
    tracing::warn!(
        key,
        member,
        error,
        "the mail server permanently rejected an expiry notice"
    );
}

fn rejection(due: &DueNotice, reason: &str, at: Timestamp) -> AuditEvent {
    AuditEvent::of_system(
        &due.notice.account_id,
        Action::KeyNoticeRejected,
        due.notice.key_id.as_str(),
        at,
        json!({ "name": due.name, "email": due.to, "reason": reason }),
    )
}
