//! Mails with a one-time link: invitations, and links to set a new password.
//!
//! The link is in the mail alone, so that only its recipient can use it. The number of mails is
//! bounded for each account and each recipient, so that no member can flood a mailbox. Mails are
//! counted in the database, under the account's lock, so the bound holds for all nodes together.

use super::Team;
use super::invite::Invited;
use crate::error::Error;
use crate::notices::{Mail, MailError, MailFailure, MailTopic, Mailer};
use crate::origin::Client;
use crate::random;
use crate::sessions::Member;
use crate::store::{
    Action, CountedMail, LinkPurpose, NewLink, OfferResetOutcome, ResetOffer, Teammate, TokenDigest,
};
use domain::{Email, Failure, MemberId, Timestamp, seconds};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::time::Duration;

/// Validity of a mailed link for a new password. Its recipient did not ask for it at this moment.
const RESET_SECONDS: i64 = seconds::DAY;

/// Time for which a member waits for the mail server.
const SEND_TIMEOUT: Duration = Duration::from_secs(15);

/// Seconds after which the next mail to one recipient can be sent: the third mail and each further
/// one is followed by an hour. A day without mail ends the count.
const RECIPIENT_DELAYS: [u32; 3] = [0, 0, 3600];

/// Number of mails of one account that do not delay the next. Each further one is followed by a
/// minute.
const FREE_MAILS: usize = 50;
const ACCOUNT_DELAY: u32 = 60;

/// The outcome of mailing a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkDelivery {
    /// The mail server accepted the mail.
    Sent,
    /// The mail server did not accept the mail, or not within 15 seconds.
    Failed(MailFailure),
    /// The account or the recipient got too many mails.
    TooMany,
}

impl Team {
    /// Mails an invitation that was just created. If it cannot be sent, the invitation is still
    /// valid.
    pub async fn mail_invitation(
        &self,
        member: &Member,
        invited: &Invited,
        mailer: &dyn Mailer,
    ) -> LinkDelivery {
        let mail = counted_mail(member, &invited.email, self.clock.now());
        match self.store.count_mail(&member.account_id, &mail).await {
            Ok(true) => {}
            Ok(false) => return LinkDelivery::TooMany,
            Err(error) => {
                tracing::warn!(%error, "a mail could not be counted");
                return LinkDelivery::Failed(MailFailure::Unreachable);
            }
        }
        let topic = MailTopic::Invitation {
            account: member.account_name.clone(),
            role: invited.role,
            invited_by: member.email.clone(),
            end: invited.expires_at,
        };
        let link = invited.link.clone();
        self.mail_link(member, &invited.email, link, topic, mailer)
            .await
    }

    /// Mails a link for a new password to another member, which also turns their second factor off.
    /// It ends an older link.
    ///
    /// # Errors
    /// Refused to members who may not manage this role, for oneself and for deactivated members.
    pub async fn mail_reset(
        &self,
        member: &Member,
        client: &Client,
        id: &MemberId,
        mailer: &dyn Mailer,
    ) -> Result<LinkDelivery, Error> {
        member.must_manage_other(id)?;
        let (token, now) = (random::token(&*self.random), self.clock.now());
        let end = now.plus_seconds(RESET_SECONDS);
        let offer = |teammate: &Teammate| {
            let detail = json!({ "email": teammate.email });
            let action = Action::PasswordResetOffered;
            ResetOffer {
                link: NewLink {
                    digest: TokenDigest::of(&token),
                    purpose: LinkPurpose::Reset {
                        member: id.clone(),
                        email: teammate.email.clone(),
                    },
                    created_at: now,
                    expires_at: end,
                },
                mail: counted_mail(member, &teammate.email, now),
                event: member.event(action, id.as_str(), client, now, detail),
            }
        };
        let account = &member.account_id;
        let teammate = match self.store.offer_reset(account, id, &offer).await? {
            OfferResetOutcome::Offered(teammate) => teammate,
            OfferResetOutcome::TooManyMails => return Ok(LinkDelivery::TooMany),
            OfferResetOutcome::Deactivated => return Err(Failure::Forbidden.into()),
            OfferResetOutcome::Missing => return Err(Failure::NotFound.into()),
        };
        let topic = MailTopic::PasswordReset {
            account: member.account_name.clone(),
            offered_by: member.email.clone(),
            end,
        };
        let link = self.link_address(&token);
        let sent = self.mail_link(member, &teammate.email, link, topic, mailer);
        Ok(sent.await)
    }

    async fn mail_link(
        &self,
        member: &Member,
        to: &Email,
        link: String,
        topic: MailTopic,
        mailer: &dyn Mailer,
    ) -> LinkDelivery {
        let mail = Mail {
            id: random::uuid(&*self.random, self.clock.now()),
            to: to.clone(),
            zone: member.time_zone.clone(),
            link,
            topic,
        };
        match tokio::time::timeout(SEND_TIMEOUT, mailer.send(mail)).await {
            Ok(Ok(())) => LinkDelivery::Sent,
            Ok(Err(MailError { failure, .. })) => {
                // The source is not logged: the mail server may quote the mail, and with it the
                // link.
                let account = &member.account_id;
                tracing::warn!(%account, ?failure, "a mail with a link was not accepted");
                LinkDelivery::Failed(failure)
            }
            Err(_) => {
                let account = &member.account_id;
                tracing::warn!(%account, "the mail server did not respond in time");
                LinkDelivery::Failed(MailFailure::Unreachable)
            }
        }
    }
}

/// Returns the subjects under which a mail from this member to this address is counted.
fn counted_mail(member: &Member, to: &Email, at: Timestamp) -> CountedMail {
    let recipient = hex::encode(Sha256::digest(to.as_str()));
    let by_recipient = format!("mail-to:{}:{recipient}", member.account_id);
    let by_account = format!("mail-from:{}", member.account_id);
    let mut account_delays = vec![0; FREE_MAILS];
    account_delays[FREE_MAILS - 1] = ACCOUNT_DELAY;
    CountedMail {
        subjects: [
            (by_recipient, RECIPIENT_DELAYS.into()),
            (by_account, account_delays),
        ],
        at,
        forget_before: at.plus_seconds(-seconds::DAY),
    }
}
