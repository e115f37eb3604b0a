//! State that every handler can access.

use crate::http::compression::PublicDocument;
use crate::kept_forms::KeptForms;
use crate::live_streams::LiveStreams;
use crate::memory::Memory;
use crate::{BodyLimits, PublicUrl, Site, TrustedProxies};
use app::docs::Docs;
use files::feed::workers::Workers;
use service::{Mailer, Services};
use std::ops::Deref;
use std::sync::{Arc, LazyLock};
use tokio_util::sync::CancellationToken;

type Lazy<T> = LazyLock<T, Box<dyn FnOnce() -> T + Send>>;

/// Documents that are the same for every reader. Each is created when it is first read, since many
/// servers never show one.
pub struct Documents {
    /// The description of the API.
    pub openapi: Lazy<PublicDocument>,
    /// The API docs.
    pub docs: Lazy<Arc<Docs>>,
}

/// State of the server, which is cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

pub struct Shared {
    pub services: Arc<Services>,
    pub site: Site,
    pub public_url: PublicUrl,
    pub trusted_proxies: TrustedProxies,
    /// The mail server, if mail is set up.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// Threads that parse and check feeds.
    pub feeds: Workers,
    pub memory: Memory,
    /// Cancelled when the server is about to stop: it still answers, but new requests should go to
    /// another node.
    pub leaving: CancellationToken,
    /// Cancelled when the listener is closed, to end responses that would not end by themselves.
    pub stopping: CancellationToken,
    /// Event streams of the pages that are kept up to date.
    pub live_streams: Arc<LiveStreams>,
    /// Forms that were sent after their session had ended.
    pub kept_forms: KeptForms,
    pub documents: Documents,
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl AppState {
    pub fn new(
        services: Arc<Services>,
        site: Site,
        public_url: PublicUrl,
        trusted_proxies: TrustedProxies,
        mailer: Option<Arc<dyn Mailer>>,
        bodies: BodyLimits,
        documents: Documents,
    ) -> Self {
        // Starts the executor on which pages are rendered. A second start in one process has no
        // effect.
        let _ = any_spawner::Executor::init_tokio();
        Self(Arc::new(Shared {
            services,
            site,
            public_url,
            trusted_proxies,
            mailer,
            leaving: CancellationToken::new(),
            feeds: Workers::new(bodies.feeds_at_once),
            memory: Memory::new(bodies.memory),
            stopping: CancellationToken::new(),
            live_streams: Arc::default(),
            kept_forms: KeptForms::default(),
            documents,
        }))
    }
}
