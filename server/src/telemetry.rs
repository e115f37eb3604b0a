//! The log: lines on standard error. Standard output is for what whoever starts the server has to read.

use crate::request::under_way;
use std::fmt;
use std::io::IsTerminal as _;
use tracing::{Event, Subscriber, error_span};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
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
    let colours = std::io::stderr().is_terminal();
    // Fails only where a log was started already, which then does the work.
    let _ = log(filter, format, colours, std::io::stderr).try_init();
}

/// What writes lines, each under the request that it is about.
pub fn log<W>(
    filter: Targets,
    format: LogFormat,
    colours: bool,
    to: W,
) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(to);
    let lines: Box<dyn Layer<_> + Send + Sync> = match format {
        LogFormat::Text => Box::new(lines.with_ansi(colours).map_event_format(OfRequest)),
        LogFormat::Json => {
            let lines = lines.json().with_span_list(false);
            Box::new(lines.map_event_format(OfRequest))
        }
    };
    // The filter knows no spans, and so no lock that all requests would share.
    tracing_subscriber::registry().with(filter).with(lines)
}

/// Names the request that a line is about. A span for each request would say the same and cost every call as much as its
/// key's check, while nearly none has anything to log; so the span is made for the line.
struct OfRequest<F>(F);

impl<S, N, F> FormatEvent<S, N> for OfRequest<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        line: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let Self(format) = self;
        let Some(noted) = under_way() else {
            return format.format_event(context, line, event);
        };
        let (id, method, route) = (&noted.id, noted.method, noted.route);
        // At the level of errors, so that no filter takes the id away from an error's line.
        let span = error_span!("request", %id, method, route);
        span.in_scope(|| format.format_event(context, line, event))
    }
}

/// An error with everything below it, in one line. For the log alone: lower texts are not for callers.
pub struct Chain<'a>(pub &'a (dyn std::error::Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}
