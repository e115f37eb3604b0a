//! The people of an account: who they are, who joins them, what they may.

mod change;
mod invite;

pub(crate) use invite::Joining;

use crate::store::{Invitation, Teammate};
use crate::view::moment;
use crate::{Error, Member, Service, Zone};
use domain::{Failure, InvitationRow, MemberRow, Role, TeamPage};

impl Service {
    /// Everything the Team page shows, for any role.
    ///
    /// # Errors
    /// The database's.
    pub async fn team_page(&self, member: &Member) -> Result<TeamPage, Error> {
        let (now, zone) = (self.clock.now(), &member.time_zone);
        let account = &member.account_id;
        let members = self.store.list_members(account).await?;
        let invitations = self.store.list_invitations(account, now).await?;
        Ok(TeamPage {
            members: members.into_iter().map(|one| row(one, member)).collect(),
            invitations: invitations
                .into_iter()
                .map(|one| invitation(one, member, zone))
                .collect(),
            now: moment(now, zone),
            roles: Role::ALL
                .into_iter()
                .filter(|role| member.role.manages(*role))
                .collect(),
            may_hand_over: member.role == Role::Owner,
        })
    }
}

impl Member {
    /// Whether they may invite, change and deactivate those with this role.
    pub(crate) fn must_manage(&self, role: Role) -> Result<(), Failure> {
        if self.role.manages(role) {
            Ok(())
        } else {
            Err(Failure::Forbidden)
        }
    }
}

fn row(one: Teammate, viewer: &Member) -> MemberRow {
    let is_you = one.id == viewer.id;
    MemberRow {
        last_seen: one.last_seen_at.map(|at| moment(at, &viewer.time_zone)),
        second_factor: one.second_factor,
        active: one.is_active(),
        is_you,
        may_change: !is_you && viewer.role.manages(one.role),
        id: one.id,
        email: one.email,
        role: one.role,
    }
}

fn invitation(one: Invitation, viewer: &Member, zone: &Zone) -> InvitationRow {
    InvitationRow {
        ends: moment(one.expires_at, zone),
        may_withdraw: viewer.role.manages(one.role),
        email: one.email,
        role: one.role,
        invited_by: one.invited_by,
    }
}
