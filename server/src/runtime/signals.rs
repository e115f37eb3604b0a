//! Signals that stop the server or have it reload its certificate.

use anyhow::Context as _;
use std::sync::Arc;
use tokio::sync::watch;
use web::http::listen::Tls;

/// Returns a receiver that becomes true at the first signal to stop.
pub fn stop_signal() -> anyhow::Result<watch::Receiver<bool>> {
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
        // From now on, SIGINT ends the program immediately, as if the signal were not handled.
        let _ = tokio::signal::ctrl_c().await;
        std::process::exit(130);
    });
    Ok(receiver)
}

/// Reloads the certificate at each SIGHUP. Without a certificate the signal changes nothing; by
/// default it would end the server.
pub fn reload_at_hangup(tls: Option<Arc<Tls>>) -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut hangup = signal(SignalKind::hangup()).context("signals cannot be received")?;
        tokio::spawn(async move {
            while hangup.recv().await.is_some() {
                match tls.as_deref().map(Tls::reload) {
                    None => tracing::info!("SIGHUP changed nothing: VOXUM_TLS_CERT is not set"),
                    Some(Ok(())) => tracing::info!("the certificate was reloaded"),
                    Some(Err(error)) => {
                        tracing::error!(%error, "the certificate could not be reloaded; the previous one stays in use");
                    }
                }
            }
        });
    }
    #[cfg(not(unix))]
    drop(tls);
    Ok(())
}
