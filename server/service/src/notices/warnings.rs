//! Warnings of wrong codes, by mail to the member whose password is known to another person.

use super::{Mail, MailFailure, MailTopic, Mailer, NoticeError, Notices};
use crate::store::DueWarning;
use domain::seconds;

/// A mail that was not accepted is tried again after this time, for a day.
const RETRY_SECONDS: i64 = 15 * 60;
/// Mails that are sent in one round at most.
const BATCH: u32 = 100;

impl Notices {
    /// Sends the warnings that are due, and returns how many were sent. The others are tried again
    /// for a day.
    ///
    /// # Errors
    /// The database's; the first failure to send, after the others were tried.
    pub async fn send_warnings(&self, mailer: &dyn Mailer) -> Result<usize, NoticeError> {
        let (mut sent, mut first_error) = (0, None);
        let now = self.clock.now();
        let since = now.plus_seconds(-seconds::DAY);
        for due in self.store.due_warnings(now, since, BATCH).await? {
            if !self.store.claim_warning(&due.member_id, now).await? {
                continue;
            }
            let member = due.member_id.clone();
            match mailer.send(self.code_warning(due)).await {
                Ok(()) => sent += 1,
                Err(error) => {
                    // A mail that is never accepted is given up: the warning is in the console,
                    // too.
                    if !matches!(error.failure, MailFailure::Rejected(_)) {
                        let retry_at = now.plus_seconds(RETRY_SECONDS);
                        self.store.release_warning(&member, retry_at).await?;
                    }
                    first_error.get_or_insert(error);
                }
            }
        }
        first_error.map_or(Ok(sent), |error| Err(NoticeError::MailError(error)))
    }

    fn code_warning(&self, due: DueWarning) -> Mail {
        Mail {
            id: format!("{}.codes.{}", due.member_id, due.warning.at.millis()),
            to: due.to,
            zone: due.zone,
            link: format!("{}/account", self.public_url),
            topic: MailTopic::WrongCodes {
                account: due.account_name,
                warning: due.warning,
            },
        }
    }
}
