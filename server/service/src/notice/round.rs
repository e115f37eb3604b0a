//! The accounts that have had their turn, and the failures, during one look for notices.

use super::{MailFailure, NotSent, NoticeError};
use domain::AccountId;
use std::collections::{BTreeSet, HashMap};

/// Notices of one account that are sent in a row, before the other accounts have their turn.
const TURN: usize = 10;

/// When the mail server could not be reached so often, all notices wait for the next look.
const UNREACHABLE: usize = 3;

/// When so many mails of one account were put off, its other notices wait for the next look.
const DEFERRED: usize = 3;

/// The outcome of sending a notice.
pub(super) enum Sent {
    Here,
    /// Another node sends it.
    Elsewhere,
    Rejected,
    Failed(NotSent),
}

/// One look for notices: who had their turn, and what failed.
#[derive(Default)]
pub(super) struct Round {
    pub(super) sent: usize,
    /// Notices of each account in this turn.
    turns: HashMap<AccountId, usize>,
    /// Mails of each account that were put off since the look began.
    deferred: HashMap<AccountId, usize>,
    unreachable: usize,
    /// The first failure that may pass.
    pub(super) failed: Option<NotSent>,
}

impl Round {
    pub(super) fn may_send(&self, account: &AccountId) -> bool {
        let below =
            |counts: &HashMap<_, _>, most| counts.get(account).is_none_or(|count| *count < most);
        below(&self.turns, TURN) && below(&self.deferred, DEFERRED)
    }

    /// Accounts whose notices are not to be read now.
    pub(super) fn resting(&self) -> Vec<AccountId> {
        let known = self.turns.keys().chain(self.deferred.keys());
        let resting: BTreeSet<_> = known.filter(|account| !self.may_send(account)).collect();
        resting.into_iter().cloned().collect()
    }

    /// Gives every account another turn; `false` if none has waited for one.
    pub(super) fn begin_again(&mut self) -> bool {
        let waited = self.turns.values().any(|count| *count >= TURN);
        self.turns.clear();
        waited
    }

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
