//! Whose changes wait for each other.

use domain::AccountId;

/// What a change keeps other changes from while it lasts: all that it has read stays true until it is over.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Turn<'a> {
    /// Changes of one account, one after the other.
    Account(&'a AccountId),
    /// Changes of the items of an account, one after the other. They wait for the turn of the account only once the items are
    /// stored.
    Feed(&'a AccountId),
    /// Changes of what belongs to no account, one after the other.
    Installation,
}
