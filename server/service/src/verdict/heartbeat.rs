//! The node's heartbeat: regular looks at what changed, which renew its lease.
//!
//! Comments cite the steps in [`super`].

use super::Node;
use crate::error::Error;
use crate::store::{CHANGES_PAGE, NodeId, StoreError};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{Mutex, watch};
use tokio::time::{sleep, timeout};

/// Longest pause between two looks, in milliseconds.
pub const BEAT_MILLIS: u64 = 200;
/// A change by any other program is noticed within 250 ms, the pause and the look.
const _: () = assert!(BEAT_MILLIS + 50 <= 250);
/// Time limit of one look. Another one begins after it.
pub(super) const LOOK: Duration = Duration::from_secs(1);
/// Interval of heartbeats while there are other nodes.
const SIGN_OF_LIFE: Duration = Duration::from_millis(500);
/// Pause before a failed acknowledgement is tried again.
const RETRY: Duration = Duration::from_millis(100);

/// The node's registration, and the number up to which it has noted every change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) id: NodeId,
    pub(super) seen: u64,
}

/// State of a node's looks, of which one runs at a time.
#[derive(Debug, Default)]
pub struct Heartbeat {
    /// `None` until the node is registered.
    place: Mutex<Option<Place>>,
    /// The same, published to the task that acknowledges (L6).
    told: watch::Sender<Option<Place>>,
    /// Whether no other node was registered when the peers were last watched.
    pub(super) alone: AtomicBool,
    /// Whether this process is not a node, or no longer one: it does not register, and uses no key
    /// in memory.
    aside: AtomicBool,
}

impl Heartbeat {
    pub(crate) fn id(&self) -> Option<NodeId> {
        self.told.borrow().as_ref().map(|place| place.id.clone())
    }

    pub(crate) fn is_without_node(&self) -> bool {
        self.aside.load(Ordering::Relaxed)
    }
}

impl Node {
    /// Makes this process not a node, so that writers do not wait for it or count it. Its own
    /// changes reach all nodes as usual. For commands, which change keys but serve no traffic; to
    /// be called before anything else.
    pub fn run_without_node(&self) {
        self.heartbeat.aside.store(true, Ordering::Relaxed);
    }

    /// Looks once for changes, so that keys in memory may be used for a second.
    ///
    /// # Errors
    /// The database's. The lease is not withdrawn and ends by itself.
    pub async fn look(&self) -> Result<(), Error> {
        let mut place = self.heartbeat.place.lock().await;
        self.look_from(&mut place).await?;
        Ok(())
    }

    /// W2: looks once, and withdraws the lease if that fails. Returns the node's registration and
    /// the last number that it has noted.
    pub(super) async fn look_or_withdraw(&self) -> Option<Place> {
        let mut place = self.heartbeat.place.lock().await;
        let looked = self.look_from(&mut place).await;
        if looked.is_err() {
            // Still under the lock: no other look can grant a lease for what was noted before the
            // change.
            self.verdicts.withdraw();
        }
        looked.ok()
    }

    async fn look_from(&self, place: &mut Option<Place>) -> Result<Place, StoreError> {
        let looked = async {
            // L1, before anything is asked: a change that commits after this may be missing in the
            // answer.
            let began = self.clock.boot_micros();
            let seen = self.note_changes(place).await?;
            // L5.
            self.verdicts.extend(began);
            self.heartbeat.told.send_if_modified(|told| {
                let differs = told.as_ref() != Some(&seen);
                *told = Some(seen.clone());
                differs
            });
            Ok(seen)
        };
        let late = |_| StoreError::Unavailable("the database did not answer in time".into());
        timeout(LOOK, looked).await.map_err(late)?
    }

    /// L2 to L4. If this is cancelled, the next look does the rest (F6).
    async fn note_changes(&self, known: &mut Option<Place>) -> Result<Place, StoreError> {
        loop {
            let place = match known {
                Some(place) => place,
                None if self.heartbeat.is_without_node() => {
                    return Err(StoreError::Unavailable("this node has left".into()));
                }
                None => known.insert(self.register().await?),
            };
            let changes = self.store.verdict_changes(&place.id, place.seen).await?;
            let Some(changes) = changes else {
                // L3: marked as dead, or the database is older than it was (F11). Acknowledgements
                // of this node no longer count, so it begins again with nothing in memory.
                self.verdicts.withdraw();
                *known = None;
                continue;
            };
            // L4.
            if let (Some(first), Some(last)) = (changes.first(), changes.last()) {
                if first.number != place.seen + 1 {
                    // F10.
                    self.verdicts.forget_all();
                }
                for change in &changes {
                    self.verdicts.note(&change.of);
                }
                place.seen = last.number;
            }
            if changes.len() < CHANGES_PAGE {
                return Ok(place.clone());
            }
        }
    }

    /// L2.
    async fn register(&self) -> Result<Place, StoreError> {
        let id = NodeId(hex::encode(crate::random::bytes::<16>(&*self.random)));
        let accepted = self.peppers.accepted();
        let seen = self.store.register_node(&id, &accepted).await?;
        let seen = seen.ok_or_else(|| {
            let why = "the pepper of this installation was changed, and this node was not given the new one";
            StoreError::Unavailable(why.into())
        })?;
        self.verdicts.forget_all();
        Ok(Place { id, seen })
    }

    /// Renews the lease, acknowledges changes, watches the other nodes, and stores changes that are
    /// in force on this node alone. Before this runs and after it is dropped, each request reads
    /// the database.
    pub async fn beat_forever(&self) {
        tokio::join!(
            self.look_forever(),
            self.acknowledge_forever(),
            self.detect_dead_peers_forever()
        );
    }

    async fn look_forever(&self) {
        let mut failing = false;
        loop {
            let looked = self.look().await;
            if let Err(error) = &looked
                && !failing
            {
                let error: &dyn std::error::Error = error;
                tracing::warn!(
                    error,
                    "changes of API keys could not be read; until they can, each request reads the database"
                );
            }
            failing = looked.is_err();
            tokio::select! {
                () = sleep(Duration::from_millis(BEAT_MILLIS)) => {}
                () = self.store.may_have_changed() => {}
            }
        }
    }

    /// L6: a separate task, so that looks never wait for a write.
    async fn acknowledge_forever(&self) {
        let mut told = self.heartbeat.told.subscribe();
        // Registering has written the number already, but the first acknowledgement repeats it
        // once.
        let mut written: Option<Place> = None;
        loop {
            let place = told.borrow_and_update().clone();
            let alone = self.heartbeat.alone.load(Ordering::Relaxed);
            if let Some(place) = place
                && (!alone || written.as_ref() != Some(&place))
            {
                let write = self.store.acknowledge(&place.id, place.seen);
                written = match timeout(LOOK, write).await {
                    Ok(Ok(())) => Some(place),
                    _ => None,
                };
            }
            let pause = if written.is_some() {
                SIGN_OF_LIFE
            } else {
                RETRY
            };
            tokio::select! {
                () = sleep(pause) => {}
                _ = told.changed() => {}
            }
        }
    }

    /// Removes this node from the list, so that writers do not wait for it. From then on each of
    /// its requests reads the database. For the beginning of a shutdown, after
    /// [`Self::beat_forever`] was dropped.
    pub async fn leave(&self) {
        let mut place = self.heartbeat.place.lock().await;
        // F12: a change that is still under way must not register this node again.
        self.run_without_node();
        self.verdicts.withdraw();
        self.heartbeat.told.send_replace(None);
        if let Some(Place { id, .. }) = place.take()
            && let Err(error) = self.store.remove_node(&id).await
        {
            let error: &dyn std::error::Error = &error;
            tracing::debug!(
                error,
                "this node could not be removed; other nodes wait for it until they expel it"
            );
        }
    }
}
