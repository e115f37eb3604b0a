//! Event streams: their bounds, and the reads of the database that they share.
//!
//! A member has at most `MAX_STREAMS_PER_MEMBER` streams: opening another one closes the oldest, so
//! that a stream whose browser has disappeared does not count forever. Streams of the same list
//! share one read of the database each second.

use domain::{AccountId, Failure, FirstCallView, KeyId, KeysPage, MemberId};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Interval between two reads of a list.
pub const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Maximum number of open streams on this server.
const MAX_STREAMS: usize = 500;

/// Maximum number of open streams of one member.
const MAX_STREAMS_PER_MEMBER: usize = 3;

/// All event streams of this server.
pub struct LiveStreams {
    slots: Arc<Semaphore>,
    members: Mutex<HashMap<MemberId, VecDeque<CancellationToken>>>,
    lists: Mutex<HashMap<SharedListKey, Weak<SharedList>>>,
}

impl Default for LiveStreams {
    fn default() -> Self {
        Self {
            slots: Arc::new(Semaphore::new(MAX_STREAMS)),
            members: Mutex::default(),
            lists: Mutex::default(),
        }
    }
}

/// Permit for one open stream. Dropping it makes room for another one.
pub struct StreamSlot {
    live_streams: Arc<LiveStreams>,
    member: MemberId,
    closed: CancellationToken,
    _permit: OwnedSemaphorePermit,
}

/// Key of a list: streams with equal keys show the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SharedListKey {
    pub account: AccountId,
    /// Address of the page, without parameters that do not affect the list.
    pub address: String,
    /// The key whose first call the page waits for.
    pub awaited: Option<KeyId>,
}

/// A list as it was read.
pub struct Snapshot {
    pub page: KeysPage,
    pub first_call: Option<FirstCallView>,
}

/// A list that has at least one stream, with its last result.
#[derive(Default)]
pub struct SharedList(tokio::sync::Mutex<Option<LastQuery>>);

struct LastQuery {
    started_at: Instant,
    snapshot: Result<Arc<Snapshot>, Failure>,
}

impl LiveStreams {
    /// Opens a stream of this member, and closes the member's oldest one if there are too many.
    ///
    /// Returns `None` if the server has too many streams.
    pub fn open(self: &Arc<Self>, member: MemberId) -> Option<StreamSlot> {
        let permit = Arc::clone(&self.slots).try_acquire_owned().ok()?;
        let closed = CancellationToken::new();
        let mut members = lock(&self.members);
        let streams = members.entry(member.clone()).or_default();
        streams.push_back(closed.clone());
        if streams.len() > MAX_STREAMS_PER_MEMBER
            && let Some(oldest) = streams.pop_front()
        {
            oldest.cancel();
        }
        drop(members);
        Some(StreamSlot {
            live_streams: Arc::clone(self),
            member,
            closed,
            _permit: permit,
        })
    }

    /// Returns the list, which other streams may share.
    pub fn list(&self, key: SharedListKey) -> Arc<SharedList> {
        let mut lists = lock(&self.lists);
        if let Some(list) = lists.get(&key).and_then(Weak::upgrade) {
            return list;
        }
        lists.retain(|_, list| list.strong_count() > 0);
        let list = Arc::default();
        lists.insert(key, Arc::downgrade(&list));
        list
    }
}

impl StreamSlot {
    /// Waits until a newer stream of the same member replaces this one.
    pub async fn closed(&self) {
        self.closed.cancelled().await;
    }
}

impl Drop for StreamSlot {
    fn drop(&mut self) {
        // Cancelling marks this stream's own token, by which it is removed below.
        self.closed.cancel();
        let mut members = lock(&self.live_streams.members);
        if let Some(streams) = members.get_mut(&self.member) {
            streams.retain(|stream| !stream.is_cancelled());
            if streams.is_empty() {
                members.remove(&self.member);
            }
        }
    }
}

impl SharedList {
    /// Returns the last result of the list if it was read at `since` or later.
    ///
    /// Otherwise `query` is run, and other streams of this list wait for its result. They share a
    /// failure as well.
    pub async fn poll(
        &self,
        since: Instant,
        query: impl Future<Output = Result<Snapshot, Failure>>,
    ) -> Result<Arc<Snapshot>, Failure> {
        let mut last = self.0.lock().await;
        if let Some(query) = &*last
            && query.started_at >= since
        {
            return query.snapshot.clone();
        }
        let started_at = Instant::now();
        let snapshot = query.await.map(Arc::new);
        last.insert(LastQuery {
            started_at,
            snapshot,
        })
        .snapshot
        .clone()
    }
}

/// Locks the mutex. Nothing panics while one of these locks is held.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;
    use futures::future::join_all;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn member(number: usize) -> MemberId {
        MemberId::parse(&format!("member-{number}")).unwrap()
    }

    fn is_closed(slot: &StreamSlot) -> bool {
        slot.closed().now_or_never().is_some()
    }

    #[test]
    fn fourth_stream_of_a_member_closes_the_oldest_one() {
        let live_streams = Arc::new(LiveStreams::default());
        let mut open: Vec<_> = (0..3)
            .map(|_| live_streams.open(member(1)).unwrap())
            .collect();
        let other = live_streams.open(member(2)).unwrap();
        open.push(live_streams.open(member(1)).unwrap());
        let closed: Vec<_> = open.iter().map(is_closed).collect();
        assert_eq!(closed, [true, false, false, false]);
        assert!(!is_closed(&other));
        // A stream that has ended makes room.
        drop(open.remove(0));
        drop(open.remove(0));
        open.push(live_streams.open(member(1)).unwrap());
        assert!(!open.iter().any(is_closed));
        drop((open, other));
        assert!(lock(&live_streams.members).is_empty());
    }

    #[test]
    fn streams_are_refused_when_the_server_has_too_many() {
        let live_streams = Arc::new(LiveStreams::default());
        let open: Vec<_> = (0..MAX_STREAMS)
            .map(|number| live_streams.open(member(number)))
            .collect();
        assert!(open.iter().all(Option::is_some));
        assert!(live_streams.open(member(MAX_STREAMS)).is_none());
        assert_eq!(lock(&live_streams.members).len(), MAX_STREAMS);
        drop(open);
        assert!(live_streams.open(member(0)).is_some());
        assert!(lock(&live_streams.members).is_empty());
    }

    #[tokio::test]
    async fn streams_of_the_same_list_share_one_query_and_its_failure() {
        let live_streams = Arc::new(LiveStreams::default());
        let key = |address: &str| SharedListKey {
            account: AccountId::parse("acme").unwrap(),
            address: address.to_owned(),
            awaited: None,
        };
        let lists: Vec<_> = (0..10).map(|_| live_streams.list(key("/keys"))).collect();
        let other = live_streams.list(key("/keys?q=feed"));
        let queries = AtomicU32::new(0);
        let since = Instant::now();
        let query = async |list: &Arc<SharedList>, since| {
            let query = async {
                queries.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                Err(Failure::Unavailable)
            };
            list.poll(since, query).await.err()
        };
        let snapshot = join_all(lists.iter().map(|list| query(list, since))).await;
        assert_eq!(snapshot, [const { Some(Failure::Unavailable) }; 10]);
        assert_eq!(queries.load(Ordering::Relaxed), 1);
        query(&other, since).await;
        assert_eq!(queries.load(Ordering::Relaxed), 2, "another list");
        // A stream that opens now must not show an older result.
        query(&lists[0], Instant::now()).await;
        assert_eq!(queries.load(Ordering::Relaxed), 3);
        drop((lists, other));
        live_streams.list(key("/keys?q=crm"));
        assert_eq!(
            lock(&live_streams.lists).len(),
            1,
            "lists without streams are forgotten"
        );
    }
}
