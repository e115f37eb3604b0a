//! State that every handler can access.

use crate::api::openapi;
use crate::console::Watching;
use crate::docs::docs;
use crate::feed::workers::{self, Workers};
use crate::memory::{self, Memory};
use crate::metrics::Requests;
use crate::{PublicUrl, Site, TrustedProxies};
use app::docs::Docs;
use axum::body::Bytes;
use service::Service;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};
use tokio_util::sync::CancellationToken;

/// Limits of large bodies: memory and threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bodies {
    /// Memory budget in bytes for bodies of more than 64 KiB, each of which counts twice.
    pub memory: u64,
    /// Number of feeds that are read concurrently.
    pub feeds_at_once: usize,
}

impl Default for Bodies {
    fn default() -> Self {
        Self {
            memory: memory::DEFAULT,
            feeds_at_once: workers::DEFAULT_AT_ONCE,
        }
    }
}

/// State of the server, which is cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

pub struct Shared {
    pub service: Arc<Service>,
    pub site: Site,
    pub public_url: PublicUrl,
    pub trusted_proxies: TrustedProxies,
    /// Threads that parse and check feeds.
    pub feeds: Workers,
    pub(crate) memory: Memory,
    /// Cancelled when the server is about to stop: it still answers, but new requests should go to
    /// another node.
    pub leaving: CancellationToken,
    /// Cancelled when the listener is closed, to end responses that would not end by themselves.
    pub stopping: CancellationToken,
    /// Counters of requests, for the metrics.
    pub(crate) requests: Arc<Requests>,
    /// Event streams of the pages that are kept up to date.
    pub(crate) watching: Arc<Watching>,
    docs: OnceLock<Arc<Docs>>,
    openapi: OnceLock<Bytes>,
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl AppState {
    pub fn new(
        service: Arc<Service>,
        site: Site,
        public_url: PublicUrl,
        trusted_proxies: TrustedProxies,
        bodies: Bodies,
    ) -> Self {
        // Starts the executor on which pages are rendered. A second start in one process has no
        // effect.
        let _ = any_spawner::Executor::init_tokio();
        Self(Arc::new(Shared {
            service,
            site,
            public_url,
            trusted_proxies,
            leaving: CancellationToken::new(),
            feeds: Workers::new(bodies.feeds_at_once),
            memory: Memory::new(bodies.memory),
            stopping: CancellationToken::new(),
            requests: Arc::default(),
            watching: Arc::default(),
            docs: OnceLock::new(),
            openapi: OnceLock::new(),
        }))
    }

    /// Returns the API's description, which is created at the first request.
    pub(crate) fn openapi(&self) -> Bytes {
        let text = self
            .openapi
            .get_or_init(|| openapi::text(self.public_url.origin()));
        text.clone()
    }

    /// Returns the API docs, which are created at the first request.
    pub(crate) fn docs(&self) -> Arc<Docs> {
        let docs = self.docs.get_or_init(|| Arc::new(docs(&self.public_url)));
        Arc::clone(docs)
    }
}
