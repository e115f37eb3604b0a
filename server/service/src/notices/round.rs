//! State of one round of sending notices: the turns of the accounts, and the failures.

use super::{MailError, MailFailure, NoticeError};
use domain::AccountId;
use std::collections::{BTreeSet, HashMap};

/// Notices of one account that are sent in a row, before the other accounts have their turn.
const MAX_PER_TURN: usize = 10;

/// Number of failures to reach the mail server after which all notices wait for the next round.
const MAX_UNREACHABLE: usize = 3;

/// Number of deferred mails of one account after which its other notices wait for the next round.
const MAX_DEFERRED: usize = 3;

/// The outcome of sending a notice.
pub(super) enum SendOutcome {
    Here,
    /// Another node sends it.
    Elsewhere,
    Rejected,
    Failed(MailError),
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
    pub(super) first_error: Option<MailError>,
}

impl Round {
    pub(super) fn may_send(&self, account: &AccountId) -> bool {
        let below =
            |counts: &HashMap<_, _>, max| counts.get(account).is_none_or(|count| *count < max);
        below(&self.turns, MAX_PER_TURN) && below(&self.deferred, MAX_DEFERRED)
    }

    /// Returns the accounts whose notices are not to be read now.
    pub(super) fn paused_accounts(&self) -> Vec<AccountId> {
        let accounts = self.turns.keys().chain(self.deferred.keys());
        let paused_accounts: BTreeSet<_> =
            accounts.filter(|account| !self.may_send(account)).collect();
        paused_accounts.into_iter().cloned().collect()
    }

    /// Gives every account another turn; `false` if no account has waited for one.
    pub(super) fn start_turn(&mut self) -> bool {
        let waited = self.turns.values().any(|count| *count >= MAX_PER_TURN);
        self.turns.clear();
        waited
    }

    /// Notes the outcome of a notice.
    ///
    /// # Errors
    /// No mail goes through.
    pub(super) fn note(
        &mut self,
        account: &AccountId,
        sent: SendOutcome,
    ) -> Result<(), NoticeError> {
        *self.turns.entry(account.clone()).or_default() += 1;
        let error = match sent {
            SendOutcome::Here => {
                self.sent += 1;
                return Ok(());
            }
            SendOutcome::Elsewhere | SendOutcome::Rejected => return Ok(()),
            SendOutcome::Failed(error) => error,
        };
        if error.failure == MailFailure::Unreachable {
            self.unreachable += 1;
        } else {
            *self.deferred.entry(account.clone()).or_default() += 1;
        }
        if self.unreachable >= MAX_UNREACHABLE {
            return Err(NoticeError::MailError(error));
        }
        self.first_error.get_or_insert(error);
        Ok(())
    }
}
