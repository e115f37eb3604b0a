//! The server from outside: requests into the real router, on a real SQLite file. The tree mirrors the URLs.

mod api;
mod console;
mod promises;
mod support;
