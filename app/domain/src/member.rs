//! Members, their roles and their account.

use crate::text::{InvalidValue, line, serde_by_parse};
use crate::{AccountId, Email, MemberId};
use serde::{Deserialize, Serialize};

/// Role of a member: what they may do in the console.
///
/// # Examples
/// ```
/// use domain::Role;
/// assert_eq!(Role::parse("admin"), Some(Role::Admin));
/// assert!(Role::Admin.may_manage_keys());
/// assert!(!Role::Admin.may_manage(Role::Owner));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Owner,
    Admin,
    /// Has read access only.
    Viewer,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Owner, Self::Admin, Self::Viewer];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Viewer => "viewer",
        }
    }

    pub fn parse(raw: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == raw)
    }

    /// Label on the page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Admin => "Admin",
            Self::Viewer => "Viewer",
        }
    }

    /// Description for the member who assigns the role.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Owner => "Full access, including managing owners.",
            Self::Admin => "Full access, except managing owners.",
            Self::Viewer => "Read-only access.",
        }
    }

    /// Returns whether this role may invite, change and deactivate members with the role `other`.
    pub const fn may_manage(self, other: Self) -> bool {
        match self {
            Self::Owner => true,
            Self::Admin => !matches!(other, Self::Owner),
            Self::Viewer => false,
        }
    }

    /// Returns whether this role may create and revoke API keys.
    pub const fn may_manage_keys(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }

    /// Returns whether this role may use the emergency controls, which stop the creation of keys or
    /// revoke all of them.
    pub const fn may_use_emergency_controls(self) -> bool {
        matches!(self, Self::Owner)
    }

    /// Returns whether this role may change the account's settings.
    pub const fn may_manage_account(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }
}

/// Name of the customer: 1 to 64 characters.
///
/// # Examples
/// ```
/// use domain::AccountName;
/// assert_eq!(AccountName::parse(" Ada  Cars ").unwrap().as_str(), "Ada Cars");
/// assert!(AccountName::parse("").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountName(String);

impl AccountName {
    /// Trims the text and collapses inner white space to single spaces.
    ///
    /// # Errors
    /// The text is empty or too long, or contains invisible or control characters.
    pub fn parse(raw: &str) -> Result<Self, InvalidValue> {
        line(
            raw,
            64,
            "Enter your company or team name.",
            "Use at most 64 characters.",
            "Remove hidden characters.",
        )
        .map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

serde_by_parse!(AccountName);

/// The signed-in member, for the frame of every console page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberView {
    pub id: MemberId,
    pub email: Email,
    pub role: Role,
    pub account_id: AccountId,
    pub account_name: AccountName,
}
