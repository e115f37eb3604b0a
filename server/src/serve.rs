//! `voxum serve`: from the settings to a listening server, and to its orderly shutdown.

use crate::Bodies;
use crate::admin::first_owner_line;
use crate::listen::{Limits, Tls, answer_all, raise_open_files};
use crate::mail::Smtp;
use crate::metrics;
use crate::open::{OpenStore, Opened, open};
use crate::operator::{Socket, take_orders};
use crate::settings::{Ceilings, PublicUrl, Settings, TrustedProxies};
use crate::shutdown::close;
use crate::signals::{reload_at_hangup, stop_signal};
use crate::telemetry::{self, Chain};
use crate::{AppState, Site, build_app};
use anyhow::Context as _;
use futures::future::OptionFuture;
use service::Service;
use service::{FLUSH_EVERY_SECONDS, FLUSH_REST_FOR, LOOK_EVERY_SECONDS, SWEEP_EVERY_SECONDS};
use std::io::Write as _;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Time that requests under way have once the listener is closed.
///
/// With what follows it, this part of the shutdown takes less than 10 seconds.
const GRACE: Duration = Duration::from_secs(7);
/// Number of flushes of uses between two clean-ups of keys that are no longer used: one minute.
const FORGET_EVERY: u32 = 30;

/// How often a node looks for keys that were revoked all at once and whose rows do not show it yet.
const WRITE_REVOCATIONS_EVERY_SECONDS: u64 = 1;

/// Concurrent connections to the metrics listener.
const METRICS_READERS: usize = 16;

/// Parts of a server that is ready to serve.
struct Started {
    opened: Opened,
    listener: TcpListener,
    metrics: Option<(TcpListener, SocketAddr)>,
    tls: Option<Arc<Tls>>,
    public_url: PublicUrl,
    trusted_proxies: TrustedProxies,
    socket: Option<Socket>,
    mail: Option<Smtp>,
    limits: Limits,
    bodies: Bodies,
    shutdown_delay: Duration,
}

/// Serves until a signal ends it.
///
/// # Errors
/// One line for the operator.
pub async fn serve(settings: Settings) -> anyhow::Result<()> {
    telemetry::start(settings.log.clone(), settings.log_format);
    let tls = settings.tls.as_ref();
    let tls = tls.map(|(cert, key)| Tls::read(cert, key)).transpose()?;
    let tls = tls.map(Arc::new);
    reload_at_hangup(tls.clone())?;
    let mut stop = stop_signal()?;
    let mut stopped = pin!(stop.wait_for(|stop| *stop));
    // A start can take long, for example if a database does not answer or another node runs
    // migrations.
    let started = tokio::select! {
        _ = stopped.as_mut() => {
            tracing::info!("stopped before the start was complete");
            return Ok(());
        }
        started = start(settings, tls) => started?,
    };
    let Started {
        opened: Opened { service, store },
        listener,
        metrics,
        tls,
        public_url,
        trusted_proxies,
        socket,
        mail,
        limits,
        bodies,
        shutdown_delay,
    } = started;

    let beating = service.clone();
    let beating = tokio::spawn(async move { beating.beat_forever().await });
    let end = CancellationToken::new();
    let flushing = tokio::spawn(flush_until(end.clone(), service.clone()));
    let upkeep = start_upkeep(&service);
    let (quiet, quieted) = oneshot::channel();
    let telling = mail.map(|smtp| tokio::spawn(tell_until(quieted, service.clone(), smtp)));
    let site = Site::for_this_process()?;
    let state = AppState::new(service.clone(), site, public_url, trusted_proxies, bodies);
    let (leaving, stopping) = (state.leaving.clone(), state.stopping.clone());
    let orders = socket.map(|socket| {
        let taken = take_orders(socket, service.clone(), stopping.clone());
        tokio::spawn(taken)
    });
    let connections = TaskTracker::new();
    if let Some(metrics) = metrics {
        tell_figures(metrics, &state, &connections, limits.connections);
    }
    let mut serving = pin!(answer_all(
        listener,
        tls,
        build_app(state),
        limits,
        connections,
        stopping.clone()
    ));
    tokio::select! {
        () = serving.as_mut() => {}
        _ = stopped => {
            // 1. `/readyz` fails, and clients have to open a new connection for each request. Until
            //    load balancers have noticed, the listener accepts connections as before.
            leaving.cancel();
            let _ = quiet.send(());
            let _ = timeout(shutdown_delay, serving.as_mut()).await;
            // 2. Other nodes no longer wait for this one, however long its last requests take. Each
            //    of these requests reads the database, since the cached keys cannot be used without
            //    the heartbeat.
            beating.abort();
            let _ = beating.await;
            // 3. The listener is closed, and requests under way are answered.
            stopping.cancel();
            let (drained, _) = tokio::join!(timeout(GRACE, serving), timeout(GRACE, service.leave()));
            if drained.is_err() {
                tracing::warn!("stopped with requests still under way");
            }
        }
    }
    upkeep.iter().for_each(JoinHandle::abort);
    end.cancel();
    store_stops(&service).await;
    close(&service, &store, flushing, telling, orders).await;
    tracing::info!("stopped");
    Ok(())
}

async fn start(settings: Settings, tls: Option<Arc<Tls>>) -> anyhow::Result<Started> {
    let (listener, address) = bind(settings.listen).await?;
    let metrics = OptionFuture::from(settings.metrics_listen.map(bind));
    let metrics = metrics.await.transpose()?;
    let named = settings.public_url.is_some();
    let public_url = settings.public_url;
    let public_url = public_url.unwrap_or_else(|| PublicUrl::of_listener(address, tls.is_some()));
    let origin = public_url.origin().to_owned();
    let database = settings.database;
    let opened = open(&database, settings.open_mode, settings.peppers, origin).await?;
    let service = &opened.service;
    limit(service, &opened.store, settings.ceilings);
    if let Some((email, password)) = settings.owner {
        service.seed_owner(email, password).await?;
    }
    let socket = Socket::beside(&database).await;
    let trusted_proxies = settings.trusted_proxies;
    warn(&public_url, named, address, tls.is_some(), &trusted_proxies);
    let scheme = if tls.is_some() { "https" } else { "http" };
    say(&format!("Listening on {scheme}://{address}"));
    if let Some(token) = service.first_owner_link_at_start().await? {
        say(&first_owner_line(&public_url, &token));
    }
    Ok(Started {
        opened,
        listener,
        metrics,
        tls,
        public_url,
        trusted_proxies,
        socket,
        mail: settings.mail,
        limits: Limits::new(room_for(settings.max_connections)),
        bodies: settings.bodies,
        shutdown_delay: settings.shutdown_delay,
    })
}

async fn bind(address: SocketAddr) -> anyhow::Result<(TcpListener, SocketAddr)> {
    let told = || format!("cannot listen on {address}");
    let listener = TcpListener::bind(address).await.with_context(told)?;
    let address = listener.local_addr().with_context(told)?;
    Ok((listener, address))
}

fn tell_figures(
    (listener, address): (TcpListener, SocketAddr),
    state: &AppState,
    connections: &TaskTracker,
    most: usize,
) {
    say(&format!("Metrics on http://{address}/metrics"));
    let (requests, service) = (state.requests.clone(), state.service.clone());
    let figures = metrics::router(requests, service, connections.clone(), most);
    let (few, tasks) = (Limits::new(METRICS_READERS), TaskTracker::new());
    let stop = state.stopping.clone();
    tokio::spawn(answer_all(listener, None, figures, few, tasks, stop));
}

/// Warns of settings that the operator may not have intended.
fn warn(
    public_url: &PublicUrl,
    named: bool,
    address: SocketAddr,
    tls: bool,
    trusted_proxies: &TrustedProxies,
) {
    if !public_url.is_trustworthy() {
        tracing::warn!(
            public_url = public_url.origin(),
            "the public URL is plain http: passwords, sessions and API keys travel in the clear; \
             serve it over https and set VOXUM_PUBLIC_URL"
        );
    }
    if !named && !tls && !address.ip().is_loopback() {
        tracing::warn!(
            %address,
            "other machines can reach this plain-http address, where API keys travel in the clear: listen on a \
             loopback address behind a proxy that serves https and set VOXUM_PUBLIC_URL, or set VOXUM_TLS_CERT and \
             VOXUM_TLS_KEY"
        );
    }
    if public_url.is_https() && !tls && trusted_proxies.is_empty() {
        tracing::warn!(
            "the public URL is https, so a proxy stands before this server; until VOXUM_TRUSTED_PROXIES names it, \
             every caller seems to come from its address, and failed sign-ins of one delay all"
        );
    }
}

/// Returns the number of connections that were requested, or fewer if the process cannot open so
/// many files.
fn room_for(asked: usize) -> usize {
    let connections = raise_open_files().map_or(asked, |most| most.min(asked));
    if connections < asked {
        tracing::warn!(
            connections,
            "this process may open fewer files than VOXUM_MAX_CONNECTIONS asks for: raise the limit of open files, such \
             as by LimitNOFILE in a systemd unit"
        );
    }
    connections
}

/// Prints a line for the operator who started the program. A closed output is not a reason to stop.
pub fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Flushes the uses of keys at intervals until `end` is cancelled, and once more after it.
///
/// A flush is never aborted, since what it wrote without noting it as written would be counted
/// twice. If `end` is cancelled during a flush, all but the last uses are left to the final one.
async fn flush_until(end: CancellationToken, service: Arc<Service>) {
    let mut ticks = tokio::time::interval(Duration::from_secs(FLUSH_EVERY_SECONDS));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut turns = (0..FORGET_EVERY).cycle();
    while end.run_until_cancelled(ticks.tick()).await.is_some() {
        warn_if_unwritten(service.flush_uses_within(FLUSH_REST_FOR, &end).await);
        if turns.next() == Some(0) {
            service.forget_idle_keys();
        }
    }
    warn_if_unwritten(service.flush_uses().await);
}

async fn sweep_forever(service: Arc<Service>) {
    let mut ticks = tokio::time::interval(Duration::from_secs(SWEEP_EVERY_SECONDS));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = service.sweep_requests().await {
            tracing::warn!(error = %Chain(&error), "old requests could not be swept away");
        }
        if let Err(error) = service.sweep_removed_items().await {
            tracing::warn!(error = %Chain(&error), "old removals of items could not be swept away");
        }
        if let Err(error) = service.sweep_refusals().await {
            tracing::warn!(error = %Chain(&error), "old refused calls could not be swept away");
        }
        if let Err(error) = service.sweep_calls().await {
            tracing::warn!(error = %Chain(&error), "old counts of calls could not be swept away");
        }
        if let Err(error) = service.sweep_imports().await {
            tracing::warn!(error = %Chain(&error), "old imports could not be swept away");
        }
    }
}

/// Starts tasks that can be aborted at any time, since the next node or start completes what they
/// leave.
fn start_upkeep(service: &Arc<Service>) -> [JoinHandle<()>; 2] {
    [
        tokio::spawn(sweep_forever(service.clone())),
        tokio::spawn(write_revocations_forever(service.clone())),
    ]
}

/// Updates the rows of keys that were revoked all at once. It can be aborted at any time, and the
/// next node continues.
async fn write_revocations_forever(service: Arc<Service>) {
    let mut ticks = tokio::time::interval(Duration::from_secs(WRITE_REVOCATIONS_EVERY_SECONDS));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = service.write_revocations().await {
            tracing::warn!(error = %Chain(&error), "revoked keys could not all be marked in their rows");
        }
    }
}

/// Sends the mails that are due. It ends only between two rounds, so that no notice is claimed and
/// not sent.
async fn tell_until(mut ended: oneshot::Receiver<()>, service: Arc<Service>, smtp: Smtp) {
    let mut ticks = tokio::time::interval(Duration::from_secs(LOOK_EVERY_SECONDS));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = &mut ended => return,
        }
        match service.send_warnings(&smtp).await {
            Ok(0) => {}
            Ok(sent) => tracing::info!(sent, "warnings of wrong codes went out by mail"),
            Err(error) => {
                tracing::warn!(error = %Chain(&error), "warnings of wrong codes could not be sent, and are tried again");
            }
        }
        match service.send_notices(&smtp).await {
            Ok(0) => {}
            Ok(sent) => tracing::info!(sent, "notices of keys that end went out by mail"),
            Err(error) => {
                tracing::warn!(error = %Chain(&error), "notices of keys that end could not be sent, and are tried again");
            }
        }
    }
}

/// Applies the operator's quotas and limits.
fn limit(service: &Service, store: &OpenStore, ceilings: Ceilings) {
    service.keep_free(ceilings.disk_reserve);
    store.limit_accounts(ceilings.quotas);
    service.limit_accounts_to(ceilings.account_calls);
}

/// Time that the last attempt to store revocations and pauses may take.
const LAST_STOPS: Duration = Duration::from_secs(1);

/// Makes the last attempt to store revocations and pauses that only this node enforces.
async fn store_stops(service: &Service) {
    let lost = tokio::time::timeout(LAST_STOPS, service.store_stops()).await;
    if lost != Ok(0) {
        tracing::error!(
            "revocations or pauses could not be stored and are lost: revoke or pause those keys again"
        );
    }
}

/// Logs a failed flush. What could not be written stays pending, and the next flush tries again.
fn warn_if_unwritten(flushed: Result<(), service::Error>) {
    if let Err(error) = flushed {
        tracing::warn!(error = %Chain(&error), "when keys were last used, and how often, could not be written");
    }
}
