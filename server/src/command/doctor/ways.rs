//! The ways to and from the server: its address, and mail.

use super::report::Report;
use crate::mail::Smtp;
use crate::settings::PublicUrl;
use std::net::SocketAddr;

pub fn check_address(
    report: &mut Report,
    listen: SocketAddr,
    public_url: Option<&PublicUrl>,
    tls: bool,
) {
    const ABOUT: &str = "address";
    let own;
    let url = if let Some(url) = public_url {
        url
    } else {
        own = PublicUrl::of_listener(listen, tls);
        &own
    };
    let origin = url.origin();
    if !url.is_trustworthy() {
        report.look(
            ABOUT,
            &format!(
                "{origin} is plain http: passwords, sessions and API keys travel in the clear"
            ),
        );
    } else if public_url.is_none() && !listen.ip().is_loopback() {
        report.look(ABOUT, &format!("{listen} can be reached by other machines, and VOXUM_PUBLIC_URL does not say under which name"));
    } else {
        report.well(ABOUT, &format!("{origin}, listening on {listen}"));
    }
}

pub async fn check_mail(report: &mut Report, mail: &Smtp) {
    match mail.answers().await {
        Ok(()) => report.well("mail", "the mail server answers and lets this user in"),
        Err(why) => report.wrong(
            "mail",
            &format!("notices that keys end cannot be sent: {why}"),
        ),
    }
}
