//! Does one thing a number of times. `verify.py` counts the instructions of each.
//!
//! - `check`: checks a key, as each call with a key does.
//! - `digest`: computes only the SHA-256 and HMAC of the check.
//! - `server`: answers `GET /api/key` with the whole server, from the bytes of the request to those
//!   of the response.
//! - `unchecked`: answers it with the whole server, from a route that checks no key.
//! - `bare`: answers it with a bare axum server, which does nothing else.
//!
//! Arguments: the folder of a database and its pepper, a key, one of the above, and the number of
//! repetitions.

mod answer;
mod tape;

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, get, on};
use domain::{Outcome, Timestamp};
use server::router::app;
use server::{
    AppState, BodyLimits, Group, Limits, Pipeline, PublicUrl, Route, TrustedProxies, build_app,
    documents, embedded_site, serve_stream,
};
use service::key::KeyDigest;
use service::{Clock, OsRandom, Pepper, RequestOrigin, Services, SystemClock};
use sha2::{Digest as _, Sha256};
use std::hint::black_box;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use storage::{OpenMode, sqlite};
use tape::{PEER, Tape, serve_bare};

/// The machine's clock, except that the time since boot never advances.
///
/// So the lease never expires and no renewal is counted. The clock still reads one that valgrind
/// supports, at the same cost as the one since boot.
struct FrozenClock;

impl Clock for FrozenClock {
    fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    fn since_boot(&self) -> Duration {
        black_box(Instant::now());
        Duration::from_secs(1)
    }
}

/// Answers a request `times` times with our own server.
async fn serve_pipeline(app: Pipeline, request: &[u8], times: u32) {
    let (tape, _) = Tape::new(request, times);
    serve_stream(tape, PEER, app, Limits::new(1)).await;
}

fn state(services: &Arc<Services>) -> AppState {
    let url = PublicUrl::parse("http://127.0.0.1").expect("an address");
    let documents = documents(&url);
    AppState::new(
        Arc::clone(services),
        embedded_site::embedded().expect("a site"),
        url,
        TrustedProxies::default(),
        None,
        BodyLimits::default(),
        documents,
    )
}

/// The route of the response.
fn unchecked() -> Route {
    Route {
        method: MethodFilter::GET,
        path: "/api/key",
        handler: |method| on(method, answer::show),
        direct: Some((Method::GET, |request, state| {
            Handler::call(answer::show, request, state)
        })),
        refusals: Vec::new,
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [folder, key, mode, times] = arguments.as_slice() else {
        panic!("a folder, a key, what to do, and how often");
    };
    let times: u32 = times.parse().expect("a number");
    let folder = Path::new(folder);
    let text = std::fs::read_to_string(folder.join("pepper")).expect("a pepper");
    let pepper = || Pepper::parse(&text).expect("a pepper");
    let store = sqlite::open(&folder.join("voxum.db"), OpenMode::ExistingOnly).await;
    let store = Arc::new(store.expect("a database"));
    let services = Services::open(
        store.clone(),
        Arc::new(FrozenClock),
        Arc::new(OsRandom),
        pepper(),
        String::new(),
    );
    let services = Arc::new(services.await.expect("the service opens"));
    services.node.poll().await.expect("a lease");

    let source = RequestOrigin::new(Ipv4Addr::LOCALHOST.into(), Some(b"curl/8.5.0"));
    let check = async || {
        let caller = services.auth.authenticate(key.as_bytes(), source).await;
        let caller = caller.expect("the key is good");
        assert!(services.auth.spend(&caller).allowed);
        services.auth.count_call(caller.usage(), Outcome::Accepted);
    };
    // From here on, the key is in the cache.
    check().await;
    let (pepper, request) = (pepper(), tape::request(key));
    match mode.as_str() {
        "check" => {
            for _ in 0..times {
                check().await;
            }
        }
        "digest" => {
            for _ in 0..times {
                let digest = Sha256::digest(black_box(key.as_bytes()));
                black_box(KeyDigest::of_sha256(&digest.into(), &pepper));
            }
        }
        "server" => serve_pipeline(build_app(state(&services)), &request, times).await,
        "unchecked" => {
            let app = app(&[(Group::Api, &[unchecked()])], state(&services));
            serve_pipeline(app, &request, times).await;
        }
        "bare" => {
            let routes = Router::new().route("/api/key", get(answer::show));
            serve_bare(routes, &request, times).await;
        }
        _ => panic!("`check`, `digest`, `server`, `unchecked` or `bare`"),
    }
    store.close().await;
}
