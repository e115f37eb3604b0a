//! Event streams: their bounds, and the reads of the database that they share.
//!
//! A member has at most [`MOST_OF_MEMBER`] streams: opening another one closes the oldest, so that
//! a stream whose browser vanished does not count forever. Streams of the same list share one read
//! of the database each second.

use domain::{AccountId, Failure, FirstCall, KeyId, KeysPage, MemberId};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Interval between two reads of a list.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Maximum number of open streams on this server.
const MOST: usize = 500;

/// Maximum number of open streams of one member.
const MOST_OF_MEMBER: usize = 3;

/// All event streams of this server.
pub(crate) struct Watching {
    places: Arc<Semaphore>,
    members: Mutex<HashMap<MemberId, VecDeque<CancellationToken>>>,
    lists: Mutex<HashMap<ListKey, Weak<List>>>,
}

impl Default for Watching {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(MOST)),
            members: Mutex::default(),
            lists: Mutex::default(),
        }
    }
}

/// Permit for one open stream. Dropping it makes room for another one.
pub(super) struct Place {
    watching: Arc<Watching>,
    member: MemberId,
    closed: CancellationToken,
    _permit: OwnedSemaphorePermit,
}

/// Key of a list: streams with equal keys show the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct ListKey {
    pub account: AccountId,
    /// Address of the page, without parameters that do not affect the list.
    pub address: String,
    /// The key whose first call the page waits for.
    pub awaited: Option<KeyId>,
}

/// A list as it was read.
pub(super) struct Seen {
    pub page: KeysPage,
    pub first_call: Option<FirstCall>,
}

/// A list that has at least one stream, with its last result.
#[derive(Default)]
pub(super) struct List(tokio::sync::Mutex<Option<Look>>);

struct Look {
    began: Instant,
    seen: Result<Arc<Seen>, Failure>,
}

impl Watching {
    /// Opens a stream of this member, and closes the member's oldest one if there are too many.
    ///
    /// Returns `None` if the server has too many streams.
    pub(super) fn open(self: &Arc<Self>, member: MemberId) -> Option<Place> {
        let permit = Arc::clone(&self.places).try_acquire_owned().ok()?;
        let closed = CancellationToken::new();
        let mut members = lock(&self.members);
        let streams = members.entry(member.clone()).or_default();
        streams.push_back(closed.clone());
        if streams.len() > MOST_OF_MEMBER
            && let Some(oldest) = streams.pop_front()
        {
            oldest.cancel();
        }
        drop(members);
        Some(Place {
            watching: Arc::clone(self),
            member,
            closed,
            _permit: permit,
        })
    }

    /// Returns the list, which other streams may share.
    pub(super) fn list(&self, key: ListKey) -> Arc<List> {
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

impl Place {
    /// Waits until a newer stream of the same member replaces this one.
    pub(super) async fn closed(&self) {
        self.closed.cancelled().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Cancelling marks this stream's own token, by which it is removed below.
        self.closed.cancel();
        let mut members = lock(&self.watching.members);
        if let Some(streams) = members.get_mut(&self.member) {
            streams.retain(|stream| !stream.is_cancelled());
            if streams.is_empty() {
                members.remove(&self.member);
            }
        }
    }
}

impl List {
    /// Returns the list as read at `since` or later.
    ///
    /// If there is no such result, `look` is run, and other streams of this list wait for its
    /// result. They share a failure as well.
    pub(super) async fn seen(
        &self,
        since: Instant,
        look: impl Future<Output = Result<Seen, Failure>>,
    ) -> Result<Arc<Seen>, Failure> {
        let mut last = self.0.lock().await;
        if let Some(look) = &*last
            && look.began >= since
        {
            return look.seen.clone();
        }
        let began = Instant::now();
        let seen = look.await.map(Arc::new);
        last.insert(Look { began, seen }).seen.clone()
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

    fn is_closed(place: &Place) -> bool {
        place.closed().now_or_never().is_some()
    }

    #[test]
    fn fourth_stream_of_a_member_closes_the_oldest_one() {
        let watching = Arc::new(Watching::default());
        let mut open: Vec<_> = (0..3).map(|_| watching.open(member(1)).unwrap()).collect();
        let other = watching.open(member(2)).unwrap();
        open.push(watching.open(member(1)).unwrap());
        let closed: Vec<_> = open.iter().map(is_closed).collect();
        assert_eq!(closed, [true, false, false, false]);
        assert!(!is_closed(&other));
        // A stream that ended by itself makes room.
        drop(open.remove(0));
        drop(open.remove(0));
        open.push(watching.open(member(1)).unwrap());
        assert!(!open.iter().any(is_closed));
        drop((open, other));
        assert!(lock(&watching.members).is_empty());
    }

    #[test]
    fn streams_are_refused_when_the_server_has_too_many() {
        let watching = Arc::new(Watching::default());
        let open: Vec<_> = (0..MOST)
            .map(|number| watching.open(member(number)))
            .collect();
        assert!(open.iter().all(Option::is_some));
        assert!(watching.open(member(MOST)).is_none());
        assert_eq!(lock(&watching.members).len(), MOST);
        drop(open);
        assert!(watching.open(member(0)).is_some());
        assert!(lock(&watching.members).is_empty());
    }

    #[tokio::test]
    async fn streams_of_the_same_list_share_one_query_and_its_failure() {
        let watching = Arc::new(Watching::default());
        let key = |address: &str| ListKey {
            account: AccountId::parse("acme").unwrap(),
            address: address.to_owned(),
            awaited: None,
        };
        let lists: Vec<_> = (0..10).map(|_| watching.list(key("/keys"))).collect();
        let other = watching.list(key("/keys?q=feed"));
        let looks = AtomicU32::new(0);
        let since = Instant::now();
        let look = async |list: &Arc<List>, since| {
            let look = async {
                looks.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                Err(Failure::Unavailable)
            };
            list.seen(since, look).await.err()
        };
        let seen = join_all(lists.iter().map(|list| look(list, since))).await;
        assert_eq!(seen, [const { Some(Failure::Unavailable) }; 10]);
        assert_eq!(looks.load(Ordering::Relaxed), 1);
        look(&other, since).await;
        assert_eq!(looks.load(Ordering::Relaxed), 2, "another list");
        // A stream that opens now must not show an older result.
        look(&lists[0], Instant::now()).await;
        assert_eq!(looks.load(Ordering::Relaxed), 3);
        drop((lists, other));
        watching.list(key("/keys?q=crm"));
        assert_eq!(
            lock(&watching.lists).len(),
            1,
            "lists without streams are forgotten"
        );
    }
}
