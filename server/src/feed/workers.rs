//! Threads that read feeds.
//!
//! Reading and checking a feed may take a good part of a second of processor time. On a thread that answers requests, it
//! would hold up everything else that this thread has to do, such as renewing the lease of this node. So it is done on
//! threads of its own, and on few of them: the rest of the processors answers.

use std::panic::resume_unwind;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

pub const DEFAULT_AT_ONCE: usize = 2;

/// Cheap to clone.
#[derive(Clone)]
pub struct Workers(Arc<Semaphore>);

/// The server is stopping, so the work was not begun.
#[derive(Debug, thiserror::Error)]
#[error("the server is stopping")]
pub struct Stopping;

impl Workers {
    pub fn new(at_once: usize) -> Self {
        Self(Arc::new(Semaphore::new(at_once)))
    }

    /// Does the work once a thread is free. Those that wait come first.
    ///
    /// # Errors
    /// [`Stopping`]
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Stopping> {
        let semaphore = Arc::clone(&self.0);
        let permit = semaphore.acquire_owned().await.map_err(|_| Stopping)?;
        let done = spawn_blocking(move || {
            // Kept to the end of the work even if its caller hangs up.
            let _permit = permit;
            work()
        });
        done.await.map_err(|ended| match ended.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_) => Stopping,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use tokio::sync::oneshot;

    /// On a runtime of one thread: if the work took that thread, nobody could ever end it.
    #[tokio::test(flavor = "current_thread")]
    async fn other_tasks_go_on_while_work_is_done() {
        let (signal, begun) = oneshot::channel();
        let (end, ended) = mpsc::channel();
        let workers = Workers::new(1);
        let work = workers.run(move || {
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
    async fn no_more_work_is_done_at_once_than_there_are_workers() {
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
                workers.run(work).await.unwrap();
            }));
            tokio::task::yield_now().await;
        }
        let mut first = [begun.recv().unwrap(), begun.recv().unwrap()];
        first.sort_unstable();
        assert_eq!(first, [0, 1]);
        assert!(begun.try_recv().is_err(), "a third one was begun");
        // The third one begins once one of them has ended.
        for end in &ends {
            end.send(()).unwrap();
        }
        for work in works {
            work.await.unwrap();
        }
        assert_eq!(begun.recv().unwrap(), 2);
    }

    #[tokio::test]
    async fn a_panic_of_the_work_is_one_of_its_caller() {
        let workers = Workers::new(1);
        let work = workers.clone();
        let caller = tokio::spawn(async move { work.run(|| panic!("bad feed")).await });
        assert!(caller.await.unwrap_err().is_panic());
        assert_eq!(workers.run(|| 1).await.unwrap(), 1, "its permit is back");
    }
}
