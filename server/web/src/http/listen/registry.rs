//! Registry of open connections, and the choice of those that give way to a new one (F2).

use super::Limits;
use super::capacity::Capacity;
use super::connection::{Connection, Wait};
use std::collections::{BinaryHeap, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout};

/// Share of the connections that is closed in one step, as a divisor.
///
/// The choice inspects each connection, so it has to make room for some of the next clients, too.
const SURPLUS_DIVISOR: usize = 100;
/// Time until the next attempt to accept if no file can be opened and no connection ends (F3).
const RETRY_PAUSE: Duration = Duration::from_millis(50);

/// The open connections.
pub struct Registry {
    max_connections: usize,
    patience: Duration,
    capacity: Arc<Capacity>,
    open: Mutex<OpenConnections>,
}

#[derive(Default)]
struct OpenConnections {
    next: u64,
    connections: HashMap<u64, Arc<Connection>>,
}

/// Entry of a connection in the registry, which is removed when this value is dropped.
pub struct Registration {
    registry: Arc<Registry>,
    id: u64,
    connection: Arc<Connection>,
}

impl Registration {
    pub fn connection(&self) -> Arc<Connection> {
        Arc::clone(&self.connection)
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.registry.with(|open| open.connections.remove(&self.id));
        self.registry.capacity.notify_if_wanted();
    }
}

impl Registry {
    pub fn new(limits: &Limits) -> Self {
        Self {
            max_connections: limits.connections,
            patience: limits.patience,
            capacity: Arc::new(Capacity::new(limits)),
            open: Mutex::default(),
        }
    }

    fn with<T>(&self, access: impl FnOnce(&mut OpenConnections) -> T) -> T {
        access(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn add(self: &Arc<Self>, peer: IpAddr) -> Registration {
        let connection = Arc::new(Connection::new(network(peer), Arc::clone(&self.capacity)));
        let id = self.with(|open| {
            open.next += 1;
            open.connections.insert(open.next, Arc::clone(&connection));
            open.next
        });
        Registration {
            registry: Arc::clone(self),
            id,
            connection,
        }
    }

    /// Waits until there is room for one more connection (B1).
    ///
    /// If there is none, connections whose clients keep the server waiting are closed. If there are
    /// none of those either, this waits until there is one or a connection ends.
    pub async fn make_room(&self) {
        self.capacity.set_wanted(true);
        while let Some(retry_at) = self.close_some() {
            tokio::select! {
                () = self.capacity.changed() => {}
                () = sleep_until(retry_at) => {}
            }
        }
        self.capacity.set_wanted(false);
    }

    pub fn has_room(&self) -> bool {
        self.with(|open| open.connections.len() < self.max_connections)
    }

    /// Closes one connection, since the process cannot open more files, and waits a moment for one
    /// to end (F3).
    pub async fn free_file_descriptor(&self) {
        self.capacity.set_wanted(true);
        self.with(|open| self.close(open, 1));
        let _ = timeout(RETRY_PAUSE, self.capacity.changed()).await;
        self.capacity.set_wanted(false);
    }

    /// Closes connections if there is no room.
    ///
    /// Returns `None` if there is room, and otherwise when to choose again if nothing happens
    /// before.
    fn close_some(&self) -> Option<Instant> {
        self.with(|open| {
            if open.connections.len() < self.max_connections {
                return None;
            }
            // Connections that are already closing will make room, so that a second choice does not
            // close more than necessary.
            let remaining = open
                .connections
                .values()
                .filter(|connection| !connection.is_closing());
            let surplus = (remaining.count() + 1).saturating_sub(self.max_connections);
            let number = if surplus > 0 {
                surplus + self.max_connections / SURPLUS_DIVISOR
            } else {
                0
            };
            Some(self.close(open, number))
        })
    }

    /// Closes up to `number` of the connections that may be closed (I1), and returns when to choose
    /// again.
    ///
    /// The network with the most connections loses first, and of its connections the one whose
    /// client has kept the server waiting for the longest.
    fn close(&self, open: &OpenConnections, number: usize) -> Instant {
        // 1. Of the connections whose delay has passed, collect those of each network, and note
        //    when the next delay passes.
        let now = Instant::now();
        let mut retry_at = now + self.patience;
        let mut counts = HashMap::<IpAddr, usize>::new();
        let mut slow = HashMap::<IpAddr, Vec<(Instant, &Connection)>>::new();
        for connection in open.connections.values() {
            if connection.is_closing() {
                continue;
            }
            *counts.entry(connection.network).or_default() += 1;
            // The delays of F2
            let (since, due) = match connection.wait() {
                None => continue,
                // The head of its first request may be on its way.
                Some(Wait::New(since)) => (since, since + self.patience / 4),
                Some(Wait::Idle(since)) => (since, since),
                Some(Wait::Exchange(since)) => (since, since + self.patience),
            };
            if due > now {
                retry_at = retry_at.min(due);
            } else {
                let candidates = slow.entry(connection.network).or_default();
                candidates.push((since, connection));
            }
        }
        // 2. Close one connection after another, always of the network that then has the most. The
        //    longest wait is at the end of each list.
        let count = |network: &IpAddr| (counts[network], *network);
        let mut networks: BinaryHeap<_> = slow.keys().map(count).collect();
        for candidates in slow.values_mut() {
            candidates.sort_unstable_by_key(|(since, _)| std::cmp::Reverse(*since));
        }
        for _ in 0..number {
            let Some((count, network)) = networks.pop() else {
                break;
            };
            let Some(candidates) = slow.get_mut(&network) else {
                break;
            };
            if let Some((_, connection)) = candidates.pop() {
                connection.close();
            }
            if !candidates.is_empty() {
                networks.push((count - 1, network));
            }
        }
        retry_at
    }
}

/// Returns the IPv4 address itself, or the first address of the IPv6 /64, which one client can have
/// alone.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_ipv6_network_count_together() {
        let network = |text: &str| network(text.parse().unwrap());
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:0:0:1"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }
}
