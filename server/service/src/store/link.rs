//! One-time links.

use super::TokenDigest;
use domain::{AccountId, AccountName, Email, MemberId, Role, Timestamp};

/// The purpose of a one-time link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Creates the installation's first account and its owner.
    FirstOwner,
    /// Creates a further account, whose name is fixed already, and its owner.
    NewAccount { name: AccountName },
    /// Sets a new password for a member.
    Reset { member: MemberId, email: Email },
    /// Lets a person join an account.
    Invitation {
        account: AccountId,
        account_name: AccountName,
        email: Email,
        role: Role,
        invited_by: MemberId,
    },
}

impl LinkPurpose {
    /// Text of the purpose in the database. A new link expires the older ones with the same text,
    /// which names the kind and the subject.
    pub fn replacement_key(&self) -> String {
        match self {
            Self::FirstOwner => "first-owner".to_owned(),
            Self::NewAccount { name } => format!("new-account:{name}"),
            Self::Reset { member, .. } => format!("reset:{member}"),
            Self::Invitation { account, email, .. } => format!("invitation:{account}:{email}"),
        }
    }
}

#[derive(Debug, Clone)]
pub struct NewLink {
    pub digest: TokenDigest,
    pub purpose: LinkPurpose,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}
