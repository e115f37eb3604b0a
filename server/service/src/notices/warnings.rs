//! Warnings of wrong codes, by mail to the member whose password is known to another person.

use super::{Mail, MailFailure, Mailer, NoticeError, Notices};
use crate::store::{CodeWarning, DueWarning};
use crate::view::moment;
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
        let (mut sent, mut failed) = (0, None);
        let now = self.clock.now();
        let since = now.plus_seconds(-seconds::DAY);
        for due in self.store.due_warnings(now, since, BATCH).await? {
            if !self.store.claim_warning(&due.member_id, now).await? {
                continue;
            }
            let member = due.member_id.clone();
            match mailer.send(self.write_warning(due)).await {
                Ok(()) => sent += 1,
                Err(error) => {
                    // A mail that is never accepted is given up: the warning is in the console,
                    // too.
                    if !matches!(error.failure, MailFailure::Rejected(_)) {
                        let again = now.plus_seconds(RETRY_SECONDS);
                        self.store.release_warning(&member, again).await?;
                    }
                    failed.get_or_insert(error);
                }
            }
        }
        failed.map_or(Ok(sent), |error| Err(NoticeError::NotSent(error)))
    }

    fn write_warning(&self, due: DueWarning) -> Mail {
        let CodeWarning { at, ip } = due.warning;
        let (account, exact) = (&due.account_name, moment(at, &due.zone).exact);
        let link = format!("{}/account", self.public_url);
        Mail {
            id: format!("{}.codes.{}", due.member_id, at.millis()),
            to: due.to,
            subject: "Wrong sign-in codes for your Voxum Console account".to_owned(),
            body: format!(
                "Ten wrong codes were entered in a row to sign in as you at “{account}”, the last one on {exact} from \
                 {ip}. Only a person who knows your password is asked for a code.\n\n\
                 If that was not you, change your password now:\n\n{link}\n\n\
                 Codes are refused for 15 minutes after each further wrong one, and the password is asked for again.\n"
            ),
        }
    }
}
