//! What the ports take and give.

use super::{KeyMarks, Replacement};
use crate::Zone;
use crate::entry::EntryError;
use crate::inventory::{Currency, StoredItem};
use crate::key::{AllowList, KeyDigest};
use crate::pepper::PepperId;
use domain::{
    AccountId, AccountName, Email, KeyId, KeyName, KeyNote, KeyPolicy, MemberId, RateLimit,
    RevokeReason, Role, ScopeSet, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// SHA-256 of a token that stands in a cookie or a link. The token itself is never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenDigest(pub [u8; 32]);

/// What a one-time link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkPurpose {
    /// The installation's first account and its owner.
    FirstOwner,
    /// A further account, named already, and its owner.
    NewAccount { name: AccountName },
    /// A new password for a member.
    Reset { member: MemberId, email: Email },
    /// To join an account.
    Invitation {
        account: AccountId,
        account_name: AccountName,
        email: Email,
        role: Role,
        invited_by: MemberId,
    },
}

impl LinkPurpose {
    /// The text in the database, where a fresh link ends the older ones of the same kind and subject.
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

/// An account that is about to exist, with the member who owns it.
#[derive(Debug, Clone)]
pub struct NewOwner {
    pub account_id: AccountId,
    pub account_name: AccountName,
    pub member_id: MemberId,
    pub email: Email,
    pub password_hash: String,
}

/// A member who may be the one who signs in.
#[derive(Clone, PartialEq, Eq)]
pub struct Candidate {
    pub member: MemberRecord,
    /// A PHC string.
    pub password_hash: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    Claimed,
    /// Used, over, never there, or (for the first owner) too late.
    LinkGone,
    /// The account has a member with this address; the link stays usable.
    EmailTaken,
}

/// What an account decides for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSettings {
    pub name: AccountName,
    /// What prices without a currency are in.
    pub currency: Currency,
    /// Of each key that has none of its own.
    pub limit: RateLimit,
    pub time_zone: Zone,
    pub key_policy: KeyPolicy,
}

/// The outcome of changing the settings of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountChange {
    Changed,
    /// They were like this already.
    Same,
    /// They are no longer those that the change is based on; nothing was changed.
    Differs,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRecord {
    pub id: MemberId,
    pub account_id: AccountId,
    pub account_name: AccountName,
    pub email: Email,
    pub role: Role,
    /// The account's.
    pub time_zone: Zone,
    /// They may not sign in.
    pub deactivated: bool,
}

#[derive(Debug, Clone)]
pub struct NewSession {
    pub digest: TokenDigest,
    pub member_id: MemberId,
    pub created_at: Timestamp,
    /// The absolute end, whatever happens in between.
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
    /// SHA-256 of the one-time token of the form that made it; unique in the account.
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
    /// The key that it took over from.
    pub replaces: Option<KeyId>,
    /// The newest key that took over from it.
    pub replaced: Option<Replacement>,
    /// The account's, which holds where the key has none of its own.
    pub account_limit: RateLimit,
    pub own_limit: Option<RateLimit>,
    /// `None`: it may be used from anywhere.
    pub allow_list: Option<AllowList>,
    /// Since when it is watched where its calls come from; never beside a list.
    pub watched_since: Option<Timestamp>,
    pub revocation: Option<RevocationRecord>,
    pub last_use: Option<UseRecord>,
    pub marks: KeyMarks,
}

/// Who ended a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revoker<M> {
    Member(M),
    /// By the API.
    Holder,
    /// On the command line.
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
    /// `None` where it is not known (yet).
    pub receipt: Option<Receipt>,
}

/// How a change reached the nodes that keep keys in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Registered after the commit, with the one that made the change. A command that makes it by itself is none.
    pub nodes: u32,
    /// Of those, the ones that said that they judge by it. What others had in memory ran out.
    pub acknowledged: u32,
    /// From the beginning of the change until this was known.
    pub millis: u64,
}

impl Receipt {
    /// For whoever confirmed the change in a dialog, and for all others. Without its full stop.
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
    /// A key was made with the same form token before; this is its name.
    SameForm { name: KeyName },
    /// An owner has stopped the making of keys.
    Stopped,
}

/// What can be edited of a key; its secret stays the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySettings {
    pub name: KeyName,
    pub scopes: ScopeSet,
    pub expires_at: Option<Timestamp>,
    pub note: Option<KeyNote>,
    /// `None`: the account's.
    pub own_limit: Option<RateLimit>,
    pub allow_list: Option<AllowList>,
}

/// Other settings for a key, from somebody who knows what they replace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEdit {
    /// What the key must still be like: else somebody changed it meanwhile, and nothing is done.
    pub before: KeySettings,
    pub after: KeySettings,
}

/// What becomes of a key that is alive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyChange {
    Edit(Box<KeyEdit>),
    Pause,
    Resume,
    /// Watch where its calls come from.
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

    /// Whether a change was made for the key as it is.
    pub fn fits(&self, change: &KeyChange) -> bool {
        match change {
            KeyChange::Edit(edit) => edit.before == self.settings(),
            _ => true,
        }
    }

    /// The key after a change at `now`.
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
                    // A list takes the place of the watch that led to it.
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

/// What changing a key came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    Changed(Box<KeyRecord>),
    /// It was like that already; nothing was recorded.
    Same(Box<KeyRecord>),
    /// It is not what the change was made for any more; nothing was changed.
    Differs(Box<KeyRecord>),
    /// It is revoked or expired.
    Ended,
    /// No such key in this account.
    Missing,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    Revoked(Box<KeyRecord>),
    /// It was revoked or expired before; nothing changed.
    AlreadyEnded(Box<KeyRecord>),
    /// No such key in this account.
    Missing,
}

/// What putting one item came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    Created(Box<StoredItem>),
    /// Also where it was equal already; then it is as it was.
    Updated(Box<StoredItem>),
    ConditionFailed,
}

/// The outcome of changing one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edited {
    /// Also if it was like that already.
    Updated(Box<StoredItem>),
    Missing,
    ConditionFailed,
    /// The changed item cannot be stored.
    Rejected(Vec<EntryError>),
}

/// What removing one item came to.
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
    fn a_receipt_says_who_refuses_the_key_and_what_holds_for_the_others() {
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
