//! Texts of mails.

use crate::words::time::display_time;
use domain::relative;
use service::{Mail, MailTopic};

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
                    subject: format!("API key “{name}” ends {left}"),
                    body: format!(
                        "The API key “{name}” ({preview}) ends {left}, on {exact}.\n\n\
                         From then on every call with it is refused. If a system still needs it, rotate the key and give that \
                         system the new one, or give the key a later last day:\n\n{link}\n\n\
                         You get this as an owner or admin of the account, 30, 7 and 1 days before a key ends.\n"
                    ),
                }
            }
            MailTopic::WrongCodes { account, warning } => {
                let (ip, exact) = (warning.ip, exact(warning.at));
                Self {
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
    }
}
