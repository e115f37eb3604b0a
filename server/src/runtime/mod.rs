//! The life of a running server: its listeners, its background tasks, and its orderly shutdown.
//!
//! # Shutdown
//! 1. `/readyz` fails, and clients have to open a new connection for each request. Until load
//!    balancers have noticed (`VOXUM_SHUTDOWN_DELAY`), the listener accepts connections as before.
//! 2. The heartbeat stops. From now on each request reads the database, since the cached keys
//!    cannot be used without it.
//! 3. The listener is closed, and requests under way are answered. At the same time the node leaves
//!    the list of nodes, so that other nodes do not wait for this one however long that takes.
//! 4. What is pending in memory is stored, and the database is closed.
//!
//! [`ShutdownStage`] says at which of these points a background task is stopped.

mod shutdown;
pub mod signals;
mod tasks;
mod upkeep;

use crate::BodyLimits;
use crate::mail::Smtp;
use crate::metrics::{self, Requests};
use crate::open_services::OpenServices;
use crate::settings::{PublicUrl, TrustedProxies};
use crate::{AppState, build_app, documents, embedded_site};
use service::{Mailer, Services};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tasks::{ShutdownStage, Tasks};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;
use web::http::listen::{Limits, Tls, serve_listener};

/// Time that requests under way have once the listener is closed.
///
/// With what follows it, this part of the shutdown takes at most 10.5 seconds.
const GRACE: Duration = Duration::from_secs(7);
/// Time that a mail which is being sent may still take. It runs beside the last flush, so that a
/// mail server that does not answer takes no time from it.
const MAIL_TIMEOUT: Duration = Duration::from_millis(1_500);
/// Time of the last flush of uses.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);
/// Concurrent connections to the metrics listener.
const METRICS_CONNECTIONS: usize = 16;

/// Parts of a server that is ready to serve.
pub struct ServerParts {
    pub open_services: OpenServices,
    pub listener: TcpListener,
    pub metrics: Option<TcpListener>,
    pub tls: Option<Arc<Tls>>,
    pub public_url: PublicUrl,
    pub trusted_proxies: TrustedProxies,
    pub mail: Option<Smtp>,
    pub limits: Limits,
    pub bodies: BodyLimits,
    pub shutdown_delay: Duration,
}

/// Serves until `stop_requested` is complete, and returns after the shutdown.
///
/// # Errors
/// The site's files cannot be read.
pub async fn serve(
    parts: ServerParts,
    stop_requested: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let ServerParts {
        open_services: OpenServices { services, store },
        listener,
        metrics,
        tls,
        public_url,
        trusted_proxies,
        mail,
        limits,
        bodies,
        shutdown_delay,
    } = parts;
    let site = embedded_site::for_this_process()?;
    let mailer = mail.map(|smtp| Arc::new(smtp) as Arc<dyn Mailer>);
    let documents = documents(&public_url);
    let state = AppState::new(
        services.clone(),
        site,
        public_url,
        trusted_proxies,
        mailer.clone(),
        bodies,
        documents,
    );
    let app = build_app(state.clone());
    let (leaving, stopping) = (state.leaving.clone(), state.stopping.clone());
    let connections = TaskTracker::new();
    let mut tasks = start_tasks(&services, mailer);
    if let Some(metrics) = metrics {
        let capacity = limits.connections;
        serve_metrics(metrics, &state, app.requests(), &connections, capacity);
    }
    let mut serving = pin!(serve_listener(
        listener,
        tls,
        app,
        limits,
        connections,
        stopping.clone()
    ));
    tokio::select! {
        () = serving.as_mut() => {}
        () = stop_requested => {
            leaving.cancel();
            tasks.stop(ShutdownStage::Announced).await;
            let _ = timeout(shutdown_delay, serving.as_mut()).await;
            tasks.stop(ShutdownStage::Leaving).await;
            stopping.cancel();
            let (drained, _) = tokio::join!(timeout(GRACE, serving), timeout(GRACE, services.node.leave()));
            if drained.is_err() {
                tracing::warn!("stopped with requests still under way");
            }
        }
    }
    tasks.stop(ShutdownStage::Drained).await;
    shutdown::store_changes(&services).await;
    shutdown::close(&services, &store, tasks).await;
    tracing::info!("stopped");
    Ok(())
}

/// Starts the background tasks, each of which is stopped at its stage.
fn start_tasks(services: &Arc<Services>, mailer: Option<Arc<dyn Mailer>>) -> Tasks {
    let mut tasks = Tasks::default();
    let node = services.clone();
    tasks.start("heartbeat", ShutdownStage::Leaving, async move {
        node.heartbeat_forever().await;
    });
    let sweep = upkeep::sweep(services.clone());
    tasks.start("sweep", ShutdownStage::Drained, sweep);
    let revocations = upkeep::write_revocations(services.clone());
    tasks.start("bulk revocations", ShutdownStage::Drained, revocations);
    tasks.start_until(
        "flush of uses",
        ShutdownStage::Drained,
        FLUSH_TIMEOUT,
        |end| upkeep::flush_uses(services.clone(), end),
    );
    if let Some(mailer) = mailer {
        tasks.start_until("mail", ShutdownStage::Announced, MAIL_TIMEOUT, |end| {
            upkeep::send_mails(services.clone(), mailer, end)
        });
    }
    tasks
}

/// Serves the metrics until the listener of the server is closed.
fn serve_metrics(
    listener: TcpListener,
    state: &AppState,
    requests: Arc<Requests>,
    connections: &TaskTracker,
    capacity: usize,
) {
    let services = state.services.clone();
    let router = metrics::router(requests, services, connections.clone(), capacity);
    let limits = Limits::new(METRICS_CONNECTIONS);
    let stop = state.stopping.clone();
    tokio::spawn(serve_listener(
        listener,
        None,
        router,
        limits,
        TaskTracker::new(),
        stop,
    ));
}
