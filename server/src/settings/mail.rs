//! `VOXUM_SMTP_URL` and `VOXUM_SMTP_FROM`: the mail server and the sender.

use super::{SMTP_URL, SettingsError, invalid};
use crate::mail::{Smtp, SmtpUrlError};
use zeroize::Zeroizing;

/// Reads both settings.
///
/// # Errors
/// If one is set without the other, or cannot be used. The URL is never quoted, since it may
/// contain a password.
pub(super) fn read(
    from: Option<&str>,
    url: Option<Zeroizing<String>>,
) -> Result<Option<Smtp>, SettingsError> {
    const FROM: &str = "VOXUM_SMTP_FROM";
    let (from, url) = match (from, url) {
        (None, None) => return Ok(None),
        (Some(from), Some(url)) => (from, url),
        (Some(_), None) => {
            return Err(SettingsError(format!(
                "{FROM} is set without {SMTP_URL}; set both or neither"
            )));
        }
        (None, Some(_)) => {
            return Err(SettingsError(format!(
                "{SMTP_URL} is set without {FROM}; set both or neither"
            )));
        }
    };
    let from = from.parse().map_err(|_| {
        invalid(
            "VOXUM_SMTP_FROM (--smtp-from)",
            from,
            "an address such as voxum@example.com",
        )
    })?;
    match Smtp::new(&url, from) {
        Ok(smtp) => Ok(Some(smtp)),
        Err(SmtpUrlError::Malformed) => Err(SettingsError(format!(
            "{SMTP_URL} is not of the form smtps://USER:PASSWORD@HOST, smtp://HOST:PORT or smtp://HOST?tls=required"
        ))),
        Err(SmtpUrlError::PasswordInTheClear) => Err(SettingsError(format!(
            "{SMTP_URL} would send its password without encryption; use smtps://USER:PASSWORD@HOST or \
             smtp://USER:PASSWORD@HOST?tls=required (only a server on this machine can be used without encryption)"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::{SettingsError, Smtp, Zeroizing};

    const SENDER: Option<&str> = Some("Voxum <voxum@example.com>");

    fn read(from: Option<&str>, url: Option<&str>) -> Result<Option<Smtp>, SettingsError> {
        super::read(from, url.map(|url| Zeroizing::new(url.to_owned())))
    }

    #[test]
    fn mail_settings_need_both_a_server_and_a_sender() {
        assert!(read(None, None).unwrap().is_none());
        for good in [
            "smtp://127.0.0.1:25",
            "smtp://mail.example.com",
            "smtps://user:hunter2@mail.example.com",
            "smtp://user:hunter2@mail.example.com:587?tls=required",
        ] {
            assert!(read(SENDER, Some(good)).unwrap().is_some(), "{good}");
        }
        for (from, url) in [
            (SENDER, None),
            (None, Some("smtp://127.0.0.1")),
            (Some("nobody"), Some("smtp://127.0.0.1")),
            (SENDER, Some("http://user:hunter2@mail.example.com")),
            (SENDER, Some("hunter2")),
        ] {
            let line = read(from, url).unwrap_err().0;
            assert!(
                line.contains("VOXUM_SMTP_") && !line.contains("hunter2"),
                "{line}"
            );
        }
    }

    #[test]
    fn password_for_a_remote_mail_server_is_rejected_unless_the_connection_is_encrypted() {
        for rejected in [
            "smtp://user:hunter2@mail.example.com",
            "smtp://user:hunter2@mail.example.com:587",
            // An attacker in between could remove the server's offer of encryption.
            "smtp://user:hunter2@mail.example.com?tls=opportunistic",
            "smtp://user:hunter2@192.0.2.1?tls=opportunistic&tls=required",
            "smtp://:hunter2@192.0.2.1",
            "smtp://user:hunter2@[2001:db8::1]",
            "smtp://user:hunter2@127.0.0.1.example.com",
            "smtp://user:hunter2@notlocalhost",
        ] {
            let line = read(SENDER, Some(rejected)).unwrap_err().0;
            assert!(line.contains("without encryption"), "{rejected}: {line}");
            assert!(!line.contains("hunter2"), "{line}");
        }
        for accepted in [
            "smtp://user:hunter2@127.0.0.1:25",
            "smtp://user:hunter2@127.8.9.10",
            "smtp://user:hunter2@[::1]",
            "smtp://user:hunter2@[::ffff:127.0.0.1]",
            "smtp://user:hunter2@LocalHost",
        ] {
            assert!(
                read(SENDER, Some(accepted)).unwrap().is_some(),
                "{accepted}"
            );
        }
    }
}
