//! The contract of the storage ports, on an SQLite file.

use crate::support::Place;
use std::sync::Arc;

macro_rules! tests {
    ($($case:ident)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $case() {
            let place = Place::new();
            let store = Arc::new(place.open().await);
            service::store::contract::run(stringify!($case), store.clone()).await;
            store.close().await;
        }
    )*};
}

service::store_contract_cases!(tests);
