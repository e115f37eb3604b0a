//! The people of one account.

use super::{AuditEvent, Claim, NewLink, Result, TokenDigest};
use async_trait::async_trait;
use domain::{AccountId, Email, MemberId, Role, Timestamp};

/// One of them, as the others see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Teammate {
    pub id: MemberId,
    pub email: Email,
    pub role: Role,
    /// To the minute.
    pub last_seen_at: Option<Timestamp>,
    /// Whether signing in asks them for a code, too.
    pub second_factor: bool,
    /// `None` for those who may sign in.
    pub deactivated_at: Option<Timestamp>,
}

/// A place in the list of members, which begins with the active ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberPlace {
    pub active: bool,
    pub id: MemberId,
}

/// What becomes of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberChange {
    Role {
        /// The role that the member has according to the form; `None` if the form does not name it.
        from: Option<Role>,
        to: Role,
    },
    /// Ends their sessions, the links that were made for them, and the invitations that they made.
    Deactivate,
    Reactivate,
}

impl MemberChange {
    /// Gives the member this role, whichever it was before.
    pub const fn to(role: Role) -> Self {
        Self::Role {
            from: None,
            to: role,
        }
    }
}

impl Teammate {
    pub const fn is_active(&self) -> bool {
        self.deactivated_at.is_none()
    }

    pub fn place(&self) -> MemberPlace {
        MemberPlace {
            active: self.is_active(),
            id: self.id.clone(),
        }
    }

    /// The member after a change at `now`.
    #[must_use]
    pub fn changed(&self, change: MemberChange, now: Timestamp) -> Self {
        let mut after = self.clone();
        match change {
            MemberChange::Role { to, .. } => after.role = to,
            MemberChange::Deactivate => after.deactivated_at = self.deactivated_at.or(Some(now)),
            MemberChange::Reactivate => after.deactivated_at = None,
        }
        after
    }
}

/// What changing a member came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberChanged {
    Changed,
    /// It was like that already; nothing was recorded.
    Same,
    /// The member has this role by now, other than the change is based on; nothing was changed.
    Differs(Role),
    /// The account would have been left without an owner who is active.
    LastOwner,
    /// No such member in this account.
    Missing,
}

/// An invitation that nobody has used yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub email: Email,
    pub role: Role,
    pub invited_by: Email,
    pub expires_at: Timestamp,
}

/// Whoever accepts an invitation.
#[derive(Debug, Clone)]
pub struct NewMember {
    pub id: MemberId,
    pub password_hash: String,
}

#[async_trait]
pub trait TeamStore: Send + Sync + 'static {
    /// Up to `limit` members of the account after a place: first the active ones and then the others, both in the order in
    /// which they came.
    async fn list_members(
        &self,
        account: &AccountId,
        after: Option<&MemberPlace>,
        limit: u32,
    ) -> Result<Vec<Teammate>>;

    async fn find_teammate(&self, account: &AccountId, id: &MemberId) -> Result<Option<Teammate>>;

    async fn find_teammate_by_email(
        &self,
        account: &AccountId,
        email: &Email,
    ) -> Result<Option<Teammate>>;

    /// Changes a member; `event` is told of them as they were. The last owner who is active stays one.
    async fn change_member(
        &self,
        account: &AccountId,
        id: &MemberId,
        change: MemberChange,
        now: Timestamp,
        event: &(dyn for<'a> Fn(&'a Teammate) -> AuditEvent + Send + Sync),
    ) -> Result<MemberChanged>;

    /// Makes `to` an owner and `from` an admin. `false` where `from` is no owner any more, or where `to` is not an
    /// active member of the account, or the same one.
    async fn hand_over(
        &self,
        account: &AccountId,
        from: &MemberId,
        to: &MemberId,
        event: AuditEvent,
    ) -> Result<bool>;

    /// Stores an invitation (a link of that purpose) and ends the older one to the same address. `false` where a
    /// member of the account has this address.
    async fn invite(&self, link: NewLink, event: AuditEvent) -> Result<bool>;

    /// Up to `limit` invitations of the account that are not over at `now`, by their addresses and after one of these.
    async fn list_invitations(
        &self,
        account: &AccountId,
        after: Option<&Email>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Invitation>>;

    /// The invitation to this address, unless it is over at `now`.
    async fn find_invitation(
        &self,
        account: &AccountId,
        email: &Email,
        now: Timestamp,
    ) -> Result<Option<Invitation>>;

    /// Ends the invitation to this address; `false` where there is none, and then nothing is recorded.
    async fn withdraw_invitation(
        &self,
        account: &AccountId,
        email: &Email,
        event: AuditEvent,
    ) -> Result<bool>;

    /// Uses an invitation (unused and alive at `now`). Of any number of racing callers exactly one gets `Claimed`.
    async fn accept_invitation(
        &self,
        link: &TokenDigest,
        now: Timestamp,
        member: NewMember,
        event: AuditEvent,
    ) -> Result<Claim>;
}
