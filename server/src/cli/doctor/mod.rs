//! `voxum doctor`: checks an installation and reports each finding as ok, warning or error.
//!
//! It changes nothing and creates no file, so that it can run beside a server and before the first
//! start. No line contains a secret.

mod certificate;
mod database;
mod disk;
mod network;
mod nodes;
mod pepper;
mod ready;
mod report;

use crate::settings::Settings;
use anyhow::bail;
use report::Report;
use service::SystemClock;
use web::telemetry;

/// Runs all checks.
///
/// # Errors
/// If a check reports a fault.
pub async fn run(settings: Settings) -> anyhow::Result<()> {
    let Settings {
        listen,
        metrics_listen,
        public_url,
        trusted_proxies,
        tls,
        resource_limits,
        database,
        peppers,
        mail,
        log,
        log_format,
        ..
    } = settings;
    telemetry::start(log, log_format);
    let mut report = Report::default();
    report.ok("settings", "all settings are valid");
    let state = database::check(&mut report, &database, &SystemClock).await;
    nodes::check(&mut report, &database, &state);
    ready::check(&mut report, listen, tls.is_some()).await;
    pepper::check(&mut report, &database, &peppers, &state);
    database::check_clock(&mut report, &state, &SystemClock);
    disk::check(&mut report, &database, resource_limits.disk_reserve);
    let (url, tls_here) = (public_url.as_ref(), tls.is_some());
    network::check_address(&mut report, listen, url, tls_here, &trusted_proxies);
    if let Some(metrics) = metrics_listen {
        network::check_metrics(&mut report, metrics);
    }
    if let Some((cert, key)) = &tls {
        certificate::check(&mut report, cert, key, &SystemClock);
    }
    if let Some(mail) = &mail {
        network::check_mail(&mut report, mail).await;
    }
    if report.errors > 0 {
        bail!("{report}");
    }
    Ok(())
}
