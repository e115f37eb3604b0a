//! Checks a key a number of times, or computes only the SHA-256 and HMAC of the check.
//! `instructions.py` counts the instructions of each.
//!
//! Arguments: the folder of a database and its pepper, a key, `check` or `digest`, and the number
//! of repetitions.

use domain::{Outcome, Timestamp};
use service::key::KeyDigest;
use service::{Clock, OsRandom, Pepper, Service, Source, SystemClock};
use sha2::{Digest as _, Sha256};
use std::hint::black_box;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use storage::{OpenMode, SqliteStore};

/// The machine's clock, except that the time since boot never advances.
///
/// So the lease never expires and no renewal is counted. The clock still reads one that valgrind
/// supports, at the same cost as the one since boot.
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    fn since_boot(&self) -> Duration {
        black_box(Instant::now());
        Duration::from_secs(1)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [folder, key, what, times] = arguments.as_slice() else {
        panic!("a folder, a key, `check` or `digest`, and how often");
    };
    let times: u32 = times.parse().expect("a number");
    let folder = Path::new(folder);
    let text = std::fs::read_to_string(folder.join("pepper")).expect("a pepper");
    let pepper = || Pepper::parse(&text).expect("a pepper");
    let store = SqliteStore::open(&folder.join("voxum.db"), OpenMode::ExistingOnly).await;
    let store = Arc::new(store.expect("a database"));
    let service = Service::open(
        store.clone(),
        Arc::new(Still),
        Arc::new(OsRandom),
        pepper(),
        String::new(),
    );
    let service = service.await.expect("the service opens");
    service.look().await.expect("a lease");

    let source = Source::new(Ipv4Addr::LOCALHOST.into(), Some(b"curl/8.5.0"));
    let check = async || {
        let caller = service.authenticate(key.as_bytes(), source).await;
        let caller = caller.expect("the key is good");
        assert!(service.spend(&caller).allowed);
        service.count_call(caller.usage(), Outcome::Accepted);
    };
    // From here on, the key is in the cache.
    check().await;
    let pepper = pepper();
    for _ in 0..times {
        match what.as_str() {
            "check" => check().await,
            "digest" => {
                let digest = Sha256::digest(black_box(key.as_bytes()));
                black_box(KeyDigest::of_sha256(&digest.into(), &pepper));
            }
            _ => panic!("`check` or `digest`"),
        }
    }
    store.close().await;
}
