//! Texts of mails.

use domain::{Role, relative};
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
            MailTopic::Invitation {
                account,
                role,
                invited_by,
                end,
            } => {
                let (role, exact) = (with_article(*role), exact(*end));
                Self {
                    subject: format!("Join “{account}” on Voxum Console"),
                    body: format!(
                        "{invited_by} invited you to “{account}” on Voxum Console, as {role}.\n\n\
                         Choose a password to join:\n\n{link}\n\n\
                         The link works once and expires on {exact}. Don't forward it: anyone who has it can join in your place.\n\n\
                         If you don't know {invited_by}, ignore this email.\n"
                    ),
                }
            }
            MailTopic::PasswordReset {
                account,
                offered_by,
                end,
            } => {
                let exact = exact(*end);
                Self {
                    subject: "Set a new password for Voxum Console".to_owned(),
                    body: format!(
                        "{offered_by} sent you this link to set a new password for “{account}”:\n\n{link}\n\n\
                         The link works once and expires on {exact}. It also turns off two-factor authentication, which you can set up \
                 again after you sign in.\n\n\
                         If you can still sign in, ignore this email: your password doesn't change unless the link is used. Don't forward this email.\n"
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

const fn with_article(role: Role) -> &'static str {
    match role {
        Role::Owner => "an owner",
        Role::Admin => "an admin",
        Role::Viewer => "a viewer",
    }
}
