//! The configured peppers of a process, and the progress of a change from one to the other.

use crate::key::{KeyDigest, PlainKey};
use crate::pepper::{Pepper, PepperId};
use crate::store::PepperNeed;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

/// Maximum number of keys pending for the next batch, which are re-hashed within a second. Further
/// keys are noted at their next use.
const MAX_PENDING: usize = 1_024;

/// The configured peppers of a process.
pub struct Peppers {
    current: Pepper,
    pub(crate) old: Option<OldPepper>,
}

pub(crate) struct OldPepper {
    pepper: Pepper,
    /// Whether the current pepper is the installation's.
    changed: AtomicBool,
    /// Whether nothing needs the old pepper any more.
    done: AtomicBool,
    /// New digests of keys that were used, by their old ones.
    pub(crate) pending: Mutex<HashMap<[u8; 32], KeyDigest>>,
    last_need: Mutex<PepperNeed>,
    pub(crate) batches: AtomicU32,
    pub(crate) empty_counts: AtomicU32,
}

impl From<Pepper> for Peppers {
    fn from(current: Pepper) -> Self {
        Self { current, old: None }
    }
}

impl Peppers {
    /// A pepper, and the one that it replaces.
    pub fn with_old(current: Pepper, old: Option<Pepper>) -> Self {
        let old = old.map(|pepper| OldPepper {
            pepper,
            changed: AtomicBool::new(false),
            done: AtomicBool::new(false),
            pending: Mutex::default(),
            last_need: Mutex::default(),
            batches: AtomicU32::new(0),
            empty_counts: AtomicU32::new(0),
        });
        Self { current, old }
    }

    pub(crate) fn current(&self) -> &Pepper {
        &self.current
    }

    /// Returns the old pepper, while it is accepted.
    pub(crate) fn old(&self) -> Option<&Pepper> {
        let old = self.old.as_ref()?;
        (!old.done.load(Ordering::Relaxed)).then_some(&old.pepper)
    }

    /// Returns the installation's pepper, which new keys are made with.
    pub(crate) fn installation_pepper(&self) -> &Pepper {
        match &self.old {
            Some(old) if !self.is_changed() => &old.pepper,
            _ => &self.current,
        }
    }

    /// Whether the current pepper is the installation's.
    pub(crate) fn is_changed(&self) -> bool {
        let changed = |old: &OldPepper| old.changed.load(Ordering::Relaxed);
        self.old.as_ref().is_none_or(changed)
    }

    /// Returns the peppers that a node registers with.
    pub(crate) fn accepted(&self) -> Vec<PepperId> {
        let all = [Some(&self.current), self.old()];
        all.into_iter().flatten().map(Pepper::id).collect()
    }

    /// Returns the digests that a key may be stored under; the same one twice if there is one
    /// pepper.
    pub(crate) fn digests(&self, digest: impl Fn(&Pepper) -> KeyDigest) -> [KeyDigest; 2] {
        let current = digest(&self.current);
        [current, self.old().map_or(current, digest)]
    }

    /// Returns the digests that this key may be stored under.
    pub(crate) fn digests_of(&self, secret: &PlainKey) -> [KeyDigest; 2] {
        self.digests(|pepper| secret.digest(pepper))
    }

    /// Notes that a key is stored under the old pepper. Never waits for the lock: the next use of
    /// the key notes it again.
    pub(crate) fn note_old(&self, [new, old]: [KeyDigest; 2], stored: &KeyDigest) {
        let Some(change) = &self.old else { return };
        if *stored == new || !self.is_changed() {
            return;
        }
        if let Ok(mut pending) = change.pending.try_lock()
            && pending.len() < MAX_PENDING
        {
            pending.insert(*old.as_bytes(), new);
        }
    }

    pub(crate) fn note_changed(&self) {
        if let Some(old) = &self.old {
            old.changed.store(true, Ordering::Relaxed);
        }
    }

    /// Stops accepting the old pepper.
    pub(crate) fn note_done(&self) {
        if let Some(old) = &self.old {
            old.done.store(true, Ordering::Relaxed);
        }
    }

    /// Returns what needed the old pepper when it was last counted; `None` if this process has no
    /// old pepper.
    pub(crate) fn need(&self) -> Option<PepperNeed> {
        let last_need = self.old.as_ref()?.last_need.lock();
        Some(*last_need.unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn note_need(&self, need: PepperNeed) {
        if let Some(old) = &self.old {
            *old.last_need.lock().unwrap_or_else(PoisonError::into_inner) = need;
        }
    }
}

impl std::fmt::Debug for Peppers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Peppers(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::OsRandom;

    fn with_old() -> (Peppers, [KeyDigest; 2]) {
        let [new, old] = [(); 2].map(|()| Pepper::generate(&OsRandom));
        let peppers = Peppers::with_old(new, Some(old));
        let secret = PlainKey::generate(&OsRandom);
        let digests = peppers.digests_of(&secret);
        (peppers, digests)
    }

    fn pending(peppers: &Peppers) -> usize {
        peppers.old.as_ref().unwrap().pending.lock().unwrap().len()
    }

    #[test]
    fn key_with_an_old_digest_is_queued_once_for_rehash_after_a_pepper_change() {
        let (peppers, digests) = with_old();
        let [new, old] = digests;
        peppers.note_old(digests, &old);
        assert_eq!(pending(&peppers), 0);
        peppers.note_changed();
        peppers.note_old(digests, &new);
        assert_eq!(pending(&peppers), 0);
        peppers.note_old(digests, &old);
        peppers.note_old(digests, &old);
        assert_eq!(pending(&peppers), 1);
    }

    #[test]
    fn queue_of_keys_to_rehash_is_bounded() {
        let (peppers, [new, _]) = with_old();
        peppers.note_changed();
        for number in 0..=MAX_PENDING {
            let mut old = [0; 32];
            old[..8].copy_from_slice(&number.to_le_bytes());
            let old = KeyDigest::from_bytes(old);
            peppers.note_old([new, old], &old);
        }
        assert_eq!(pending(&peppers), MAX_PENDING);
    }

    #[test]
    fn old_pepper_is_accepted_until_its_change_is_complete() {
        let (peppers, [new, old]) = with_old();
        assert_ne!(new, old);
        assert_eq!(peppers.accepted().len(), 2);
        peppers.note_changed();
        peppers.note_done();
        assert_eq!(peppers.accepted(), [peppers.current().id()]);
        let secret = PlainKey::generate(&OsRandom);
        let [one, other] = peppers.digests_of(&secret);
        assert_eq!(one, other);
    }
}
