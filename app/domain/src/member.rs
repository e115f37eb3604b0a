//! People and the account they belong to.

use crate::text::{Rejected, line, serde_by_parse};
use crate::{AccountId, Email, MemberId};
use serde::{Deserialize, Serialize};

/// What a member may do in the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Owner,
    Admin,
    /// May look, and change nothing.
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

    /// The word on the page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Admin => "Admin",
            Self::Viewer => "Viewer",
        }
    }

    /// What it may, for whoever gives it.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Owner => "Everything, and decides who else is an owner.",
            Self::Admin => "Everything but what concerns owners.",
            Self::Viewer => "May look, and change nothing.",
        }
    }

    /// Whether this role invites, changes and deactivates members with the role `other`.
    pub const fn manages(self, other: Self) -> bool {
        match self {
            Self::Owner => true,
            Self::Admin => !matches!(other, Self::Owner),
            Self::Viewer => false,
        }
    }

    /// Whether this role creates and revokes API keys.
    pub const fn manages_keys(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }

    /// Whether this role stops everything when something is badly wrong.
    pub const fn acts_in_emergencies(self) -> bool {
        matches!(self, Self::Owner)
    }

    /// Whether this role changes the account's settings.
    pub const fn manages_account(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }
}

/// The customer's name, 1 to 64 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountName(String);

impl AccountName {
    /// # Errors
    /// Empty, too long, or with characters that do not show.
    pub fn parse(raw: &str) -> Result<Self, Rejected> {
        line(
            raw,
            64,
            "Enter the name of your business.",
            "Use at most 64 characters.",
            "Remove the characters that do not show.",
        )
        .map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

serde_by_parse!(AccountName);

/// The signed-in member, as the console's frame shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberView {
    pub id: MemberId,
    pub email: Email,
    pub role: Role,
    pub account_id: AccountId,
    pub account_name: AccountName,
}
