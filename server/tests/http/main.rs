//! The server from outside: requests to the real router, on a real SQLite file. The tree mirrors
//! the URLs.

mod api;
mod console;
mod promises;
mod support;

// Shared with the benchmarks.
#[path = "../../benches/answer.rs"]
mod answer;
#[path = "../../benches/tape.rs"]
mod tape;
