//! `voxum doctor`: what is well with an installation, what is worth a look, and what is wrong.
//!
//! It changes nothing and makes no file, so that it can be run beside a server and before the first start. No line holds a
//! secret.

mod certificate;
mod database;
mod place;
mod report;
mod ways;

use crate::settings::Settings;
use crate::telemetry;
use anyhow::bail;
use report::Report;
use service::SystemClock;

/// # Errors
/// Where something is wrong.
pub async fn run(settings: Settings) -> anyhow::Result<()> {
    let Settings {
        listen,
        public_url,
        tls,
        database,
        pepper,
        mail,
        log,
        log_format,
        ..
    } = settings;
    telemetry::start(log, log_format);
    let mut report = Report::default();
    report.well("settings", "they can be read, and none is unknown");
    let found = database::check(&mut report, &database, &SystemClock).await;
    database::check_pepper(&mut report, &database, pepper.as_ref(), found.as_ref());
    database::check_clock(&mut report, found.as_ref(), &SystemClock);
    place::check(&mut report, &database);
    ways::check_address(&mut report, listen, public_url.as_ref(), tls.is_some());
    if let Some((cert, key)) = &tls {
        certificate::check(&mut report, cert, key, &SystemClock);
    }
    if let Some(mail) = &mail {
        ways::check_mail(&mut report, mail).await;
    }
    if report.wrong > 0 {
        bail!("{report}");
    }
    Ok(())
}
