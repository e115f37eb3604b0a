//! What the Team page and a member's own page show, and what their forms send.

use crate::{Email, MemberId, Moment, Role};
use serde::{Deserialize, Serialize};

/// The form of an invitation, not yet checked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InviteForm {
    pub email: String,
    pub role: String,
}

/// A member, as the others see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word in the row")]
pub struct MemberRow {
    pub id: MemberId,
    pub email: Email,
    pub role: Role,
    /// `None` for those who have not been here yet.
    pub last_seen: Option<Moment>,
    pub second_factor: bool,
    /// Whether they may sign in.
    pub active: bool,
    /// Whoever looks.
    pub is_you: bool,
    /// Whether whoever looks may change their role, and deactivate them.
    pub may_change: bool,
}

/// An invitation that nobody has used yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationRow {
    pub email: Email,
    pub role: Role,
    pub invited_by: Email,
    pub ends: Moment,
    pub may_withdraw: bool,
}

/// Everything the Team page, the page of one member and the form of an invitation show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamPage {
    /// The active ones first, in the order in which they came.
    pub members: Vec<MemberRow>,
    /// The address of the page with the next members.
    pub next_members: Option<String>,
    pub invitations: Vec<InvitationRow>,
    /// The address of the page with the next invitations.
    pub next_invitations: Option<String>,
    /// Whether this is the first page.
    pub first: bool,
    pub now: Moment,
    /// The roles that whoever looks may give; none for those who may only look.
    pub roles: Vec<Role>,
    /// Whether whoever looks is an owner, who can make another one in their place.
    pub may_hand_over: bool,
}

/// An invitation just made: the one time that its link is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedInvitation {
    pub email: Email,
    pub role: Role,
    /// The whole address.
    pub link: String,
    pub ends: Moment,
}

/// A browser in which somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRow {
    /// Tells it from the member's others, and opens nothing.
    pub id: String,
    pub opened: Moment,
    pub last_seen: Moment,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    /// The one that asks.
    pub is_this: bool,
}

/// Everything a member's own page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountPage {
    pub email: Email,
    pub role: Role,
    pub now: Moment,
    /// The newest first.
    pub sessions: Vec<SessionRow>,
    /// How many recovery codes are left; `None` where the second factor is off.
    pub recovery_codes: Option<u32>,
    /// The last of ten or more wrong codes in a row, until the password is changed.
    pub wrong_codes: Option<WrongCodes>,
}

/// A wrong code that followed the member's right password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongCodes {
    pub at: Moment,
    pub ip: String,
}

/// A secret for an authenticator app that no code has confirmed yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// The secret as the form sends it back: encrypted, for this member alone.
    pub sealed: String,
    /// The secret for people to type.
    pub text: String,
    /// The address that an app on the same device opens.
    pub url: String,
    /// The same as a QR code: the path of its dark squares in a drawing of `width` by `width`.
    pub squares: String,
    pub width: u32,
}
