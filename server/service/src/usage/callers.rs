//! The clients that call with one key.

use crate::origin::Source;
use crate::store::{Caller, KEPT_CALLERS};
use domain::{Outcome, Timestamp};

/// Callers that are not written yet: at most [`KEPT_CALLERS`] for each outcome, so that neither
/// many addresses nor invented names of programs take memory.
#[derive(Debug, Default)]
pub(super) struct Callers(pub(super) Vec<Caller>);

impl Callers {
    pub(super) fn note(&mut self, outcome: Outcome, at: Timestamp, source: Source<'_>) {
        let Self(callers) = self;
        let place = callers.iter().position(|caller| {
            caller.outcome == outcome && source.is_plainly(caller.ip, caller.user_agent.as_deref())
        });
        if let Some(place) = place {
            return callers[place].calls_again(at);
        }
        // The program's name as received may differ from its stored form.
        let client = source.client();
        let user_agent = client.user_agent().map(str::to_owned);
        let same = callers.iter_mut().find(|caller| {
            (caller.outcome, caller.ip) == (outcome, client.ip) && caller.user_agent == user_agent
        });
        if let Some(caller) = same {
            return caller.calls_again(at);
        }
        let caller = Caller {
            outcome,
            ip: client.ip,
            user_agent,
            first: at,
            last: at,
            calls: 1,
        };
        // The latest callers are kept: a new one replaces the one that called longest ago.
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
}

impl Caller {
    fn calls_again(&mut self, at: Timestamp) {
        self.first = at.min(self.first);
        self.last = at.max(self.last);
        self.calls += 1;
    }
}
