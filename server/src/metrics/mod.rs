//! Metrics for the operator's Prometheus, on a separate listener, since they are not meant for
//! users of the console.
//!
//! No label contains a key, an account or an address.

mod durations;
mod requests;

pub use requests::{Group, Requests};

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use service::{AttemptKind, Services};
use std::fmt;
use std::sync::Arc;
use std::time::Instant;
use tokio_util::task::TaskTracker;

const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Returns a router that only serves `GET /metrics`.
pub fn router(
    requests: Arc<Requests>,
    services: Arc<Services>,
    connections: TaskTracker,
    max_connections: usize,
) -> Router {
    let mut registry = Registry::with_prefix("voxum");
    let version = [("version", env!("CARGO_PKG_VERSION"))];
    registry.register("build", "The version that runs", Info::new(version));
    registry.register_collector(Box::new(requests));
    registry.register_collector(Box::new(ServerMetrics {
        services,
        connections,
        max_connections,
        started: Instant::now(),
    }));
    Router::new()
        .route("/metrics", get(show))
        .with_state(Arc::new(registry))
}

async fn show(State(registry): State<Arc<Registry>>) -> Response {
    let mut text = String::new();
    match prometheus_client::encoding::text::encode(&mut text, &registry) {
        Ok(()) => ([(CONTENT_TYPE, OPENMETRICS)], text).into_response(),
        Err(fmt::Error) => axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Metrics that are read when they are requested.
struct ServerMetrics {
    services: Arc<Services>,
    connections: TaskTracker,
    max_connections: usize,
    started: Instant,
}

impl fmt::Debug for ServerMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerMetrics").finish_non_exhaustive()
    }
}

impl Collector for ServerMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let node_metrics = self.services.node_metrics();
        let mut gauge = |name: &str, help: &str, value: u64| {
            let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
            let kind = gauge.metric_type();
            gauge.encode(encoder.encode_descriptor(name, help, None, kind)?)
        };
        gauge(
            "uptime_seconds",
            "Since this server started",
            self.started.elapsed().as_secs(),
        )?;
        gauge(
            "connections",
            "Open connections",
            self.connections.len() as u64,
        )?;
        gauge(
            "connections_limit",
            "As many connections may be open at once",
            self.max_connections as u64,
        )?;
        gauge(
            "keys_in_memory",
            "API keys that are judged without the database",
            node_metrics.keys_in_memory,
        )?;
        gauge(
            "memory_may_be_used",
            "1 while this node knows of every change of API keys; at 0 each request reads the database",
            node_metrics.has_lease.into(),
        )?;
        gauge(
            "uses_pending",
            "API keys whose last use is not written yet",
            node_metrics.uses_pending,
        )?;
        if let Some(need) = node_metrics.pepper_need {
            gauge(
                "old_pepper_keys",
                "API keys that still need the old pepper",
                need.keys,
            )?;
            gauge(
                "old_pepper_second_factors",
                "Second factors that still need the old pepper",
                need.factors,
            )?;
            gauge(
                "old_pepper_recovery_codes",
                "Recovery codes that still need the old pepper",
                need.recovery_codes,
            )?;
        }
        gauge(
            "storage_low",
            "1 while feeds and leads are rejected because the disk is nearly full",
            node_metrics.storage_low.into(),
        )?;
        gauge(
            "stops_not_stored",
            "Revocations and pauses that are in force on this node and not stored yet",
            node_metrics.not_stored,
        )?;
        let reads = ConstCounter::new(node_metrics.key_reads);
        let kind = reads.metric_type();
        let help = "API keys that were looked up in the database";
        reads.encode(encoder.encode_descriptor("key_reads", help, None, kind)?)?;
        let help = "Failed attempts to sign in or to give a password or code, by reason";
        let kind = MetricType::Counter;
        let mut family = encoder.encode_descriptor("failed_sign_ins", help, None, kind)?;
        for (reason, count) in AttemptKind::ALL
            .into_iter()
            .zip(node_metrics.failed_attempts)
        {
            let labels = [("reason", reason.as_str())];
            ConstCounter::new(count).encode(family.encode_family(&labels)?)?;
        }
        Ok(())
    }
}
