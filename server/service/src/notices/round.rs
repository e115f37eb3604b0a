//! State of one round of sending notices: the turns of the accounts, and the failures.

use super::{MailFailure, NotSent, NoticeError};
use domain::AccountId;
use std::collections::{BTreeSet, HashMap};

/// Notices of one account that are sent in a row, before the other accounts have their turn.
const TURN: usize = 10;

/// After so many failures to reach the mail server, all notices wait for the next round.
const UNREACHABLE: usize = 3;

/// After so many deferred mails of one account, its other notices wait for the next round.
const DEFERRED: usize = 3;

/// The outcome of sending a notice.
pub(super) enum Sent {
    Here,
    /// Another node sends it.
    Elsewhere,
    Rejected,
    Failed(NotSent),
}

/// One round: the accounts that have had their turn, and the failures.
#[derive(Default)]
pub(super) struct Round {
    pub(super) sent: usize,
    /// Notices of each account in this turn.
    turns: HashMap<AccountId, usize>,
    /// Deferred mails of each account since the round began.
    deferred: HashMap<AccountId, usize>,
    unreachable: usize,
    /// The first failure that may be temporary.
    pub(super) failed: Option<NotSent>,
}

impl Round {
    pub(super) fn may_send(&self, account: &AccountId) -> bool {
        let below =
            |counts: &HashMap<_, _>, most| counts.get(account).is_none_or(|count| *count < most);
        below(&self.turns, TURN) && below(&self.deferred, DEFERRED)
    }

    /// Returns the accounts whose notices are not to be read now.
    pub(super) fn resting(&self) -> Vec<AccountId> {
        let known = self.turns.keys().chain(self.deferred.keys());
        let resting: BTreeSet<_> = known.filter(|account| !self.may_send(account)).collect();
        resting.into_iter().cloned().collect()
    }

    /// Gives every account another turn; `false` if no account has waited for one.
    pub(super) fn begin_again(&mut self) -> bool {
        let waited = self.turns.values().any(|count| *count >= TURN);
        self.turns.clear();
        waited
    }

    /// Notes the outcome of a notice.
    ///
    /// # Errors
    /// No mail goes through.
    pub(super) fn note(&mut self, account: &AccountId, sent: Sent) -> Result<(), NoticeError> {
        *self.turns.entry(account.clone()).or_default() += 1;
        let error = match sent {
            Sent::Here => {
                self.sent += 1;
                return Ok(());
            }
            Sent::Elsewhere | Sent::Rejected => return Ok(()),
            Sent::Failed(error) => error,
        };
        if error.failure == MailFailure::Unreachable {
            self.unreachable += 1;
        } else {
            *self.deferred.entry(account.clone()).or_default() += 1;
        }
        if self.unreachable >= UNREACHABLE {
            return Err(NoticeError::NotSent(error));
        }
        self.failed.get_or_insert(error);
        Ok(())
    }
}
