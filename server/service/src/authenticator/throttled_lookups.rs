//! Look-ups of keys for networks that have failed too often.
//!
//! Keys from such a network may no longer cost the database one read each, but usable keys among
//! them must still be accepted. So they are queued for the next of a few look-ups per second, each
//! of which reads many keys at once, of all such networks together.

use crate::key::KeyDigest;
use crate::store::AuthenticatorPorts;
use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::sleep;

/// Time between two look-ups.
const PAUSE: Duration = Duration::from_millis(100);

/// Number of keys in one look-up, and of queued keys of one network.
const BATCH: usize = 1_000;

/// Number of queued keys.
const MAX_QUEUED: usize = 4 * BATCH;

/// The result of a look-up of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LookupResult {
    Known,
    Unknown,
    /// Too many keys are queued, of this network or in all. The database was not asked.
    TooMany,
    /// The database did not answer.
    Unavailable,
}

/// The keys queued for the next look-up.
#[derive(Debug, Default)]
pub(crate) struct ThrottledLookups {
    queue: Mutex<Queue>,
    reads: AtomicU64,
}

#[derive(Debug, Default)]
struct Queue {
    queued: Vec<QueuedLookup>,
    /// Whether a task is running that answers them.
    is_running: bool,
}

#[derive(Debug)]
struct QueuedLookup {
    network: IpAddr,
    /// Digests under the current pepper and the old one, which are equal if there is only one.
    digests: [KeyDigest; 2],
    sender: oneshot::Sender<LookupResult>,
}

impl ThrottledLookups {
    /// Number of statements that were sent to the database since the start.
    pub(crate) fn read_count(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    /// Looks a key up with the next batch.
    pub(crate) async fn look_up(
        self: &Arc<Self>,
        store: &Arc<dyn AuthenticatorPorts>,
        network: IpAddr,
        digests: [KeyDigest; 2],
    ) -> LookupResult {
        let (sender, receiver) = oneshot::channel();
        {
            let mut queue = self.queue();
            let of_network = queue
                .queued
                .iter()
                .filter(|lookup| lookup.network == network);
            if queue.queued.len() >= MAX_QUEUED || of_network.count() >= BATCH {
                return LookupResult::TooMany;
            }
            queue.queued.push(QueuedLookup {
                network,
                digests,
                sender,
            });
            if !queue.is_running {
                queue.is_running = true;
                // This is a separate task, so that a caller that disconnects does not cancel the
                // look-up for the others.
                tokio::spawn(Arc::clone(self).run_queue(Arc::clone(store)));
            }
        }
        receiver.await.unwrap_or(LookupResult::Unavailable)
    }

    /// Runs until no key is queued.
    async fn run_queue(self: Arc<Self>, store: Arc<dyn AuthenticatorPorts>) {
        loop {
            sleep(PAUSE).await;
            let batch: Vec<_> = {
                let mut queue = self.queue();
                if queue.queued.is_empty() {
                    queue.is_running = false;
                    return;
                }
                let length = queue.queued.len().min(BATCH);
                queue.queued.drain(..length).collect()
            };
            self.reads.fetch_add(1, Ordering::Relaxed);
            let digests: HashSet<_> = batch.iter().flat_map(|lookup| lookup.digests).collect();
            let digests: Vec<_> = digests.into_iter().collect();
            match store.known_digests(&digests).await {
                Ok(known_digests) => {
                    let known_digests: HashSet<_> = known_digests.into_iter().collect();
                    for lookup in batch {
                        let is_known = lookup
                            .digests
                            .iter()
                            .any(|digest| known_digests.contains(digest));
                        // A caller that has disconnected needs no answer.
                        let _ = lookup.sender.send(if is_known {
                            LookupResult::Known
                        } else {
                            LookupResult::Unknown
                        });
                    }
                }
                Err(error) => {
                    let error: &dyn std::error::Error = &error;
                    tracing::warn!(
                        error,
                        "keys from networks with too many failed attempts could not be looked up"
                    );
                    // The keys behind them would only wait for another failure.
                    let rest = std::mem::take(&mut self.queue().queued);
                    for lookup in batch.into_iter().chain(rest) {
                        let _ = lookup.sender.send(LookupResult::Unavailable);
                    }
                }
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // No code panics while it holds the lock.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
