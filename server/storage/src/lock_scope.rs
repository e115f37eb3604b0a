//! Lock scopes: which changes wait for each other.

use domain::AccountId;

/// Scope of the lock that a change holds until it ends. Whatever it has read in this scope stays
/// true until then.
#[derive(Debug, Clone, Copy)]
pub(crate) enum LockScope<'a> {
    /// Changes of one account, one after another.
    Account(&'a AccountId),
    /// Changes of an account's items, one after another. They take the account's lock only once the
    /// items are stored.
    Feed(&'a AccountId),
    /// Changes of data that belongs to no account, one after another.
    Installation,
}
