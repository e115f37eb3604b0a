//! `voxum serve`: from settings to a listening server, and back to an orderly end.

use crate::admin::first_owner_line;
use crate::listen::{Limits, Tls, answer_all, raise_open_files};
use crate::mail::Smtp;
use crate::metrics;
use crate::open::{Opened, open};
use crate::operator::{Socket, take_orders};
use crate::settings::{PublicUrl, Settings, TrustedProxies};
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
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

/// How long requests that are under way may take once the server was told to stop. With what comes after it, the end
/// stays within 10 seconds.
const GRACE: Duration = Duration::from_secs(7);
/// How long the last write of uses and the closing of the database may take.
const CLOSING: Duration = Duration::from_secs(2);

/// After so many writes of uses what is known of keys that nobody uses any more is forgotten: each minute.
const FORGET_EVERY: u32 = 30;

/// How often a node looks for revocations of all keys that are not written into the rows of the keys yet.
const WRITE_REVOCATIONS_EVERY_SECONDS: u64 = 1;

/// Connections at once to the figures.
const METRICS_READERS: usize = 16;

/// Serves until a signal ends it.
///
/// # Errors
/// One line for the operator.
pub async fn serve(settings: Settings) -> anyhow::Result<()> {
    let Settings {
        listen,
        metrics_listen,
        public_url,
        trusted_proxies,
        tls,
        max_connections,
        database,
        peppers,
        owner,
        mail,
        open_mode,
        log,
        log_format,
    } = settings;
    telemetry::start(log, log_format);
    let tls = tls.map(|(cert, key)| Tls::read(&cert, &key));
    let tls = tls.transpose()?.map(Arc::new);
    if let Some(tls) = tls.clone() {
        reload_when_told(tls)?;
    }
    // Before the signals can come: one that arrives during the start ends it in order, too.
    let mut stop = stop_signal()?;
    let (listener, address) = bind(listen).await?;
    let metrics = OptionFuture::from(metrics_listen.map(bind));
    let metrics = metrics.await.transpose()?;
    let named = public_url.is_some();
    let public_url = public_url.unwrap_or_else(|| PublicUrl::of_listener(address, tls.is_some()));
    let origin = public_url.origin().to_owned();
    let Opened { service, store } = open(&database, open_mode, peppers, origin).await?;
    if let Some((email, password)) = owner {
        service.seed_owner(email, password).await?;
    }
    let socket = Socket::beside(&database).await;
    warn(&public_url, named, address, tls.is_some(), &trusted_proxies);
    let scheme = if tls.is_some() { "https" } else { "http" };
    say(&format!("Listening on {scheme}://{address}"));
    if let Some(token) = service.first_owner_link_at_start().await? {
        say(&first_owner_line(&public_url, &token));
    }

    let beating = service.clone();
    let beating = tokio::spawn(async move { beating.beat_for_ever().await });
    let (end, ended) = oneshot::channel();
    let flushing = tokio::spawn(flush_until(ended, service.clone()));
    let upkeep = start_upkeep(&service);
    let (quiet, quieted) = oneshot::channel();
    let telling = mail.map(|smtp| tokio::spawn(tell_until(quieted, service.clone(), smtp)));
    let state = AppState::new(
        service.clone(),
        Site::for_this_process()?,
        public_url,
        trusted_proxies,
    );
    let stopping = state.stopping.clone();
    let orders = socket.map(|socket| {
        let taken = take_orders(socket, service.clone(), stopping.clone());
        tokio::spawn(taken)
    });
    let limits = Limits::new(room_for(max_connections));
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
        _ = stop.wait_for(|stop| *stop) => {
            stopping.cancel();
            if tokio::time::timeout(GRACE, serving).await.is_err() {
                tracing::warn!("stopped with requests still under way");
            }
        }
    }
    upkeep.iter().for_each(JoinHandle::abort);
    beating.abort();
    let _ = (end.send(()), quiet.send(()));
    let closing = async {
        if let Some(telling) = telling {
            let _ = telling.await;
        }
        let _ = flushing.await;
        if let Some(orders) = orders {
            let _ = orders.await;
        }
        service.leave().await;
        store.close().await;
    };
    if tokio::time::timeout(CLOSING, closing).await.is_err() {
        tracing::warn!("the database was not closed in time");
    }
    tracing::info!("stopped");
    Ok(())
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

/// Says what the operator may not have meant.
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

/// As many connections as were asked for, where the process may open so many files.
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

/// Reads a renewed certificate at each SIGHUP.
fn reload_when_told(tls: Arc<Tls>) -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut told = signal(SignalKind::hangup()).context("signals cannot be received")?;
        tokio::spawn(async move {
            while told.recv().await.is_some() {
                match tls.reload() {
                    Ok(()) => tracing::info!("the certificate was read again"),
                    Err(error) => tracing::error!(%error, "the certificate stays as it was"),
                }
            }
        });
    }
    #[cfg(not(unix))]
    drop(tls);
    Ok(())
}

/// A line for whoever started the program. That nobody reads it any more is no reason to stop.
pub fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Never left off half-way, since what was written and not noted as written would be counted twice. What came last is
/// written at the end.
async fn flush_until(mut ended: oneshot::Receiver<()>, service: Arc<Service>) {
    let mut ticks = tokio::time::interval(Duration::from_secs(FLUSH_EVERY_SECONDS));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut turns = (0..FORGET_EVERY).cycle();
    let mut last = false;
    while !last {
        last = tokio::select! {
            _ = ticks.tick() => false,
            _ = &mut ended => true,
        };
        flush(&service, if last { Duration::MAX } else { FLUSH_REST_FOR }).await;
        if turns.next() == Some(0) {
            service.forget_idle_keys();
        }
    }
}

async fn sweep_for_ever(service: Arc<Service>) {
    let mut ticks = tokio::time::interval(Duration::from_secs(SWEEP_EVERY_SECONDS));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = service.sweep_requests().await {
            tracing::warn!(error = %Chain(&error), "old requests could not be swept away");
        }
        if let Err(error) = service.sweep_refusals().await {
            tracing::warn!(error = %Chain(&error), "old refused calls could not be swept away");
        }
        if let Err(error) = service.sweep_calls().await {
            tracing::warn!(error = %Chain(&error), "old counts of calls could not be swept away");
        }
    }
}

/// Tasks that may end at any time, since whatever they leave is done by the next node or start.
fn start_upkeep(service: &Arc<Service>) -> [JoinHandle<()>; 2] {
    [
        tokio::spawn(sweep_for_ever(service.clone())),
        tokio::spawn(write_revocations_for_ever(service.clone())),
    ]
}

/// Updates the rows of keys that were revoked all at once. It may end at any time, and the next node goes on with it.
async fn write_revocations_for_ever(service: Arc<Service>) {
    let mut ticks = tokio::time::interval(Duration::from_secs(WRITE_REVOCATIONS_EVERY_SECONDS));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = service.write_revocations().await {
            tracing::warn!(error = %Chain(&error), "revoked keys could not all be marked in their rows");
        }
    }
}

/// Sends what is due by mail. Left off between two looks alone, so that no notice is taken and not sent.
async fn tell_until(mut ended: oneshot::Receiver<()>, service: Arc<Service>, smtp: Smtp) {
    let mut ticks = tokio::time::interval(Duration::from_secs(LOOK_EVERY_SECONDS));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = &mut ended => return,
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

/// What cannot be written now stays pending and is tried again.
async fn flush(service: &Service, limit: Duration) {
    if let Err(error) = service.flush_uses_within(limit).await {
        tracing::warn!(error = %Chain(&error), "when keys were last used, and how often, could not be written");
    }
}

/// Becomes true at the first signal that asks for the end.
fn stop_signal() -> anyhow::Result<watch::Receiver<bool>> {
    let (sender, receiver) = watch::channel(false);
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .context("signals cannot be received")?;
    tokio::spawn(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
        let _ = sender.send(true);
        tracing::info!("stopping");
        // A second one ends the program at once, as if nothing were caught.
        let _ = tokio::signal::ctrl_c().await;
        std::process::exit(130);
    });
    Ok(receiver)
}
