//! The members of an account, and the invitations to join it.

use super::{AuditEvent, CountedMail, NewLink, RedeemOutcome, Result, SessionRecord, TokenDigest};
use async_trait::async_trait;
use domain::{AccountId, Email, MemberId, Role, Timestamp};

/// A member, as the other members of the account see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Teammate {
    pub id: MemberId,
    pub email: Email,
    pub role: Role,
    /// Precise to the minute.
    pub last_seen_at: Option<Timestamp>,
    /// Whether the member enters a code, too, when signing in.
    pub second_factor: bool,
    /// `None` if the member may sign in.
    pub deactivated_at: Option<Timestamp>,
}

/// Cursor in the list of members, which begins with the active ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberCursor {
    pub active: bool,
    pub id: MemberId,
}

/// A change of a member. Each ends the invitations that the member made, since they may no longer
/// be allowed to make them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberChange {
    Role {
        /// The role that the member has according to the form; `None` if the form does not name it.
        from: Option<Role>,
        to: Role,
    },
    /// Ends the member's sessions, begun sign-ins, and the links that were made for them.
    Deactivate,
    Reactivate,
}

impl MemberChange {
    /// Creates a change to this role, whichever role the member has before.
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

    pub fn cursor(&self) -> MemberCursor {
        MemberCursor {
            active: self.is_active(),
            id: self.id.clone(),
        }
    }

    /// Returns the member as changed at `now`.
    #[must_use]
    pub fn with_change(&self, change: MemberChange, now: Timestamp) -> Self {
        let mut after = self.clone();
        match change {
            MemberChange::Role { to, .. } => after.role = to,
            MemberChange::Deactivate => after.deactivated_at = self.deactivated_at.or(Some(now)),
            MemberChange::Reactivate => after.deactivated_at = None,
        }
        after
    }
}

/// The outcome of changing a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeMemberOutcome {
    Changed,
    /// The member was already in the requested state; nothing was recorded.
    Same,
    /// The member has this role now, which is not the one that the change is based on; nothing was
    /// changed.
    Differs(Role),
    /// The account would have been left without an active owner.
    LastOwner,
    /// The account has no such member.
    Missing,
}

/// Sessions of a member that another member ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionChoice<'a> {
    /// The one with this [`SessionRecord::id`].
    One(&'a str),
    /// All of them, and the sign-ins that have begun.
    All,
}

/// A link to set a new password, which one member has mailed to another.
#[derive(Debug, Clone)]
pub struct ResetOffer {
    pub link: NewLink,
    pub mail: CountedMail,
    pub event: AuditEvent,
}

/// The outcome of offering a password reset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfferResetOutcome {
    /// The link is stored and the mail is counted, for this member.
    Offered(Box<Teammate>),
    /// The account or the recipient got too many mails; nothing was changed.
    TooManyMails,
    /// The member is deactivated; nothing was changed.
    Deactivated,
    /// The account has no such member.
    Missing,
}

/// An invitation that was not used yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub email: Email,
    pub role: Role,
    pub invited_by: Email,
    pub expires_at: Timestamp,
}

/// The member who joins by accepting an invitation.
#[derive(Debug, Clone)]
pub struct NewMember {
    pub id: MemberId,
    pub password_hash: String,
}

#[async_trait]
pub trait TeamStore: Send + Sync + 'static {
    /// Returns up to `limit` members of the account after a place: first the active ones, then the
    /// others, both in the order in which they joined.
    async fn list_members(
        &self,
        account: &AccountId,
        after: Option<&MemberCursor>,
        limit: u32,
    ) -> Result<Vec<Teammate>>;

    async fn find_teammate(&self, account: &AccountId, id: &MemberId) -> Result<Option<Teammate>>;

    async fn find_teammate_by_email(
        &self,
        account: &AccountId,
        email: &Email,
    ) -> Result<Option<Teammate>>;

    /// Changes a member. `event` receives the member as they were before, and its actor has to be
    /// allowed to manage their role. The change is refused if the account would be left without an
    /// active owner.
    async fn change_member(
        &self,
        account: &AccountId,
        id: &MemberId,
        change: MemberChange,
        now: Timestamp,
        event: &(dyn for<'a> Fn(&'a Teammate) -> AuditEvent + Send + Sync),
    ) -> Result<ChangeMemberOutcome>;

    /// Ends sessions of a member whose role the actor of `event` may manage. Returns the number of
    /// those that were live, as [`AccessStore::list_sessions`](super::AccessStore::list_sessions)
    /// lists them; `None` if the account has no such member.
    ///
    /// `event` receives the member and these sessions. If nothing ends, nothing is recorded.
    async fn end_member_sessions(
        &self,
        account: &AccountId,
        id: &MemberId,
        choice: SessionChoice<'_>,
        now: Timestamp,
        idle_since: Timestamp,
        event: &(dyn for<'a> Fn(&'a Teammate, &'a [SessionRecord]) -> AuditEvent + Send + Sync),
    ) -> Result<Option<u32>>;

    /// Stores a link for an active member whose role the actor may manage, and counts its mail.
    /// `offer` receives the member. An older link for this member expires.
    async fn offer_reset(
        &self,
        account: &AccountId,
        id: &MemberId,
        offer: &(dyn for<'a> Fn(&'a Teammate) -> ResetOffer + Send + Sync),
    ) -> Result<OfferResetOutcome>;

    /// Makes `to` an owner and `from` an admin. Returns `false` if `from` is no longer an active
    /// owner, if `to` is not an active member of the account, or if both are the same member.
    ///
    /// `event` receives `to` as it was before.
    async fn hand_over(
        &self,
        account: &AccountId,
        from: &MemberId,
        to: &MemberId,
        event: &(dyn for<'a> Fn(&'a Teammate) -> AuditEvent + Send + Sync),
    ) -> Result<bool>;

    /// Stores an invitation (a link of that purpose) and ends an older one to the same address,
    /// whose role the actor has to be allowed to manage. Returns `false` if a member of the account
    /// has this address.
    async fn invite(&self, link: NewLink, event: AuditEvent) -> Result<bool>;

    /// Returns up to `limit` of the account's invitations that have not expired at `now`, ordered
    /// by address and after `after`.
    async fn list_invitations(
        &self,
        account: &AccountId,
        after: Option<&Email>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Invitation>>;

    /// Ends the invitation to this address, whose role the actor of `event` has to be allowed to
    /// manage. `event` receives the invitation. Returns `false` if there is none at `now`; then
    /// nothing is recorded.
    async fn withdraw_invitation(
        &self,
        account: &AccountId,
        email: &Email,
        now: Timestamp,
        event: &(dyn for<'a> Fn(&'a Invitation) -> AuditEvent + Send + Sync),
    ) -> Result<bool>;

    /// Uses an invitation that is unused and has not expired at `now`. Exactly one of any number of
    /// concurrent callers gets `Redeemed`.
    async fn accept_invitation(
        &self,
        link: &TokenDigest,
        now: Timestamp,
        member: NewMember,
        event: AuditEvent,
    ) -> Result<RedeemOutcome>;
}
