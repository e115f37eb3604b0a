//! Memory budget that large bodies share.
//!
//! A body of up to [`FREE_BYTES`] bytes needs no share. A larger one takes [`COPIES`] times its
//! length before it is read: all of it before the first byte if the request declares its length,
//! otherwise step by step as it arrives. The share is returned when the request has been answered.
//! A body for which there is too little memory is refused with 503, and nothing of it is kept.
//!
//! Two rules keep a sender from excluding the others, however many requests it sends:
//!
//! 1. An account may hold at most as much as is free after that. It therefore gets half of the
//!    memory if no other account sends, and some is always free for the next account.
//! 2. A sender may hold at most as much as its account may still take, so that one key leaves room
//!    for the others of its account.
//!
//! The memory that a body already holds does not count against it, so that a body that arrives in
//! pieces has as much room as one of declared length.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of a body that needs no share.
pub const FREE_BYTES: u64 = 64 * 1024;
/// Factor of a body's length: while it is read, its text and what was parsed from it are both in
/// memory.
pub const COPIES: u64 = 2;
/// Default budget in bytes.
pub const DEFAULT: u64 = 256 * 1024 * 1024;

/// Sender of a body.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sender {
    /// An account, or an address if no account is known.
    pub account: String,
    /// A key or a member of the account.
    pub name: String,
}

#[derive(Clone)]
pub struct Memory(Arc<Shared>);

struct Shared {
    total: u64,
    usage: Mutex<Usage>,
}

/// Memory that is in use. Accounts and senders without any are not listed.
#[derive(Default)]
struct Usage {
    bytes: u64,
    accounts: HashMap<String, u64>,
    senders: HashMap<Sender, u64>,
}

/// Memory of one request, which is returned when this value is dropped.
pub struct Share {
    memory: Memory,
    sender: Sender,
    bytes: u64,
}

/// Error if there is too little memory for this sender at the moment.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("too little memory is free for the body")]
pub struct NoRoom;

impl Memory {
    pub fn new(total: u64) -> Self {
        Self(Arc::new(Shared {
            total,
            usage: Mutex::default(),
        }))
    }

    /// Returns an empty share for a sender.
    pub fn share(&self, sender: Sender) -> Share {
        Share {
            memory: self.clone(),
            sender,
            bytes: 0,
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut Usage) -> T) -> T {
        change(&mut self.0.usage.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Share {
    /// Extends the share to `bytes`.
    ///
    /// # Errors
    /// [`NoRoom`]; the share is unchanged then.
    pub fn grow_to(&mut self, bytes: u64) -> Result<(), NoRoom> {
        let more = bytes.saturating_sub(self.bytes);
        if more == 0 {
            return Ok(());
        }
        let (total, sender) = (self.memory.0.total, &self.sender);
        self.memory.with(|usage| {
            let own = self.bytes;
            let by_account = usage.accounts.get(&sender.account).copied();
            let by_sender = usage.senders.get(sender).copied();
            // All three exclude this share.
            let free = total - (usage.bytes - own);
            let by_account = by_account.map_or(0, |bytes| bytes - own);
            let by_sender = by_sender.map_or(0, |bytes| bytes - own);
            // Most that the account may still take; the sender is limited to a part of it.
            let remaining = free.saturating_sub(by_account);
            if bytes > remaining.saturating_sub(by_sender) {
                return Err(NoRoom);
            }
            // Both rules hold, so the share grows.
            usage.bytes += more;
            *usage.accounts.entry(sender.account.clone()).or_default() += more;
            *usage.senders.entry(sender.clone()).or_default() += more;
            Ok(())
        })?;
        self.bytes = bytes;
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let Self { sender, bytes, .. } = self;
        self.memory.with(|usage| {
            usage.bytes -= *bytes;
            release(&mut usage.accounts, &sender.account, *bytes);
            release(&mut usage.senders, sender, *bytes);
        });
    }
}

fn release<K: std::hash::Hash + Eq>(usage: &mut HashMap<K, u64>, key: &K, bytes: u64) {
    if let Some(remaining) = usage.get_mut(key) {
        *remaining -= bytes;
        if *remaining == 0 {
            usage.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(account: &str, name: &str) -> Sender {
        Sender {
            account: account.to_owned(),
            name: name.to_owned(),
        }
    }

    /// Takes shares of `bytes` until this sender gets no more.
    fn fill(memory: &Memory, account: &str, name: &str, bytes: u64) -> Vec<Share> {
        let one = || {
            let mut share = memory.share(sender(account, name));
            share.grow_to(bytes).ok().map(|()| share)
        };
        std::iter::from_fn(one).collect()
    }

    #[test]
    fn body_may_use_all_memory_if_no_other_body_is_held() {
        let memory = Memory::new(100);
        let mut share = memory.share(sender("a", "1"));
        assert_eq!(share.grow_to(101), Err(NoRoom));
        assert_eq!(share.grow_to(100), Ok(()));
        drop(share);
        assert_eq!(fill(&memory, "b", "1", 100).len(), 1);
    }

    #[test]
    fn body_in_pieces_has_as_much_room_as_one_of_known_length() {
        let memory = Memory::new(100);
        let mut other = memory.share(sender("b", "1"));
        assert_eq!(other.grow_to(20), Ok(()));
        let mut known = memory.share(sender("a", "1"));
        assert_eq!(known.grow_to(81), Err(NoRoom));
        assert_eq!(known.grow_to(80), Ok(()));
        drop(known);
        let mut pieces = memory.share(sender("a", "1"));
        for bytes in (10..=80).step_by(10) {
            assert_eq!(pieces.grow_to(bytes), Ok(()), "{bytes}");
        }
        assert_eq!(pieces.grow_to(81), Err(NoRoom));
        // With another body of the same key, both count.
        drop(pieces);
        let mut first = memory.share(sender("a", "1"));
        assert_eq!(first.grow_to(20), Ok(()));
        let mut second = memory.share(sender("a", "1"));
        assert_eq!(second.grow_to(10), Ok(()));
        assert_eq!(second.grow_to(21), Err(NoRoom));
        assert_eq!(second.grow_to(20), Ok(()));
    }

    #[test]
    fn no_key_and_no_account_can_use_up_the_memory() {
        let memory = Memory::new(1_000);
        let mut open_shares = Vec::new();
        for account in ["a", "b", "c", "d"] {
            let mut account_shares = 0;
            for key in ["1", "2", "3"] {
                let shares = fill(&memory, account, key, 1);
                assert!(!shares.is_empty(), "{key} of {account} got nothing");
                account_shares += shares.len();
                open_shares.extend(shares);
            }
            let free = 1_000 - open_shares.len();
            assert!(
                account_shares <= free + 1,
                "{account} took {account_shares} of {free}"
            );
        }
        // An account that holds much gets no more, and one that holds nothing gets some.
        assert!(fill(&memory, "a", "1", 1).is_empty());
        assert!(!fill(&memory, "e", "1", 1).is_empty());
        drop(open_shares);
        memory.with(|usage| {
            assert_eq!(usage.bytes, 0);
            assert!(usage.accounts.is_empty() && usage.senders.is_empty());
        });
    }

    #[test]
    fn share_that_cannot_grow_is_unchanged() {
        let memory = Memory::new(100);
        let mut share = memory.share(sender("a", "1"));
        assert_eq!(share.grow_to(10), Ok(()));
        assert_eq!(share.grow_to(5), Ok(()));
        assert_eq!(share.grow_to(101), Err(NoRoom));
        memory.with(|usage| assert_eq!(usage.bytes, 10));
        assert_eq!(share.grow_to(20), Ok(()));
        drop(share);
        memory.with(|usage| assert_eq!(usage.bytes, 0));
    }
}
