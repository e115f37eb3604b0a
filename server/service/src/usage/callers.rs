//! The clients that call with one key.

use crate::origin::RequestOrigin;
use crate::store::{Caller, MAX_CALLERS};
use domain::{Outcome, Timestamp};

/// Callers that are not written yet: at most [`MAX_CALLERS`] for each outcome, so that neither
/// many addresses nor invented names of programs take memory.
#[derive(Debug, Default)]
pub(super) struct Callers(pub(super) Vec<Caller>);

impl Callers {
    pub(super) fn note(&mut self, outcome: Outcome, at: Timestamp, source: RequestOrigin<'_>) {
        let Self(callers) = self;
        let index = callers.iter().position(|caller| {
            caller.outcome == outcome
                && source.matches_exactly(caller.ip, caller.user_agent.as_deref())
        });
        if let Some(index) = index {
            return callers[index].record_call(at);
        }
        // The program's name as received may differ from its stored form.
        let client = source.client();
        let user_agent = client.user_agent().map(str::to_owned);
        let existing = callers.iter_mut().find(|caller| {
            (caller.outcome, caller.ip) == (outcome, client.ip) && caller.user_agent == user_agent
        });
        if let Some(caller) = existing {
            return caller.record_call(at);
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
        let with_outcome = callers
            .iter_mut()
            .filter(|caller| caller.outcome == outcome);
        let (count, oldest) = with_outcome.fold((0, None), |(count, oldest), caller| {
            let oldest = match oldest {
                Some(oldest) => {
                    std::cmp::min_by_key(oldest, caller, |caller: &&mut Caller| caller.last)
                }
                None => caller,
            };
            (count + 1, Some(oldest))
        });
        match oldest {
            Some(oldest) if count >= MAX_CALLERS => *oldest = caller,
            _ => callers.push(caller),
        }
    }
}

impl Caller {
    fn record_call(&mut self, at: Timestamp) {
        self.first = at.min(self.first);
        self.last = at.max(self.last);
        self.calls += 1;
    }
}
