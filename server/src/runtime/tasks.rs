//! Background tasks of a server: started by name, and stopped stage by stage.

use futures::future::join_all;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Point of the shutdown at which a task is stopped, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShutdownStage {
    /// The signal to stop has arrived. The server still accepts requests.
    Announced,
    /// The listener is about to close, and the server to stop being a node.
    Leaving,
    /// The last request was answered.
    Drained,
}

/// How a task ends.
enum StopMode {
    /// It can be aborted at any time, since another node or the next start continues its work.
    Abort,
    /// It ends once the token is cancelled, and has this much time for it in [`Tasks::finish`].
    Finish(CancellationToken, Duration),
}

struct Task {
    name: &'static str,
    stage: ShutdownStage,
    stop: StopMode,
    handle: JoinHandle<()>,
}

#[derive(Default)]
pub struct Tasks(Vec<Task>);

impl Tasks {
    /// Starts a task that is aborted at `stage`.
    pub fn start(
        &mut self,
        name: &'static str,
        stage: ShutdownStage,
        task: impl Future<Output = ()> + Send + 'static,
    ) {
        self.push(name, stage, StopMode::Abort, tokio::spawn(task));
    }

    /// Starts a task that is asked to end at `stage`, by the token that it receives, and that may
    /// take `grace` for its end.
    pub fn start_until<T>(
        &mut self,
        name: &'static str,
        stage: ShutdownStage,
        grace: Duration,
        task: impl FnOnce(CancellationToken) -> T,
    ) where
        T: Future<Output = ()> + Send + 'static,
    {
        let token = CancellationToken::new();
        let handle = tokio::spawn(task(token.clone()));
        self.push(name, stage, StopMode::Finish(token, grace), handle);
    }

    fn push(
        &mut self,
        name: &'static str,
        stage: ShutdownStage,
        stop: StopMode,
        handle: JoinHandle<()>,
    ) {
        self.0.push(Task {
            name,
            stage,
            stop,
            handle,
        });
    }

    /// Stops the tasks of a stage: aborts them and waits for their end, or asks them to end.
    pub async fn stop(&mut self, stage: ShutdownStage) {
        for task in self.0.iter_mut().filter(|task| task.stage == stage) {
            match &task.stop {
                StopMode::Finish(token, _) => token.cancel(),
                StopMode::Abort => {
                    task.handle.abort();
                    let _ = (&mut task.handle).await;
                }
            }
        }
    }

    /// Waits at the same time for all tasks that were asked to end, and aborts those that take too
    /// long.
    pub async fn finish(self) {
        join_all(self.0.into_iter().map(Task::finish)).await;
    }
}

impl Task {
    async fn finish(mut self) {
        let StopMode::Finish(_, grace) = self.stop else {
            return;
        };
        if timeout(grace, &mut self.handle).await.is_err() {
            tracing::warn!(
                task = self.name,
                "a background task was aborted, since it took too long to end"
            );
            self.handle.abort();
            let _ = self.handle.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    /// Calls a function when it is dropped.
    struct OnDrop<F: FnMut()>(F);

    impl<F: FnMut()> Drop for OnDrop<F> {
        fn drop(&mut self) {
            (self.0)();
        }
    }

    #[tokio::test]
    async fn tasks_end_at_their_stage_and_those_that_take_too_long_are_aborted() {
        let events = Arc::new(Mutex::new(Vec::new()));
        let record = |event: &'static str| {
            let events = events.clone();
            move || events.lock().unwrap().push(event)
        };
        let mut tasks = Tasks::default();
        let flushed = record("flush ends by itself");
        let flush = async move |end: CancellationToken| {
            end.cancelled().await;
            flushed();
        };
        tasks.start_until(
            "flush",
            ShutdownStage::Drained,
            Duration::from_secs(60),
            flush,
        );
        let aborted = OnDrop(record("heartbeat is aborted"));
        tasks.start("heartbeat", ShutdownStage::Leaving, async move {
            let _aborted = aborted;
            std::future::pending::<()>().await;
        });
        let abandoned = OnDrop(record("mail is aborted"));
        let mail = async move |_| {
            let _abandoned = abandoned;
            std::future::pending::<()>().await;
        };
        tasks.start_until("mail", ShutdownStage::Announced, Duration::ZERO, mail);

        tasks.stop(ShutdownStage::Announced).await;
        assert_eq!(events.lock().unwrap().len(), 0);
        tasks.stop(ShutdownStage::Leaving).await;
        assert_eq!(*events.lock().unwrap(), ["heartbeat is aborted"]);
        tasks.stop(ShutdownStage::Drained).await;
        tasks.finish().await;
        let mut events = events.lock().unwrap().clone();
        events.sort_unstable();
        let expected = [
            "flush ends by itself",
            "heartbeat is aborted",
            "mail is aborted",
        ];
        assert_eq!(events, expected);
    }
}
