//! Data and forms of the Team page and of a member's own page.

use crate::{DisplayTime, Email, MemberId, Role, ShownSecret};
use serde::{Deserialize, Serialize};

/// The invitation form, unparsed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InviteForm {
    pub email: String,
    pub role: String,
    /// The inviting member shares the link, and no mail is sent.
    pub by_link: bool,
}

/// A member as listed for the team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word in the row")]
pub struct MemberRow {
    pub id: MemberId,
    pub email: Email,
    pub role: Role,
    /// `None` for members who have never signed in.
    pub last_seen: Option<DisplayTime>,
    pub second_factor: bool,
    /// The member may sign in.
    pub active: bool,
    /// This row is the viewing member.
    pub is_you: bool,
    /// The viewing member may change this member's role and deactivate them.
    pub may_change: bool,
}

/// An open invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationRow {
    pub email: Email,
    pub role: Role,
    pub invited_by: Email,
    pub expires: DisplayTime,
    pub may_withdraw: bool,
}

/// Data of the Team page, of one member's page and of the invitation form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamPage {
    /// Active members first, in the order in which they joined.
    pub members: Vec<MemberRow>,
    /// Address of the page with the next members.
    pub next_members: Option<String>,
    pub invitations: Vec<InvitationRow>,
    /// Address of the page with the next invitations.
    pub next_invitations: Option<String>,
    /// This is the first page.
    pub first: bool,
    pub now: DisplayTime,
    /// Roles that the viewing member may assign; empty for viewers.
    pub roles: Vec<Role>,
    /// Mail is set up.
    pub mail: bool,
    /// The requirement of a second factor, on the first page.
    pub factor: Option<FactorRequirement>,
    /// The viewing member is an owner, who can transfer the ownership.
    pub may_hand_over: bool,
    /// Sessions of the member of a member's page, newest first; `None` if the viewing member may
    /// not end them here.
    pub sessions: Option<Vec<SessionRow>>,
}

/// Whether the account requires a second factor of its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactorRequirement {
    pub required: bool,
    /// The number of active members who have none.
    pub members_without: u32,
    /// The viewing member may change it.
    pub may_change: bool,
    /// The viewing member has a second factor.
    pub has_own: bool,
}

/// An invitation that was just created. Its link is shown this one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedInvitation {
    pub email: Email,
    pub role: Role,
    /// The complete address.
    pub link: ShownSecret,
    pub expires: DisplayTime,
    /// Why the link was not sent by mail, if it was to be.
    pub mail_problem: Option<String>,
}

/// A session of a member in one browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRow {
    /// Distinguishes the session from the member's others. It does not authenticate.
    pub id: String,
    pub opened: DisplayTime,
    pub last_seen: DisplayTime,
    pub ip: Option<String>,
    /// The browser in plain words, or as it names itself if it is not a known one.
    pub browser: Option<String>,
    /// This is the session of the current request.
    pub is_current: bool,
}

/// Data of a member's own page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountPage {
    pub email: Email,
    pub role: Role,
    pub now: DisplayTime,
    /// Newest first.
    pub sessions: Vec<SessionRow>,
    /// Number of recovery codes that are left; `None` if the second factor is off.
    pub recovery_codes: Option<u32>,
    /// The account requires a second factor.
    pub factor_required: bool,
    /// The last of ten or more wrong codes in a row, until the password is changed.
    pub wrong_codes: Option<WrongCodes>,
}

/// A wrong code that was entered after the member's correct password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongCodes {
    pub at: DisplayTime,
    pub ip: String,
}

/// An authenticator secret that has not been confirmed by a code yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// The secret as the form sends it back: encrypted, for this member only.
    pub sealed: String,
    /// The secret in a form that people can type.
    pub text: ShownSecret,
    /// The address that an app on the same device opens.
    pub url: ShownSecret,
    /// The same as a QR code: the path of its dark squares in a drawing of `width` by `width`.
    pub squares: ShownSecret,
    pub width: u32,
}
