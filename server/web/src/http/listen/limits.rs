//! Bounds on time and number, as the header of `listen` defines them.

use std::time::Duration;

/// Time that a client which connected just before a shutdown has for its first request (F8).
///
/// Closing its connection unread would lose that request.
pub const FIRST_REQUEST_TIMEOUT: Duration = Duration::from_secs(1);

/// Bounds on what one client may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Concurrent connections (B1).
    pub connections: usize,
    /// From the first byte of a request, or from the beginning of the connection, to the end of its
    /// head (B2).
    pub head: Duration,
    /// Between two requests of a connection (B3).
    ///
    /// It is longer than the idle timeout of proxies, so that none of them sends a request into a
    /// connection that is just being closed.
    pub idle: Duration,
    /// Between two pieces of a request body (B4).
    pub body_pause: Duration,
    /// For a whole request body, at whatever pace it arrives (B4).
    pub body: Duration,
    /// For a whole request body on a route that takes feeds, which are larger (B4).
    pub feed: Duration,
    /// Time in which a client takes nothing of a response (B5).
    pub write_pause: Duration,
    /// For discarding what a client still sends after its request was answered (B6).
    pub linger: Duration,
    /// Concurrent connections whose clients still send after the response (B6).
    pub lingering: usize,
    /// Delay of a client in an exchange after which its connection may be closed for a new one, if
    /// the server has the maximum number of connections (F2).
    pub patience: Duration,
}

impl Limits {
    pub const fn new(connections: usize) -> Self {
        Self {
            connections,
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            body_pause: Duration::from_secs(15),
            body: Duration::from_mins(1),
            feed: Duration::from_mins(5),
            write_pause: Duration::from_secs(30),
            linger: Duration::from_secs(30),
            lingering: connections.div_ceil(8),
            patience: Duration::from_secs(1),
        }
    }
}

/// Raises the limit of open files to the maximum, and returns how many connections it leaves room
/// for.
///
/// Most systems begin with 1,024 files, which is fewer than the connections that are allowed. The
/// number that is returned leaves some files for other uses.
pub fn raise_open_files() -> Option<usize> {
    const OTHER_FILES: u64 = 128;
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        let raised = Rlimit {
            current: maximum,
            maximum,
        };
        // If the limit cannot be raised, the current one has to suffice.
        let _ = setrlimit(Resource::Nofile, raised);
        let current = getrlimit(Resource::Nofile).current?;
        usize::try_from(current.saturating_sub(OTHER_FILES).max(1)).ok()
    }
    #[cfg(not(unix))]
    None
}
