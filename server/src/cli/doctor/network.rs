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
    const SUBJECT: &str = "address";
    let listener_url;
    let url = if let Some(url) = public_url {
        url
    } else {
        listener_url = PublicUrl::of_listener(listen, tls);
        &listener_url
    };
    let origin = url.origin();
    if !url.is_trustworthy() {
        report.warning(
            SUBJECT,
            &format!("{origin} is plain http: passwords, sessions and API keys travel unencrypted"),
        );
    } else if public_url.is_none() && !listen.ip().is_loopback() {
        let clear = if tls {
            ""
        } else {
            " by plain http, on which API keys travel unencrypted"
        };
        report.warning(
            SUBJECT,
            &format!("{listen} can be reached from other machines{clear}, and VOXUM_PUBLIC_URL is not set"),
        );
    } else if url.is_https() && !tls && proxies.is_empty() {
        report.warning(
            SUBJECT,
            &format!("{origin} is served by a proxy that VOXUM_TRUSTED_PROXIES does not list: every request seems to come from the proxy"),
        );
    } else {
        report.ok(SUBJECT, &format!("{origin}, listening on {listen}"));
    }
}

pub fn check_metrics(report: &mut Report, listen: SocketAddr) {
    const SUBJECT: &str = "metrics";
    if listen.ip().is_loopback() {
        report.ok(
            SUBJECT,
            &format!("http://{listen}/metrics, for this machine only"),
        );
    } else {
        report.warning(
            SUBJECT,
            &format!("{listen} can be reached from other machines and needs no key: allow only Prometheus to connect"),
        );
    }
}

pub async fn check_mail(report: &mut Report, mail: &Smtp) {
    match mail.check_connection().await {
        Ok(()) => report.ok("mail", "the mail server accepts this user"),
        Err(reason) => report.error("mail", &format!("mail cannot be sent: {reason}")),
    }
}
