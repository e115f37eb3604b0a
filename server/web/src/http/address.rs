//! Addresses of the HTTP API.

/// Returns whether a path belongs to the HTTP API, in which every response is JSON.
pub fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/") || path == "/healthz" || path == "/readyz"
}
