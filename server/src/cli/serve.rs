//! `voxum serve`: from the settings to a server that is ready.

use super::admin::first_owner_line;
use super::output::print_line;
use crate::open_services::open_services;
use crate::runtime::signals::{reload_at_hangup, stop_signal};
use crate::runtime::{self, ServerParts};
use crate::settings::{PublicUrl, Settings, TrustedProxies};
use anyhow::Context as _;
use futures::future::OptionFuture;
use service::store::QuotaStore as _;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use tokio::net::TcpListener;
use web::http::listen::{Limits, Tls, raise_open_files};
use web::telemetry;

/// Serves until a signal ends it.
///
/// # Errors
/// One line for the operator.
pub async fn run(settings: Settings) -> anyhow::Result<()> {
    telemetry::start(settings.log.clone(), settings.log_format);
    let tls = settings.tls.as_ref();
    let tls = tls.map(|(cert, key)| Tls::read(cert, key)).transpose()?;
    let tls = tls.map(Arc::new);
    reload_at_hangup(tls.clone())?;
    let mut signal = stop_signal()?;
    let stop_requested = async move {
        // The sender lives as long as the process.
        let _ = signal.wait_for(|stop| *stop).await;
    };
    let mut stop_requested = pin!(stop_requested);
    // A start can take long, for example if a database does not answer or another node runs
    // migrations.
    let parts = tokio::select! {
        () = stop_requested.as_mut() => {
            tracing::info!("stopped before the start was complete");
            return Ok(());
        }
        parts = start(settings, tls) => parts?,
    };
    runtime::serve(parts, stop_requested).await
}

async fn start(settings: Settings, tls: Option<Arc<Tls>>) -> anyhow::Result<ServerParts> {
    let (listener, address) = bind(settings.listen).await?;
    let metrics = OptionFuture::from(settings.metrics_listen.map(bind));
    let metrics = metrics.await.transpose()?;
    let has_public_url = settings.public_url.is_some();
    let public_url = settings.public_url;
    let public_url = public_url.unwrap_or_else(|| PublicUrl::of_listener(address, tls.is_some()));
    let origin = public_url.origin().to_owned();
    let database = settings.database;
    let open_services =
        open_services(&database, settings.open_mode, settings.peppers, origin).await?;
    let services = &open_services.services;
    services
        .free_space
        .keep_free(settings.resource_limits.disk_reserve);
    open_services
        .store
        .limit_accounts(settings.resource_limits.quotas);
    services
        .auth
        .limit_accounts_to(settings.resource_limits.account_calls);
    if let Some((email, password)) = settings.owner {
        services.links.seed_owner(email, password).await?;
    }
    let trusted_proxies = settings.trusted_proxies;
    warn_about_exposure(
        &public_url,
        has_public_url,
        address,
        tls.is_some(),
        &trusted_proxies,
    );
    let scheme = if tls.is_some() { "https" } else { "http" };
    print_line(&format!("Listening on {scheme}://{address}"));
    if let Some(token) = services.links.first_owner_link_at_start().await? {
        print_line(&first_owner_line(&public_url, &token));
    }
    if let Some((_, address)) = &metrics {
        print_line(&format!("Metrics on http://{address}/metrics"));
    }
    Ok(ServerParts {
        open_services,
        listener,
        metrics: metrics.map(|(listener, _)| listener),
        tls,
        public_url,
        trusted_proxies,
        mail: settings.mail,
        limits: Limits::new(connection_limit(settings.max_connections)),
        bodies: settings.bodies,
        shutdown_delay: settings.shutdown_delay,
    })
}

async fn bind(address: SocketAddr) -> anyhow::Result<(TcpListener, SocketAddr)> {
    let failure = || format!("cannot listen on {address}");
    let listener = TcpListener::bind(address).await.with_context(failure)?;
    let address = listener.local_addr().with_context(failure)?;
    Ok((listener, address))
}

/// Warns of settings that the operator may not have intended.
fn warn_about_exposure(
    public_url: &PublicUrl,
    has_public_url: bool,
    address: SocketAddr,
    tls: bool,
    trusted_proxies: &TrustedProxies,
) {
    if !public_url.is_trustworthy() {
        tracing::warn!(
            public_url = public_url.origin(),
            "the public URL is plain http, so passwords, sessions and API keys travel unencrypted: \
             serve it over https and set VOXUM_PUBLIC_URL"
        );
    }
    if !has_public_url && !tls && !address.ip().is_loopback() {
        tracing::warn!(
            %address,
            "other machines can reach this plain-http address, on which API keys travel unencrypted: listen on a \
             loopback address behind a proxy that serves https and set VOXUM_PUBLIC_URL, or set VOXUM_TLS_CERT and \
             VOXUM_TLS_KEY"
        );
    }
    if public_url.is_https() && !tls && trusted_proxies.is_empty() {
        tracing::warn!(
            "the public URL is https, but this server does not serve TLS, so a proxy must be in front of it: list the \
             proxy in VOXUM_TRUSTED_PROXIES; until then, every request seems to come from the proxy, and one client's \
             failed sign-ins delay all"
        );
    }
}

/// Returns the number of connections to serve: the requested number, or fewer if the process cannot
/// open so many files.
fn connection_limit(requested: usize) -> usize {
    let connections = raise_open_files().map_or(requested, |max| max.min(requested));
    if connections < requested {
        tracing::warn!(
            connections,
            "this process may open fewer files than VOXUM_MAX_CONNECTIONS needs: raise the limit of open files, for \
             example by LimitNOFILE in a systemd unit"
        );
    }
    connections
}
