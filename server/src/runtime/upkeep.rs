//! Work that a server repeats in the background.

use service::{
    Error, FLUSH_EVERY_SECONDS, FLUSH_REST_LIMIT, Mailer, NOTICE_INTERVAL_SECONDS,
    SWEEP_EVERY_SECONDS, Services,
};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use web::telemetry::ErrorChain;

/// Number of flushes of uses between two clean-ups of keys that are no longer used: one minute.
const FORGET_EVERY: u32 = 30;
/// How often a node looks for revocations of all keys of an account that are not in the rows of the
/// keys yet.
const WRITE_REVOCATIONS_EVERY_SECONDS: u64 = 1;

fn every(seconds: u64) -> Interval {
    let mut ticks = interval(Duration::from_secs(seconds));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// Flushes the uses of keys at intervals until `end` is cancelled, and once more after it.
///
/// A flush is never aborted, since what it wrote without noting it as written would be counted
/// twice. If `end` is cancelled during a flush, all but the last uses are left to the final one.
pub async fn flush_uses(services: Arc<Services>, end: CancellationToken) {
    let mut ticks = every(FLUSH_EVERY_SECONDS);
    let mut rounds = (0..FORGET_EVERY).cycle();
    while end.run_until_cancelled(ticks.tick()).await.is_some() {
        warn_if_failed(
            services.flush_within(FLUSH_REST_LIMIT, &end).await,
            "last uses and call counts could not be written and stay pending",
        );
        if rounds.next() == Some(0) {
            services.usage.forget_idle();
        }
    }
    warn_if_failed(
        services.flush().await,
        "the last uses and call counts could not be written",
    );
}

/// Deletes records that are older than they are kept. It can be aborted at any time.
pub async fn sweep(services: Arc<Services>) {
    let mut ticks = every(SWEEP_EVERY_SECONDS);
    loop {
        ticks.tick().await;
        warn_if_failed(
            services.idempotency.sweep().await,
            "old idempotency keys could not be deleted",
        );
        warn_if_failed(
            services.inventory.sweep_removed().await,
            "old removals of items could not be deleted",
        );
        warn_if_failed(
            services.refusals.sweep().await,
            "old refused calls could not be deleted",
        );
        warn_if_failed(
            services.usage.sweep_calls().await,
            "old call counts could not be deleted",
        );
        warn_if_failed(
            services.imports.sweep().await,
            "old imports could not be deleted",
        );
    }
}

/// Updates the rows of keys that were revoked with all keys of their account. It can be aborted at
/// any time, and the next node continues.
pub async fn write_revocations(services: Arc<Services>) {
    let mut ticks = every(WRITE_REVOCATIONS_EVERY_SECONDS);
    loop {
        ticks.tick().await;
        warn_if_failed(
            services.emergencies.write_revocations().await,
            "the rows of some revoked keys could not be updated",
        );
    }
}

/// Sends the mails that are due. It ends only between two rounds, so that no notice is claimed and
/// not sent.
pub async fn send_mails(services: Arc<Services>, mailer: Arc<dyn Mailer>, end: CancellationToken) {
    let mut ticks = every(NOTICE_INTERVAL_SECONDS);
    while end.run_until_cancelled(ticks.tick()).await.is_some() {
        report_sent(
            "warnings of wrong codes",
            services.notices.send_warnings(&*mailer).await,
        );
        report_sent(
            "notices of expiring keys",
            services.notices.send(&*mailer).await,
        );
    }
}

fn report_sent(mails: &'static str, sent: Result<usize, service::NoticeError>) {
    match sent {
        Ok(0) => {}
        Ok(sent) => tracing::info!(mails, sent, "mails were sent"),
        Err(error) => {
            tracing::warn!(mails, error = %ErrorChain(&error), "mails could not be sent, and are tried again");
        }
    }
}

fn warn_if_failed<T>(result: Result<T, Error>, event: &'static str) {
    if let Err(error) = result {
        tracing::warn!(error = %ErrorChain(&error), "{event}");
    }
}
