//! Values that the ports accept and return.

use super::{KeyMarks, Replacement};
use crate::entry::EntryError;
use crate::item::{Currency, StoredItem};
use crate::key::{AllowList, KeyDigest};
use crate::pepper::PepperId;
use crate::zone::Zone;
use domain::{
    AccountId, AccountName, Email, KeyId, KeyName, KeyNote, KeyPolicy, MemberId, RateLimit,
    RevokeReason, Role, ScopeSet, Timestamp,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::net::IpAddr;

/// SHA-256 of a token in a cookie or a link. The token itself is never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenDigest(pub [u8; 32]);

impl TokenDigest {
    pub(crate) fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }
}

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
    pub fn same_kind(&self) -> String {
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

/// An account that is about to be created, with the member who owns it.
#[derive(Debug, Clone)]
pub struct NewOwner {
    pub account_id: AccountId,
    pub account_name: AccountName,
    pub member_id: MemberId,
    pub email: Email,
    pub password_hash: String,
}

/// A member who matches the address of a sign-in; the password decides whether it is the one.
#[derive(Clone, PartialEq, Eq)]
pub struct Candidate {
    pub member: MemberRecord,
    /// A PHC string.
    pub password_hash: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    Claimed,
    /// The link is used, expired or unknown, or the first owner exists already.
    LinkGone,
    /// The account already has a member with this address; the link can still be used.
    EmailTaken,
}

/// Settings of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSettings {
    pub name: AccountName,
    /// Currency of prices that are sent without one.
    pub currency: Currency,
    /// Rate limit of each key that has none of its own.
    pub limit: RateLimit,
    pub time_zone: Zone,
    pub key_policy: KeyPolicy,
}

/// The outcome of changing the settings of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountChange {
    Changed,
    /// The settings were the same before.
    Same,
    /// The settings are not those that the change is based on; nothing was changed.
    Differs,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRecord {
    pub id: MemberId,
    pub account_id: AccountId,
    pub account_name: AccountName,
    pub email: Email,
    pub role: Role,
    /// Time zone of the account.
    pub time_zone: Zone,
    /// A deactivated member cannot sign in.
    pub deactivated: bool,
}

#[derive(Debug, Clone)]
pub struct NewSession {
    pub digest: TokenDigest,
    pub member_id: MemberId,
    pub created_at: Timestamp,
    /// The absolute end of the session, regardless of its use.
    pub expires_at: Timestamp,
    pub ip: IpAddr,
    pub user_agent: Option<String>,
}

#[derive(Debug, Clone)]
pub struct NewKey {
    pub id: KeyId,
    pub account_id: AccountId,
    pub name: KeyName,
    pub preview: String,
    pub digest: KeyDigest,
    pub pepper_id: PepperId,
    pub scopes: ScopeSet,
    pub created_at: Timestamp,
    pub created_by: MemberId,
    pub expires_at: Option<Timestamp>,
    /// SHA-256 of the one-time token of the form that created the key; unique in the account.
    pub form_token: TokenDigest,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    pub id: KeyId,
    pub account_id: AccountId,
    pub account_name: AccountName,
    pub name: KeyName,
    pub preview: String,
    pub digest: KeyDigest,
    pub scopes: ScopeSet,
    pub created_at: Timestamp,
    pub created_by: Email,
    pub expires_at: Option<Timestamp>,
    pub paused_at: Option<Timestamp>,
    pub note: Option<KeyNote>,
    /// The key that this key replaced in a rotation.
    pub replaces: Option<KeyId>,
    /// The newest key that replaced this key in a rotation.
    pub replaced: Option<Replacement>,
    /// Rate limit of the account, which applies if the key has none of its own.
    pub account_limit: RateLimit,
    pub own_limit: Option<RateLimit>,
    /// `None` if the key may be used from any address.
    pub allow_list: Option<AllowList>,
    /// Start of the recording of the networks that the key is called from. `None` if the key has
    /// an allow list.
    pub watched_since: Option<Timestamp>,
    pub revocation: Option<RevocationRecord>,
    pub last_use: Option<UseRecord>,
    pub marks: KeyMarks,
}

/// Actor who revoked a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revoker<M> {
    Member(M),
    /// The caller who holds the key, through the API.
    Holder,
    /// The operator, on the command line.
    Operator,
}

impl<M> Revoker<M> {
    pub fn member(&self) -> Option<&M> {
        match self {
            Self::Member(member) => Some(member),
            Self::Holder | Self::Operator => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationRecord {
    pub at: Timestamp,
    pub by: Revoker<Email>,
    pub reason: RevokeReason,
    /// `None` if it is not known, or not yet.
    pub receipt: Option<Receipt>,
}

/// Result of waiting until a change has reached the nodes that keep keys in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Number of nodes that were registered after the commit, including the one that made the
    /// change. A command that makes the change by itself is not a node.
    pub nodes: u32,
    /// Number of those nodes that acknowledged the change. The keys in the memory of the others
    /// expired.
    pub acknowledged: u32,
    /// Time from the beginning of the change until this result was known, in milliseconds.
    pub millis: u64,
}

impl Receipt {
    /// Describes the result, either to the member who confirmed the change in a dialog or to anyone
    /// else. The text has no full stop at its end.
    pub fn told(self, to_its_maker: bool) -> String {
        let Self {
            nodes,
            acknowledged,
            millis,
        } = self;
        let of = match nodes {
            0 => return "No server was running".to_owned(),
            1 => "node",
            _ => "nodes",
        };
        let all = if to_its_maker {
            format!("Refused on {acknowledged} of {nodes} {of}, {millis} ms after you confirmed")
        } else {
            format!("Refused on {acknowledged} of {nodes} {of} after {millis} ms")
        };
        match nodes - acknowledged {
            0 => all,
            1 => format!("{all}. One did not answer: until it does, it accepts no key from memory"),
            silent => {
                format!(
                    "{all}. {silent} did not answer: until they do, they accept no key from memory"
                )
            }
        }
    }
}

#[derive(Debug, Clone)]
pub struct NewRevocation {
    pub at: Timestamp,
    pub by: Revoker<MemberId>,
    pub reason: RevokeReason,
}

/// One use of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseRecord {
    pub at: Timestamp,
    pub ip: IpAddr,
    pub user_agent: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inserted {
    /// The key as it was stored.
    Created(Box<KeyRecord>),
    /// The account already has a key from the same form token, with this name.
    SameForm { name: KeyName },
    /// An owner has stopped the creation of keys.
    Stopped,
}

/// The settings of a key that can be edited; its secret stays the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySettings {
    pub name: KeyName,
    pub scopes: ScopeSet,
    pub expires_at: Option<Timestamp>,
    pub note: Option<KeyNote>,
    /// `None` if the limit of the account applies.
    pub own_limit: Option<RateLimit>,
    pub allow_list: Option<AllowList>,
}

/// An edit of a key's settings, based on the settings that its author saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEdit {
    /// The expected current settings. If another change was made in the meantime, nothing is done.
    pub before: KeySettings,
    pub after: KeySettings,
}

/// A change of a key that is neither revoked nor expired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyChange {
    Edit(Box<KeyEdit>),
    Pause,
    Resume,
    /// Records the networks that the key is called from.
    Watch,
    Unwatch,
}

impl KeyRecord {
    pub fn settings(&self) -> KeySettings {
        KeySettings {
            name: self.name.clone(),
            scopes: self.scopes.clone(),
            expires_at: self.expires_at,
            note: self.note.clone(),
            own_limit: self.own_limit,
            allow_list: self.allow_list.clone(),
        }
    }

    /// Whether the change is based on the current settings of the key.
    pub fn fits(&self, change: &KeyChange) -> bool {
        match change {
            KeyChange::Edit(edit) => edit.before == self.settings(),
            _ => true,
        }
    }

    /// Returns the key after a change at `now`.
    #[must_use]
    pub fn changed(&self, change: &KeyChange, now: Timestamp) -> Self {
        let mut after = self.clone();
        match change {
            KeyChange::Edit(edit) => {
                let KeySettings {
                    name,
                    scopes,
                    expires_at,
                    note,
                    own_limit,
                    allow_list,
                } = edit.after.clone();
                after = Self {
                    name,
                    scopes,
                    expires_at,
                    note,
                    own_limit,
                    // An allow list replaces the watch that led to it.
                    watched_since: after.watched_since.filter(|_| allow_list.is_none()),
                    allow_list,
                    ..after
                };
            }
            KeyChange::Pause => after.paused_at = Some(self.paused_at.unwrap_or(now)),
            KeyChange::Resume => after.paused_at = None,
            KeyChange::Watch if after.allow_list.is_some() => {}
            KeyChange::Watch => after.watched_since = Some(self.watched_since.unwrap_or(now)),
            KeyChange::Unwatch => after.watched_since = None,
        }
        after
    }
}

/// The outcome of changing a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    Changed(Box<KeyRecord>),
    /// The key was in this state already; nothing was recorded.
    Same(Box<KeyRecord>),
    /// The key is not in the state that the change is based on; nothing was changed.
    Differs(Box<KeyRecord>),
    /// The key is revoked or expired.
    Ended,
    /// The account has no such key.
    Missing,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    Revoked(Box<KeyRecord>),
    /// The key was revoked or expired before; nothing was changed.
    AlreadyEnded(Box<KeyRecord>),
    /// The account has no such key.
    Missing,
}

/// The outcome of creating or replacing one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    Created(Box<StoredItem>),
    /// The item was replaced, or it was equal already and was left unchanged.
    Updated(Box<StoredItem>),
    ConditionFailed,
}

/// The outcome of changing one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edited {
    /// The item was changed, or it was in this state already.
    Updated(Box<StoredItem>),
    Missing,
    ConditionFailed,
    /// The changed item cannot be stored.
    Rejected(Vec<EntryError>),
}

/// The outcome of removing one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    Removed,
    Missing,
    ConditionFailed,
}

#[cfg(test)]
mod tests {
    use super::Receipt;

    #[test]
    fn receipt_counts_the_nodes_that_refuse_the_key_and_describes_the_others() {
        for (nodes, acknowledged, told) in [
            (1, 1, "Refused on 1 of 1 node, 41 ms after you confirmed"),
            (3, 3, "Refused on 3 of 3 nodes, 41 ms after you confirmed"),
            (
                3,
                2,
                "Refused on 2 of 3 nodes, 41 ms after you confirmed. One did not answer: until it does, it accepts no key from memory",
            ),
            (
                3,
                1,
                "Refused on 1 of 3 nodes, 41 ms after you confirmed. 2 did not answer: until they do, they accept no key from memory",
            ),
        ] {
            let receipt = Receipt {
                nodes,
                acknowledged,
                millis: 41,
            };
            assert_eq!(receipt.told(true), told);
            let others = told.replace(", 41 ms after you confirmed", " after 41 ms");
            assert_eq!(receipt.told(false), others);
        }
        let nobody = Receipt {
            nodes: 0,
            acknowledged: 0,
            millis: 41,
        };
        assert_eq!(nobody.told(false), "No server was running");
    }
}
