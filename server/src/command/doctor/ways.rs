//! Checks how the server is reached, and how it sends mail.

use super::report::Report;
use crate::mail::Smtp;
use crate::settings::{PublicUrl, TrustedProxies};
use std::net::SocketAddr;

pub fn check_address(
    report: &mut Report,
    listen: SocketAddr,
    public_url: Option<&PublicUrl>,
    tls: bool,
    proxies: &TrustedProxies,
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
        let clear = if tls {
            ""
        } else {
            " by plain http, in which API keys travel in the clear"
        };
        report.look(
            ABOUT,
            &format!("{listen} can be reached by other machines{clear}, and VOXUM_PUBLIC_URL does not say under which name"),
        );
    } else if url.is_https() && !tls && proxies.is_empty() {
        report.look(
            ABOUT,
            &format!("{origin} is served by a proxy that VOXUM_TRUSTED_PROXIES does not name: every caller seems to come from it"),
        );
    } else {
        report.well(ABOUT, &format!("{origin}, listening on {listen}"));
    }
}

pub fn check_metrics(report: &mut Report, listen: SocketAddr) {
    const ABOUT: &str = "metrics";
    if listen.ip().is_loopback() {
        report.well(
            ABOUT,
            &format!("http://{listen}/metrics, for this machine alone"),
        );
    } else {
        report.look(
            ABOUT,
            &format!("{listen} can be reached by other machines, and nobody needs a key there: let Prometheus alone through"),
        );
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
