//! Data of the Team page, of one member's page and of a new invitation.

use crate::components::session_row;
use domain::{
    FactorRequirement, InvitationRow, IssuedInvitation, MemberRow, Role, ShownSecret, TeamPage,
    Timestamp,
};
use service::store::{Invitation, SessionRecord, Teammate};
use service::{Invited, Member, TeamCursor, TeamList, TeamMember};
use web::cursor::write_team;
use web::words::time::display_time;

/// Returns one page of the team.
pub fn list(
    list: TeamList,
    is_first: bool,
    viewer: &Member,
    mail: bool,
    now: Timestamp,
) -> TeamPage {
    let address = |place: TeamCursor| Some(format!("/team?cursor={}", write_team(&place)?));
    let members = list.members.into_iter();
    let invitations = list.invitations.into_iter();
    let factor = list.factor.map(|factor| FactorRequirement {
        required: factor.policy.is_required,
        members_without: factor.policy.members_without,
        may_change: viewer.role().may_manage_account(),
        has_own: factor.has_own,
    });
    TeamPage {
        factor,
        members: members.map(|member| row(member, viewer)).collect(),
        next_members: list.next_members.and_then(address),
        invitations: invitations
            .map(|invitation| invitation_row(invitation, viewer))
            .collect(),
        next_invitations: list.next_invitations.and_then(address),
        first: is_first,
        now: display_time(now, viewer.time_zone()),
        roles: Role::ALL
            .into_iter()
            .filter(|role| viewer.role().may_manage(*role))
            .collect(),
        mail,
        may_hand_over: viewer.role() == Role::Owner,
        sessions: None,
    }
}

/// Returns the page of one member. It is empty if the account has no such member.
pub fn member(member: Option<TeamMember>, viewer: &Member, mail: bool, now: Timestamp) -> TeamPage {
    let (teammate, sessions) = match member {
        Some(member) => (Some(member.teammate), member.sessions),
        None => (None, None),
    };
    let rows = |sessions: Vec<SessionRecord>| {
        let row = |session| session_row(session, false, viewer.time_zone());
        sessions.into_iter().map(row).collect()
    };
    let members = TeamList {
        members: teammate.into_iter().collect(),
        ..TeamList::default()
    };
    TeamPage {
        sessions: sessions.map(rows),
        ..list(members, true, viewer, mail, now)
    }
}

/// Returns an invitation that was just created, whose link was not sent by mail.
pub fn invitation(
    invited: Invited,
    viewer: &Member,
    mail_problem: Option<String>,
) -> IssuedInvitation {
    IssuedInvitation {
        email: invited.email,
        role: invited.role,
        link: ShownSecret::new(invited.link),
        expires: display_time(invited.expires_at, viewer.time_zone()),
        mail_problem,
    }
}

fn row(member: Teammate, viewer: &Member) -> MemberRow {
    let is_you = member.id == *viewer.id();
    MemberRow {
        last_seen: (member.last_seen_at).map(|at| display_time(at, viewer.time_zone())),
        second_factor: member.second_factor,
        active: member.is_active(),
        is_you,
        may_change: !is_you && viewer.role().may_manage(member.role),
        id: member.id,
        email: member.email,
        role: member.role,
    }
}

fn invitation_row(invitation: Invitation, viewer: &Member) -> InvitationRow {
    InvitationRow {
        expires: display_time(invitation.expires_at, viewer.time_zone()),
        may_withdraw: viewer.role().may_manage(invitation.role),
        email: invitation.email,
        role: invitation.role,
        invited_by: invitation.invited_by,
    }
}
