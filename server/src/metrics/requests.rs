//! Number and duration of requests, by route and status.

use super::durations::Durations;
use axum::http::StatusCode;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Statuses that the server sends. Any other is counted as the first of its hundred.
const CODES: [u16; 26] = [
    100, 200, 201, 202, 204, 206, 300, 303, 304, 307, 400, 401, 403, 404, 405, 406, 408, 409, 410,
    412, 413, 415, 422, 429, 503, 507,
];
/// Label of requests for a path without a route.
const NO_ROUTE: &str = "none";

/// Routes whose durations are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    Api,
    Console,
    /// Routes whose durations are not counted.
    Other,
}

/// Counters of all routes, which are created at the start, so that a request only increments them.
#[derive(Debug)]
pub struct Requests {
    /// One for each path, whatever the method, and the last one for paths without a route.
    counters: Vec<RouteCounter>,
    api: Durations,
    console: Durations,
}

#[derive(Debug)]
struct RouteCounter {
    route: &'static str,
    group: Group,
    counts: [AtomicU64; CODES.len() + 1],
}

impl RouteCounter {
    fn new(route: &'static str, group: Group) -> Self {
        Self {
            route,
            group,
            counts: Default::default(),
        }
    }
}

impl Requests {
    /// Creates the counters of these routes, each with its pattern, in this order.
    pub fn new(routes: impl IntoIterator<Item = (&'static str, Group)>) -> Self {
        let routes = routes.into_iter();
        let routes = routes.map(|(route, group)| RouteCounter::new(route, group));
        Self {
            counters: routes
                .chain([RouteCounter::new("", Group::Other)])
                .collect(),
            api: Durations::default(),
            console: Durations::default(),
        }
    }

    /// Returns the counters of a route by its place in the order, or those of paths without one.
    fn counter(&self, route: Option<usize>) -> &RouteCounter {
        &self.counters[route.unwrap_or(self.counters.len() - 1)]
    }

    /// Returns the pattern of a route; it is empty if there is none.
    pub fn name(&self, route: Option<usize>) -> &'static str {
        self.counter(route).route
    }

    /// Counts a request when its response begins.
    pub fn record(&self, route: Option<usize>, status: StatusCode, started_at: Instant) {
        let counter = self.counter(route);
        counter.counts[code_index(status.as_u16())].fetch_add(1, Ordering::Relaxed);
        match counter.group {
            Group::Api => self.api.record(started_at.elapsed()),
            Group::Console => self.console.record(started_at.elapsed()),
            Group::Other => {}
        }
    }
}

/// Returns the index at which a status is counted. The last one is for all server errors other than
/// 503.
fn code_index(code: u16) -> usize {
    match CODES.binary_search(&code) {
        Ok(index) => index,
        Err(_) if code >= 500 => CODES.len(),
        Err(_) => CODES.binary_search(&(code / 100 * 100)).unwrap_or_default(),
    }
}

impl Collector for Requests {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Requests that were answered, by route and status";
        let mut family =
            encoder.encode_descriptor("http_requests", help, None, MetricType::Counter)?;
        for RouteCounter { route, counts, .. } in &self.counters {
            let route = if route.is_empty() { NO_ROUTE } else { route };
            let codes = CODES.into_iter().chain([500]);
            for (code, count) in codes.zip(counts) {
                let count = count.load(Ordering::Relaxed);
                if count > 0 {
                    let labels = [("route", route.to_owned()), ("status", code.to_string())];
                    ConstCounter::new(count).encode(family.encode_family(&labels)?)?;
                }
            }
        }
        let help = "From a request's head to the beginning of its answer";
        let unit = prometheus_client::registry::Unit::Seconds;
        let kind = MetricType::Histogram;
        let mut family =
            encoder.encode_descriptor("http_request_duration", help, Some(&unit), kind)?;
        for (of, durations) in [("api", &self.api), ("console", &self.console)] {
            durations.encode(family.encode_family(&[("of", of)])?)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn status_without_its_own_counter_is_counted_in_its_class() {
        assert!(CODES.is_sorted());
        for (code, class) in [
            (200, 200),
            (226, 200),
            (410, 410),
            (418, 400),
            (503, 503),
            (507, 507),
        ] {
            assert_eq!(CODES[code_index(code)], class, "{code}");
        }
        assert_eq!(code_index(500), CODES.len());
        assert_eq!(code_index(504), CODES.len());
    }

    #[test]
    fn duration_is_counted_in_the_bucket_that_includes_it() {
        let durations = Durations::default();
        for micros in [250, 251, 99_000_000] {
            durations.record(Duration::from_micros(micros));
        }
        let mut registry = prometheus_client::registry::Registry::default();
        let requests = Requests {
            api: durations,
            ..Requests::new([])
        };
        registry.register_collector(Box::new(requests));
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        for line in [
            "http_request_duration_seconds_bucket{le=\"0.00025\",of=\"api\"} 1",
            "http_request_duration_seconds_bucket{le=\"0.001\",of=\"api\"} 2",
            "http_request_duration_seconds_bucket{le=\"+Inf\",of=\"api\"} 3",
            "http_request_duration_seconds_count{of=\"api\"} 3",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }
}
