//! The log: lines on standard error. Standard output is reserved for what the operator has to read
//! at the start.

use crate::http::RequestContext;
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

/// Format of the log's lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    /// One JSON object in each line: `timestamp`, `level`, `target`, `fields`, and in `span` the
    /// request's id, method and route.
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

/// Starts the log. A second start in one process has no effect.
pub fn start(filter: Targets, format: LogFormat) {
    let colours = std::io::stderr().is_terminal();
    // This fails only if a log was already started, which then remains in use.
    let _ = log(filter, format, colours, std::io::stderr).try_init();
}

/// Returns a subscriber that writes lines, each with the request that it is about.
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
        LogFormat::Text => Box::new(lines.with_ansi(colours).map_event_format(WithRequest)),
        LogFormat::Json => {
            let lines = lines.json().with_span_list(false);
            Box::new(lines.map_event_format(WithRequest))
        }
    };
    // The filter is independent of spans, so it needs no lock that all requests would share.
    tracing_subscriber::registry().with(filter).with(lines)
}

/// Formatter that adds the request to a line.
///
/// A span for each request would have the same effect, but cost every call as much as the check of
/// its key, while hardly any call logs something. The span is therefore created for the line.
struct WithRequest<F>(F);

impl<S, N, F> FormatEvent<S, N> for WithRequest<F>
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
        let Some(request) = RequestContext::current() else {
            return format.format_event(context, line, event);
        };
        let (id, method, route) = (&request.id, request.method, request.route);
        // The level of the span is `ERROR`, so that no filter removes the id from an error's line.
        let span = error_span!("request", %id, method, route);
        span.in_scope(|| format.format_event(context, line, event))
    }
}

/// An error with all of its causes, in one line. It is for the log only: callers must not see lower
/// errors.
pub struct ErrorChain<'a>(pub &'a (dyn std::error::Error + 'static));

impl fmt::Display for ErrorChain<'_> {
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
