//! Thread pool for reading feeds.
//!
//! Reading and checking a feed can take a good part of a second of processor time. On a thread that
//! answers requests, this would delay everything else on that thread, such as renewing the lease of
//! this node. So the work runs on blocking threads, of which only a few are used concurrently: the
//! other processors keep answering requests. Accounts take turns with their feeds, and so do the
//! keys and members of one account ([`service::fair_semaphore`]).

use domain::AccountId;
use service::fair_semaphore::{FairSemaphore, QueueFull};
use service::refusal::Refusal;
use service::store::Actor;
use std::panic::resume_unwind;
use tokio::task::spawn_blocking;

pub const DEFAULT_AT_ONCE: usize = 2;

/// Limit of the feeds that are read concurrently. A clone shares the limit.
#[derive(Clone)]
pub struct Workers(FairSemaphore);

/// The reason why the work was not started.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    #[error(transparent)]
    QueueFull(#[from] QueueFull),
    #[error("the server is stopping")]
    Stopping,
}

impl Workers {
    pub fn new(at_once: usize) -> Self {
        Self(FairSemaphore::new(at_once))
    }

    /// Number of feeds that wait for a thread.
    pub fn waiting(&self) -> usize {
        self.0.waiting()
    }

    /// Does the work once a thread is free and it is the turn of the sender.
    ///
    /// # Errors
    /// [`WorkerError`]
    pub async fn run<T: Send + 'static>(
        &self,
        account: &AccountId,
        sender: &Actor,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, WorkerError> {
        let permit = self.0.acquire(account, sender).await?;
        let task = spawn_blocking(move || {
            // The permit is held to the end of the work, even if the caller disconnects.
            let _permit = permit;
            work()
        });
        task.await.map_err(|error| match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_) => WorkerError::Stopping,
        })
    }
}

impl From<WorkerError> for Refusal {
    fn from(reason: WorkerError) -> Self {
        match reason {
            WorkerError::QueueFull(_) => Self::TooManyFeeds,
            WorkerError::Stopping => Self::Unavailable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use tokio::sync::oneshot;

    fn account() -> AccountId {
        AccountId::parse("account").unwrap()
    }

    /// The test has a single-threaded runtime: if the work occupied that thread, no task could end
    /// the work.
    #[tokio::test(flavor = "current_thread")]
    async fn other_tasks_run_while_a_worker_is_busy() {
        let (signal, begun) = oneshot::channel();
        let (end, ended) = mpsc::channel();
        let (workers, account) = (Workers::new(1), account());
        let work = workers.run(&account, &Actor::System, move || {
            signal.send(()).unwrap();
            ended.recv().unwrap()
        });
        let others = async {
            begun.await.unwrap();
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            end.send("done").unwrap();
        };
        let (done, ()) = tokio::join!(work, others);
        assert_eq!(done.unwrap(), "done");
    }

    #[tokio::test]
    async fn concurrent_work_is_limited_to_the_number_of_workers() {
        let workers = Workers::new(2);
        let (signal, begun) = mpsc::channel();
        let mut ends = Vec::new();
        let mut works = Vec::new();
        for number in 0..3 {
            let (end, ended) = mpsc::channel::<()>();
            let signal = signal.clone();
            let workers = workers.clone();
            ends.push(end);
            works.push(tokio::spawn(async move {
                let work = move || {
                    signal.send(number).unwrap();
                    ended.recv().unwrap();
                };
                workers.run(&account(), &Actor::System, work).await.unwrap();
            }));
            tokio::task::yield_now().await;
        }
        let mut first = [begun.recv().unwrap(), begun.recv().unwrap()];
        first.sort_unstable();
        assert_eq!(first, [0, 1]);
        assert!(begun.try_recv().is_err(), "a third one was begun");
        // The third one begins once one of the others has ended.
        for end in &ends {
            end.send(()).unwrap();
        }
        for work in works {
            work.await.unwrap();
        }
        assert_eq!(begun.recv().unwrap(), 2);
    }

    #[tokio::test]
    async fn panic_in_the_work_reaches_its_caller_and_frees_the_worker() {
        let workers = Workers::new(1);
        let work = workers.clone();
        let caller = tokio::spawn(async move {
            let bad = || panic!("bad feed");
            work.run(&account(), &Actor::System, bad).await
        });
        assert!(caller.await.unwrap_err().is_panic());
        let next = workers.run(&account(), &Actor::System, || 1).await;
        assert_eq!(next.unwrap(), 1, "its permit is back");
    }
}
