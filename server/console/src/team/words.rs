//! Sentences about mails with a one-time link.

use service::{LinkDelivery, MailFailure};

/// Returns why a link was not sent by mail; `None` if it was.
pub fn not_sent(delivery: LinkDelivery) -> Option<String> {
    let reason = match delivery {
        LinkDelivery::Sent => return None,
        LinkDelivery::TooMany => {
            "Too many emails were sent to this address or from this account in a short time."
                .to_owned()
        }
        LinkDelivery::Failed(MailFailure::Rejected(reason)) => reason,
        LinkDelivery::Failed(MailFailure::Deferred) => {
            "The mail server didn't accept it for now.".to_owned()
        }
        LinkDelivery::Failed(MailFailure::Unreachable) => {
            "The mail server can't be reached, or didn't respond in time.".to_owned()
        }
    };
    Some(format!("The email wasn't sent. {reason}"))
}
