//! The node's heartbeat: regular polls for changes, which renew its lease.
//!
//! Comments cite the steps in [`super`].

use super::Node;
use super::registration::Registration;
use crate::error::Error;
use crate::store::{CHANGES_PER_PAGE, NodeId, StoreError};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Longest pause between two polls, in milliseconds.
pub const POLL_INTERVAL_MILLIS: u64 = 200;
/// A change by any other program is noticed within 250 ms, the pause and the poll.
const _: () = assert!(POLL_INTERVAL_MILLIS + 50 <= 250);
/// Time limit of one poll. Another one begins after it.
pub(super) const POLL_TIMEOUT: Duration = Duration::from_secs(1);
/// Interval of heartbeats while there are other nodes.
const HEARTBEAT_INTERVAL: Duration = Duration::from_millis(500);
/// Pause before a failed acknowledgement is tried again.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

impl Node {
    /// Makes this process not a node, so that writers do not wait for it or count it. Its own
    /// changes reach all nodes as usual. For commands, which change keys but serve no traffic; to
    /// be called before anything else.
    pub fn run_unregistered(&self) {
        self.heartbeat.detached.store(true, Ordering::Relaxed);
    }

    /// Polls once for changes, so that keys in memory may be used for a second.
    ///
    /// # Errors
    /// The database's. The lease is not withdrawn, and ends on time.
    pub async fn poll(&self) -> Result<(), Error> {
        let mut registration = self.heartbeat.registration.lock().await;
        self.poll_from(&mut registration).await?;
        Ok(())
    }

    /// W2: polls once, and withdraws the lease if that fails. Returns the node's registration and
    /// the last number that it has noted.
    pub(super) async fn poll_or_withdraw(&self) -> Option<Registration> {
        let mut registration = self.heartbeat.registration.lock().await;
        let poll = self.poll_from(&mut registration).await;
        if poll.is_err() {
            // Still under the lock: no other poll can grant a lease for what was noted before the
            // change.
            self.verdicts.withdraw();
        }
        poll.ok()
    }

    async fn poll_from(
        &self,
        registration: &mut Option<Registration>,
    ) -> Result<Registration, StoreError> {
        let poll = async {
            // L1, before anything is asked: a change that commits after this may be missing in the
            // answer.
            let began = self.clock.boot_micros();
            let registration = self.note_changes(registration).await?;
            // L5.
            self.verdicts.extend(began);
            self.heartbeat.published.send_if_modified(|published| {
                let differs = published.as_ref() != Some(&registration);
                *published = Some(registration.clone());
                differs
            });
            Ok(registration)
        };
        let late = |_| StoreError::Unavailable("the database did not answer in time".into());
        timeout(POLL_TIMEOUT, poll).await.map_err(late)?
    }

    /// L2 to L4. If this is cancelled, the next poll does the rest (F6).
    async fn note_changes(
        &self,
        current: &mut Option<Registration>,
    ) -> Result<Registration, StoreError> {
        loop {
            let registration = match current {
                Some(registration) => registration,
                None if self.heartbeat.is_unregistered() => {
                    return Err(StoreError::Unavailable("this node has left".into()));
                }
                None => current.insert(self.register().await?),
            };
            let changes = self
                .store
                .verdict_changes(&registration.id, registration.last_noted)
                .await?;
            let Some(changes) = changes else {
                // L3: marked as dead, or the database is older than it was (F11). Acknowledgements
                // of this node no longer count, so it begins again with nothing in memory.
                self.verdicts.withdraw();
                *current = None;
                continue;
            };
            // L4.
            if let (Some(first), Some(last)) = (changes.first(), changes.last()) {
                if first.number != registration.last_noted + 1 {
                    // F10.
                    self.verdicts.invalidate_all();
                }
                for change in &changes {
                    self.verdicts.note(&change.of);
                }
                registration.last_noted = last.number;
            }
            if changes.len() < CHANGES_PER_PAGE {
                return Ok(registration.clone());
            }
        }
    }

    /// L2.
    async fn register(&self) -> Result<Registration, StoreError> {
        let id = NodeId(hex::encode(crate::random::bytes::<16>(&*self.random)));
        let accepted = self.peppers.accepted();
        let last_noted = self.store.register_node(&id, &accepted).await?;
        let last_noted = last_noted.ok_or_else(|| {
            let reason = "the pepper of this installation was changed, and this node was not given the new one";
            StoreError::Unavailable(reason.into())
        })?;
        self.verdicts.invalidate_all();
        Ok(Registration { id, last_noted })
    }

    /// Renews the lease, acknowledges changes, watches the other nodes, and stores changes that are
    /// in force on this node alone. Before this runs and after it is dropped, each request reads
    /// the database.
    pub async fn heartbeat_forever(&self) {
        tokio::join!(
            self.poll_forever(),
            self.acknowledge_forever(),
            self.detect_dead_peers_forever()
        );
    }

    async fn poll_forever(&self) {
        let mut failing = false;
        loop {
            let poll = self.poll().await;
            if let Err(error) = &poll
                && !failing
            {
                let error: &dyn std::error::Error = error;
                tracing::warn!(
                    error,
                    "changes of API keys could not be read; until they can, each request reads the database"
                );
            }
            failing = poll.is_err();
            tokio::select! {
                () = sleep(Duration::from_millis(POLL_INTERVAL_MILLIS)) => {}
                () = self.store.change_hint() => {}
            }
        }
    }

    /// L6: a separate task, so that polls never wait for a write.
    async fn acknowledge_forever(&self) {
        let mut published = self.heartbeat.published.subscribe();
        // Registering has written the number already, but the first acknowledgement repeats it
        // once.
        let mut written: Option<Registration> = None;
        loop {
            let registration = published.borrow_and_update().clone();
            let has_no_peers = self.heartbeat.has_no_peers.load(Ordering::Relaxed);
            if let Some(registration) = registration
                && (!has_no_peers || written.as_ref() != Some(&registration))
            {
                let write = self
                    .store
                    .acknowledge(&registration.id, registration.last_noted);
                written = match timeout(POLL_TIMEOUT, write).await {
                    Ok(Ok(())) => Some(registration),
                    _ => None,
                };
            }
            let pause = if written.is_some() {
                HEARTBEAT_INTERVAL
            } else {
                RETRY_PAUSE
            };
            tokio::select! {
                () = sleep(pause) => {}
                _ = published.changed() => {}
            }
        }
    }

    /// Removes this node from the list, so that writers do not wait for it. From then on each of
    /// its requests reads the database. For the beginning of a shutdown, after
    /// [`Self::heartbeat_forever`] was dropped.
    pub async fn leave(&self) {
        let mut registration = self.heartbeat.registration.lock().await;
        // F12: a change that is still under way must not register this node again.
        self.run_unregistered();
        self.verdicts.withdraw();
        self.heartbeat.published.send_replace(None);
        if let Some(Registration { id, .. }) = registration.take()
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
