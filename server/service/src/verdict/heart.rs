//! Looking at what changed, again and again: it is what the lease lives on.

use crate::store::{CHANGES_PAGE, NodeId, StoreError};
use crate::{Error, Service};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{Mutex, watch};
use tokio::time::{sleep, timeout};

/// How long the pause between two looks is at most.
pub const BEAT_MILLIS: u64 = 200;
/// What any other program wrote is noticed within 250 ms: after a pause, and a look.
const _: () = assert!(BEAT_MILLIS + 50 <= 250);
/// As long as it may take until a look is given up. Another one begins then.
pub(super) const LOOK: Duration = Duration::from_secs(1);
/// How often a node that is not alone says that it lives.
const SIGN_OF_LIFE: Duration = Duration::from_millis(500);
/// How soon an acknowledgement that could not be written is tried again.
const RETRY: Duration = Duration::from_millis(100);

/// What a node is registered as, and the number up to which it has noted every change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) id: NodeId,
    pub(super) seen: u64,
}

/// A node's looks, one at a time.
#[derive(Debug, Default)]
pub struct Heart {
    /// `None` until it is registered.
    place: Mutex<Option<Place>>,
    /// The same, for the acknowledgements.
    told: watch::Sender<Option<Place>>,
    pub(super) alone: AtomicBool,
    /// This is not a node, or not any more: it is not registered, and uses no key in memory.
    aside: AtomicBool,
}

impl Heart {
    pub(crate) fn id(&self) -> Option<NodeId> {
        self.told.borrow().as_ref().map(|place| place.id.clone())
    }

    pub(crate) fn is_aside(&self) -> bool {
        self.aside.load(Ordering::Relaxed)
    }
}

impl Service {
    /// Makes this no node: nobody waits for it or counts it, and it answers no call. Its changes reach all others as ever.
    /// For a command, before anything else.
    pub fn stand_aside(&self) {
        self.heart.aside.store(true, Ordering::Relaxed);
    }

    /// Looks once what changed, so that keys in memory may be used for a second.
    ///
    /// # Errors
    /// The database's; then the lease runs out by itself.
    pub async fn look(&self) -> Result<(), Error> {
        let mut place = self.heart.place.lock().await;
        self.look_from(&mut place).await?;
        Ok(())
    }

    /// The same, and where that is not possible, nothing in memory is used any more. Gives what this node is and has seen.
    pub(super) async fn look_or_withdraw(&self) -> Option<Place> {
        let mut place = self.heart.place.lock().await;
        let looked = self.look_from(&mut place).await;
        if looked.is_err() {
            // While nobody else looks, who might give a lease for what was seen before.
            self.verdicts.withdraw();
        }
        looked.ok()
    }

    async fn look_from(&self, place: &mut Option<Place>) -> Result<Place, StoreError> {
        let looked = async {
            // Before anything is asked: what commits from here on need not be in the answer.
            let began = self.boot_micros();
            let seen = self.note_changes(place).await?;
            self.verdicts.extend(began);
            self.heart.told.send_if_modified(|told| {
                let differs = told.as_ref() != Some(&seen);
                *told = Some(seen.clone());
                differs
            });
            Ok(seen)
        };
        let late = |_| StoreError::Unavailable("the database did not answer in time".into());
        timeout(LOOK, looked).await.map_err(late)?
    }

    /// Whatever is left undone when this is given up is done by the next: a change that is noted twice is noted.
    async fn note_changes(&self, known: &mut Option<Place>) -> Result<Place, StoreError> {
        loop {
            let place = match known {
                Some(place) => place,
                None if self.heart.is_aside() => {
                    return Err(StoreError::Unavailable("this node has left".into()));
                }
                None => known.insert(self.register().await?),
            };
            let changes = self.store.verdict_changes(&place.id, place.seen).await?;
            let Some(changes) = changes else {
                // Taken for dead, or at a database that is an older one than it was: nobody waits for it any more, so
                // it begins anew.
                self.verdicts.withdraw();
                *known = None;
                continue;
            };
            if let (Some(first), Some(last)) = (changes.first(), changes.last()) {
                if first.number != place.seen + 1 {
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

    /// In microseconds, by a clock that is never set and goes on while the machine sleeps.
    pub(crate) fn boot_micros(&self) -> u64 {
        u64::try_from(self.clock.since_boot().as_micros()).unwrap_or(u64::MAX)
    }

    /// Keeps the keys in memory usable for as long as it runs, and this node in touch with others. Until it is run, and
    /// from then on when it is dropped, each request reads the database.
    pub async fn beat_for_ever(&self) {
        tokio::join!(
            self.look_for_ever(),
            self.acknowledge_for_ever(),
            self.watch_others_for_ever(),
            self.store_stops_for_ever()
        );
    }

    async fn look_for_ever(&self) {
        let mut failing = false;
        loop {
            let looked = self.look().await;
            if let Err(error) = &looked
                && !failing
            {
                let error: &dyn std::error::Error = error;
                tracing::warn!(
                    error,
                    "what changed of API keys cannot be read; until it can, each request asks the database"
                );
            }
            failing = looked.is_err();
            tokio::select! {
                () = sleep(Duration::from_millis(BEAT_MILLIS)) => {}
                () = self.store.may_have_changed() => {}
            }
        }
    }

    /// Apart from the looks, which never wait for a write.
    async fn acknowledge_for_ever(&self) {
        let mut told = self.heart.told.subscribe();
        // What a registration wrote need not be written again.
        let mut written: Option<Place> = None;
        loop {
            let place = told.borrow_and_update().clone();
            let alone = self.heart.alone.load(Ordering::Relaxed);
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

    /// Takes this node out of the list of nodes, so that the others do not wait for it. From then on each of its requests
    /// reads the database. For the beginning of the end, with [`Self::beat_for_ever`] dropped.
    pub async fn leave(&self) {
        let mut place = self.heart.place.lock().await;
        // A change that is still under way must not register this node once more.
        self.stand_aside();
        self.verdicts.withdraw();
        self.heart.told.send_replace(None);
        if let Some(Place { id, .. }) = place.take()
            && let Err(error) = self.store.remove_node(&id).await
        {
            let error: &dyn std::error::Error = &error;
            tracing::debug!(
                error,
                "others wait for this node until they take it for dead"
            );
        }
    }
}
