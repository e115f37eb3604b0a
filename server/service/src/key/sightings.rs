//! Where calls come from and what for, noted in memory and written in batches, so that checking a key never writes.

use crate::caller::CalledKey;
use crate::store::{Caller, KEPT_CALLERS, ScopeUses, Sighting};
use crate::{Client, KeyCaller, Service};
use dashmap::DashMap;
use domain::{Outcome, Scope, Timestamp};

/// What is not written yet: for each key that exists at most [`KEPT_CALLERS`] callers of each outcome, so that neither
/// many addresses nor invented names of programs take memory.
#[derive(Debug, Default)]
pub struct PendingSightings(DashMap<CalledKey, Seen>);

#[derive(Debug, Default)]
struct Seen {
    callers: Vec<Caller>,
    scope_uses: ScopeUses,
}

impl PendingSightings {
    pub(super) fn note(&self, key: &CalledKey, outcome: Outcome, at: Timestamp, client: &Client) {
        let mut seen = self.0.entry(key.clone()).or_default();
        let callers = &mut seen.callers;
        let same = callers.iter_mut().find(|caller| {
            caller.ip == client.ip
                && caller.outcome == outcome
                && caller.user_agent.as_deref() == client.user_agent()
        });
        if let Some(caller) = same {
            caller.first = at.min(caller.first);
            caller.last = at.max(caller.last);
            caller.calls += 1;
            return;
        }
        let caller = Caller {
            outcome,
            ip: client.ip,
            user_agent: client.user_agent().map(str::to_owned),
            first: at,
            last: at,
            calls: 1,
        };
        let alike = callers
            .iter_mut()
            .filter(|caller| caller.outcome == outcome);
        let (count, oldest) = alike.fold((0, None), |(count, oldest), caller| {
            let oldest = match oldest {
                Some(oldest) => {
                    std::cmp::min_by_key(oldest, caller, |caller: &&mut Caller| caller.last)
                }
                None => caller,
            };
            (count + 1, Some(oldest))
        });
        match oldest {
            Some(oldest) if count >= KEPT_CALLERS => *oldest = caller,
            _ => callers.push(caller),
        }
    }

    fn note_scope(&self, key: CalledKey, scope: Scope, at: Timestamp) {
        let mut seen = self.0.entry(key).or_default();
        seen.scope_uses.note(scope, at);
    }

    /// All there is, which is then no longer pending.
    pub(super) fn take(&self) -> Vec<Sighting> {
        let mut taken = Vec::new();
        self.0.retain(|key, seen| {
            let Seen {
                callers,
                scope_uses,
            } = std::mem::take(seen);
            taken.push(Sighting {
                account_id: key.account_id.clone(),
                key_id: key.key_id.clone(),
                callers,
                scope_uses,
            });
            false
        });
        taken
    }

    /// What could not be written is pending again, except where something came in meanwhile, which is the later.
    pub(super) fn put_back(&self, sightings: Vec<Sighting>) {
        for sighting in sightings {
            let key = CalledKey::new(sighting.account_id, sighting.key_id);
            let mut seen = self.0.entry(key).or_default();
            seen.scope_uses.merge(&sighting.scope_uses);
            if seen.callers.is_empty() {
                seen.callers = sighting.callers;
            }
        }
    }
}

impl Service {
    /// Notes that a call needed a permission, and had it.
    pub fn note_scope(&self, caller: &KeyCaller, scope: Scope) {
        let now = self.clock.now();
        self.sightings.note_scope(caller.called_key(), scope, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{AccountId, KeyId, Refusal};

    const REVOKED: Outcome = Outcome::Refused(Refusal::RevokedKey);

    fn key() -> CalledKey {
        CalledKey::new(AccountId::parse("a").unwrap(), KeyId::parse("k").unwrap())
    }

    fn note(pending: &PendingSightings, outcome: Outcome, tail: u8, agent: &str, at: i64) {
        let client = Client::new([203, 0, 113, tail].into(), Some(agent));
        pending.note(&key(), outcome, Timestamp::from_millis(at), &client);
    }

    #[test]
    fn calls_from_one_place_by_one_program_are_one_caller() {
        let pending = PendingSightings::default();
        note(&pending, Outcome::Accepted, 1, "curl", 20);
        note(&pending, Outcome::Accepted, 1, "curl", 10);
        note(&pending, Outcome::Accepted, 1, "wget", 20);
        note(&pending, Outcome::Accepted, 2, "curl", 20);
        note(&pending, REVOKED, 1, "curl", 20);
        let taken = pending.take();
        let [sighting] = taken.as_slice() else {
            panic!("{taken:?}")
        };
        let told = |caller: &Caller| (caller.first.millis(), caller.last.millis(), caller.calls);
        let told: Vec<_> = sighting.callers.iter().map(told).collect();
        assert_eq!(told, [(10, 20, 2), (20, 20, 1), (20, 20, 1), (20, 20, 1)]);
        assert_eq!(pending.take(), []);
    }

    #[test]
    fn invented_programs_take_no_memory_and_push_out_nobody_of_another_outcome() {
        let pending = PendingSightings::default();
        note(&pending, Outcome::Accepted, 1, "the feed", 0);
        for number in 0..10_000 {
            note(&pending, REVOKED, 7, &format!("program {number}"), number);
        }
        let callers = pending.take().remove(0).callers;
        assert_eq!(callers.len(), KEPT_CALLERS + 1);
        assert_eq!(callers[0].user_agent.as_deref(), Some("the feed"));
        let oldest = callers[1..].iter().map(|caller| caller.last.millis()).min();
        assert_eq!(oldest, Some(9_980), "the latest are kept");
    }

    #[test]
    fn what_could_not_be_written_is_pending_again() {
        let pending = PendingSightings::default();
        note(&pending, Outcome::Accepted, 1, "curl", 10);
        pending.note_scope(key(), Scope::LeadsRead, Timestamp::from_millis(10));
        let taken = pending.take();
        pending.put_back(taken.clone());
        assert_eq!(pending.take(), taken);
        note(&pending, Outcome::Accepted, 2, "curl", 20);
        pending.put_back(taken);
        let both = pending.take().remove(0);
        assert_eq!(both.callers.len(), 1);
        assert!(both.scope_uses.last(Scope::LeadsRead).is_some());
    }
}
