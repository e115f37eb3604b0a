//! The log: lines on standard error. Standard output is for what whoever starts the server has to read.

use std::io::IsTerminal as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// How a line of the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    /// An object a line, for programs: `timestamp`, `level`, `target`, `fields`, and in `span` the request's id, method
    /// and route.
    Json,
}

impl LogFormat {
    pub fn parse(raw: &str) -> Option<Self> {
        match raw {
            "text" => Some(Self::Text),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// Starts the log. A second start in one process changes nothing.
pub fn start(filter: Targets, format: LogFormat) {
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    // The filter knows no spans, and so no lock that all requests would share.
    let log = tracing_subscriber::registry().with(filter);
    // Fails only where a subscriber is set already, which then does the work.
    let _ = match format {
        LogFormat::Text => {
            let colours = std::io::stderr().is_terminal();
            log.with(lines.with_ansi(colours)).try_init()
        }
        LogFormat::Json => log.with(lines.json().with_span_list(false)).try_init(),
    };
}

/// An error with everything below it, in one line. For the log alone: lower texts are not for callers.
pub struct Chain<'a>(pub &'a (dyn std::error::Error + 'static));

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}
