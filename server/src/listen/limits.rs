//! How long and how many.

use std::time::Duration;

/// What one client may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at once.
    pub connections: usize,
    /// From the first byte of a request, or from the beginning of the connection, to the end of its head.
    pub head: Duration,
    /// Between two requests of a connection. Longer than proxies keep theirs, so that none sends a request into one that
    /// is just being closed.
    pub idle: Duration,
    /// Between two pieces of a request's body.
    pub body_pause: Duration,
    /// For a whole body, at whatever pace it comes.
    pub body: Duration,
    /// For a whole body on a route that takes feeds, which are larger.
    pub feed: Duration,
    /// In which a client takes nothing of an answer.
    pub write_pause: Duration,
    /// For what a client still sends after its request was answered.
    pub linger: Duration,
    /// Connections at once whose clients still send after the answer.
    pub lingering: usize,
    /// How long a client may keep the server waiting in a request before its connection may be closed for a new one,
    /// when there are as many as there may be.
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

/// Lets this process open as many files as it may ask for; most systems begin with 1,024, which is fewer than there may
/// be connections. How many there may be, given what else needs a file.
pub fn raise_open_files() -> Option<usize> {
    const OTHERS: u64 = 128;
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        let raised = Rlimit {
            current: maximum,
            maximum,
        };
        // Where it cannot be raised, what there is has to do.
        let _ = setrlimit(Resource::Nofile, raised);
        let current = getrlimit(Resource::Nofile).current?;
        usize::try_from(current.saturating_sub(OTHERS).max(1)).ok()
    }
    #[cfg(not(unix))]
    None
}
