//! Whose changes wait for each other.

use domain::AccountId;

/// What a change keeps other changes from while it lasts: all that it has read stays true until it is over.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Turn<'a> {
    /// Changes of one account, one after the other.
    #[expect(dead_code, reason = "SQLite has one writer, which is everybody's turn")]
    Account(&'a AccountId),
    /// Changes of what belongs to no account, one after the other.
    Installation,
}
