//! Requests that were meant for the API but miss its paths.
//!
//! Their path has a base URL that ends with a slash (`//api/key`) or has a path
//! (`/console/api/key`), a slash at the end, capitals, or no `/api` at all. They are answered as
//! the API answers, since their senders parse JSON and would follow a redirect to the sign-in page
//! as if it were a response.

use super::credentials::carries_key;
use axum::http::HeaderMap;
use service::refusal::Refusal;
use web::http::address::is_api;

/// Paths of the API that are not below `/api`.
const PROBES: [&str; 2] = ["healthz", "readyz"];

/// Returns whether a request outside the API was meant for it.
///
/// No browser sends an API key automatically, and no page of the console has a path segment `api`.
pub fn misses_api(path: &str, headers: &HeaderMap, routed: bool) -> bool {
    let names_api =
        |part: &str| is_segment("api", part) || PROBES.iter().any(|probe| is_segment(probe, part));
    !is_api(path) && (carries_key(headers) || (!routed && path.split('/').any(names_api)))
}

/// Refuses a request for a path that the API does not have, and names the path that was probably
/// meant. `route` returns the pattern of the route of a path, which is empty if there is none.
pub fn unknown_path(path: &str, route: impl FnOnce(&str) -> &'static str) -> Refusal {
    let suggestion = route(&corrected(path));
    Refusal::UnknownPath {
        suggestion: Some(suggestion).filter(|suggestion| is_api(suggestion)),
    }
}

/// Returns the path after its last `api`, in lower case, with one slash between its segments and
/// none at its end.
fn corrected(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let after = parts.iter().rposition(|part| is_segment("api", part));
    let rest = &parts[after.map_or(0, |index| index + 1)..];
    let probe = rest
        .last()
        .filter(|part| PROBES.iter().any(|probe| is_segment(probe, part)));
    let path = match probe {
        Some(probe) => format!("/{probe}"),
        None => format!("/api/{}", rest.join("/")),
    };
    path.to_ascii_lowercase()
}

fn is_segment(name: &str, part: &str) -> bool {
    part.eq_ignore_ascii_case(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_is_corrected_from_its_last_api_segment_on() {
        for (path, suggestion) in [
            ("//api/inventory", "/api/inventory"),
            ("/api/inventory/", "/api/inventory"),
            ("/api//inventory///A", "/api/inventory/a"),
            ("/api/api/key", "/api/key"),
            ("/console/v1/API/Key", "/api/key"),
            ("/inventory", "/api/inventory"),
            ("/console/api/healthz", "/healthz"),
            ("/readyz/", "/readyz"),
            ("/", "/api/"),
        ] {
            assert_eq!(corrected(path), suggestion, "{path}");
        }
    }
}
