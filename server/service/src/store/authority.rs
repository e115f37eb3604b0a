//! Authority that the transaction of a change reads again.

use super::{KeyRecord, MemberRecord, TokenDigest};
use crate::refusal::KeyRefusal;
use domain::{KeyId, Role, Scope, Timestamp};
use std::net::IpAddr;

/// The authority under which a change is made.
///
/// Authentication comes before the change, and the member or the key may lose access in between.
/// The transaction of the change therefore reads the actor again, under the lock that every change
/// of the account takes: the change commits before the access ends, or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authority {
    /// A live session of a member who is still active and still has this role.
    Session {
        digest: TokenDigest,
        role: Role,
        /// The session must have been seen after this time.
        idle_since: Timestamp,
    },
    /// An API key that is still usable from this address and still holds the scope, if the change
    /// needs one.
    Key {
        id: KeyId,
        scope: Option<Scope>,
        ip: IpAddr,
    },
    /// The change carries its own proof: it is a command of the operator, or the same transaction
    /// checks a one-time link, token or password.
    Inherent,
}

impl Authority {
    /// Checks that the actor may change a member with this role, or an invitation to it. The
    /// transaction of the change reads the role, and also has to check that the actor still has
    /// their own.
    ///
    /// # Errors
    /// [`Denial::MayNotManage`] if the actor may not, and for every key.
    pub const fn check_manages(&self, role: Role) -> Result<(), Denial> {
        match self {
            Self::Session { role: own, .. } if own.may_manage(role) => Ok(()),
            Self::Inherent => Ok(()),
            Self::Session { .. } | Self::Key { .. } => Err(Denial::MayNotManage),
        }
    }
}

/// Why the authority for a change no longer holds. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// The session has ended, or its member was deactivated.
    SignedOut,
    /// The member has another role now.
    RoleChanged,
    /// The member may not change a member with the role that the other one has now.
    MayNotManage,
    /// The key may no longer be used, or not from this address, or it has lost the scope.
    Key(KeyRefusal),
}

impl Denial {
    /// Checks a member by the row of their session, which is `None` if no active member has a live
    /// session.
    ///
    /// # Errors
    /// The reason why the member may not make the change.
    pub fn check_member(member: Option<&MemberRecord>, role: Role) -> Result<(), Self> {
        match member {
            None => Err(Self::SignedOut),
            Some(member) if member.role != role => Err(Self::RoleChanged),
            Some(_) => Ok(()),
        }
    }

    /// Checks a key by its row, at the time `at`.
    ///
    /// # Errors
    /// The reason why the key may not make the change.
    pub fn check_key(
        key: Option<&KeyRecord>,
        scope: Option<Scope>,
        ip: IpAddr,
        at: Timestamp,
    ) -> Result<(), Self> {
        let Some(key) = key else {
            return Err(Self::Key(KeyRefusal::Unknown));
        };
        let checked = KeyRefusal::check(&key.state(at), key.allow_list.as_ref(), ip);
        checked.map_err(Self::Key)?;
        match scope {
            Some(scope) if !key.scopes.contains(scope) => {
                Err(Self::Key(KeyRefusal::MissingScope(scope)))
            }
            _ => Ok(()),
        }
    }
}
