//! Texts of mails.

use domain::relative;
use service::{Mail, MailTopic};
use web::words::time::display_time;

/// The text of a mail.
pub struct Letter {
    pub subject: String,
    pub body: String,
}

impl Letter {
    pub fn new(mail: &Mail) -> Self {
        let exact = |at| display_time(at, &mail.zone).exact;
        let link = &mail.link;
        match &mail.topic {
            MailTopic::ExpiringKey {
                name,
                preview,
                end,
                now,
            } => {
                let (left, exact) = (relative(*end, *now), exact(*end));
                Self {
                    subject: format!("API key “{name}” expires {left}"),
                    body: format!(
                        "The API key “{name}” ({preview}) expires {left}, on {exact}.\n\n\
                         After that, requests with this key are rejected. If a system still needs it, rotate the key, or extend its \
                 expiration:\n\n{link}\n\n\
                         You receive this as an owner or admin of the account. We send reminders 30, 7 and 1 days before a key expires.\n"
                    ),
                }
            }
            MailTopic::WrongCodes { account, warning } => {
                let (ip, exact) = (warning.ip, exact(warning.at));
                Self {
                    subject: "Wrong sign-in codes for your Voxum Console account".to_owned(),
                    body: format!(
                        "Ten wrong codes were entered in a row to sign in as you at “{account}”, the last one on {exact} from \
                 {ip}. Only someone who knows your password is asked for a code.\n\n\
                         If that wasn't you, change your password now:\n\n{link}\n\n\
                         Codes are rejected for 15 minutes after each further wrong one, and the password is required again.\n"
                    ),
                }
            }
        }
    }
}
