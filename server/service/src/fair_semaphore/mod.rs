//! A semaphore whose permits go to the accounts in turn, and within an account to its members and
//! keys in turn.
//!
//! Invariant: while a permit is free, no caller waits.
//!
//! 1. A caller that finds a free permit takes it.
//! 2. A returned permit goes to the caller that has waited for the longest, of an account that got
//!    none in this round. When all waiting accounts have got one, a new round begins. So a caller
//!    whose account has nothing else at work waits for at most one permit of each other account,
//!    however many callers of these accounts are waiting.
//! 3. Among the callers of one account, its members and keys have rounds of the same kind.
//! 4. The queue is bounded. A caller gets a place in it only if the places that its account and its
//!    key already have are together fewer than the free ones. So there is always a place for the
//!    next account.
//! 5. A caller that no longer waits loses its place. If it had got its permit already, the permit
//!    is given back.

use crate::store::Actor;
use domain::AccountId;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Places in the queue.
const QUEUE_CAPACITY: usize = 1_000;

/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct FairSemaphore(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    permits: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    free: usize,
    /// In the order of their arrival.
    queue: Vec<Waiter>,
    /// The accounts that got a permit in this round.
    served: HashSet<AccountId>,
    /// The members and keys that got one in the round of their account.
    served_actors: HashMap<AccountId, HashSet<Actor>>,
}

#[derive(Debug)]
struct Waiter {
    account: AccountId,
    actor: Actor,
    grant: oneshot::Sender<Permit>,
}

/// A permit. Dropping it returns it to the semaphore.
#[derive(Debug)]
pub struct Permit(Arc<Shared>);

/// The queue has no place for this caller at present.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many requests are waiting for their turn")]
pub struct QueueFull;

impl FairSemaphore {
    pub fn new(permits: usize) -> Self {
        let state = Mutex::new(State {
            free: permits,
            queue: Vec::new(),
            served: HashSet::new(),
            served_actors: HashMap::new(),
        });
        Self(Arc::new(Shared { permits, state }))
    }

    /// Number of callers in the queue.
    pub fn waiting(&self) -> usize {
        let mut state = self.0.lock();
        state.forget_cancelled();
        state.queue.len()
    }

    /// Waits for a permit.
    ///
    /// # Errors
    /// [`QueueFull`], without waiting.
    pub async fn acquire(&self, account: &AccountId, actor: &Actor) -> Result<Permit, QueueFull> {
        // A waiter leaves the queue with its permit, or because this future was dropped.
        self.enqueue(account, actor)?.await.map_err(|_| QueueFull)
    }

    /// Takes a free permit, or else a place in the queue.
    fn enqueue(
        &self,
        account: &AccountId,
        actor: &Actor,
    ) -> Result<oneshot::Receiver<Permit>, QueueFull> {
        let (grant, granted) = oneshot::channel();
        let mut state = self.0.lock();
        if state.free > 0 {
            state.free -= 1;
            state.note_served(account, actor);
            drop(state);
            drop(grant.send(Permit(Arc::clone(&self.0))));
            return Ok(granted);
        }
        state.forget_cancelled();
        if !state.has_room_for(account, actor) {
            return Err(QueueFull);
        }
        state.queue.push(Waiter {
            account: account.clone(),
            actor: actor.clone(),
            grant,
        });
        Ok(granted)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        let Some(next) = state.next() else {
            state.free += 1;
            if state.free == self.0.permits {
                state.served.clear();
                state.served_actors.clear();
            }
            return;
        };
        drop(state);
        // If the waiter has just been dropped, its permit is dropped here, and goes to the next
        // one.
        drop(next.grant.send(Self(Arc::clone(&self.0))));
    }
}

impl State {
    fn forget_cancelled(&mut self) {
        self.queue.retain(|waiter| !waiter.grant.is_closed());
    }

    fn has_room_for(&self, account: &AccountId, actor: &Actor) -> bool {
        let of_account = || {
            let queue = self.queue.iter();
            queue.filter(|waiter| waiter.account == *account)
        };
        let of_actor = of_account().filter(|waiter| waiter.actor == *actor);
        self.queue.len() + of_account().count() + of_actor.count() < QUEUE_CAPACITY
    }

    /// Removes the waiter whose turn it is from the queue.
    fn next(&mut self) -> Option<Waiter> {
        self.forget_cancelled();
        let Self {
            queue,
            served,
            served_actors,
            ..
        } = self;
        if queue.iter().all(|waiter| served.contains(&waiter.account)) {
            served.clear();
            served_actors
                .retain(|account, _| queue.iter().any(|waiter| waiter.account == *account));
        }
        let first = queue
            .iter()
            .find(|waiter| !served.contains(&waiter.account))?;
        let account = first.account.clone();
        let served_actors = served_actors.entry(account.clone()).or_default();
        let mut actors = queue.iter().filter(|waiter| waiter.account == account);
        if actors.all(|waiter| served_actors.contains(&waiter.actor)) {
            served_actors.clear();
        }
        let next = queue.iter().position(|waiter| {
            waiter.account == account && !served_actors.contains(&waiter.actor)
        })?;
        let next = queue.remove(next);
        self.note_served(&next.account, &next.actor);
        Some(next)
    }

    fn note_served(&mut self, account: &AccountId, actor: &Actor) {
        self.served.insert(account.clone());
        let actors = self.served_actors.entry(account.clone()).or_default();
        actors.insert(actor.clone());
    }
}

#[cfg(test)]
mod tests;
