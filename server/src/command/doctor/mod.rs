//! `voxum doctor`: what is well with an installation, what is worth a look, and what is wrong.
//!
//! It changes nothing and makes no file, so that it can be run beside a server and before the first start. No line holds a
//! secret.

mod certificate;
mod database;
mod pepper;
mod place;
mod ready;
mod report;
mod running;
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
        metrics_listen,
        public_url,
        trusted_proxies,
        tls,
        ceilings,
        database,
        peppers,
        mail,
        log,
        log_format,
        ..
    } = settings;
    telemetry::start(log, log_format);
    let mut report = Report::default();
    report.well("settings", "they can be read, and none is unknown");
    let found = database::check(&mut report, &database, &SystemClock).await;
    running::check(&mut report, &database, &found).await;
    ready::check(&mut report, listen, tls.is_some()).await;
    pepper::check(&mut report, &database, &peppers, &found);
    database::check_clock(&mut report, &found, &SystemClock);
    place::check(&mut report, &database, ceilings.disk_reserve);
    let (url, tls_here) = (public_url.as_ref(), tls.is_some());
    ways::check_address(&mut report, listen, url, tls_here, &trusted_proxies);
    if let Some(metrics) = metrics_listen {
        ways::check_metrics(&mut report, metrics);
    }
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
