//! The members of an account and its invitations.

mod change;
mod invite;

use crate::clock::Clock;
use crate::error::Error;
use crate::random::Random;
use crate::sessions::Member;
use crate::store::{Invitation, MemberPlace, TeamStore, Teammate};
use crate::view::moment;
use crate::zone::Zone;
use domain::{Email, Failure, InvitationRow, MemberId, MemberRow, Role, TeamPage};
use std::sync::Arc;

/// Members, and invitations, on one page.
const PAGE: u32 = 100;

/// The position at which a page of the team begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TeamPlace {
    /// The first members, and the first invitations.
    Start,
    /// Members after this one.
    Members(MemberPlace),
    /// Invitations after the one to this address.
    Invitations(Email),
}

/// The operations on the members of an account and its invitations.
pub struct Team {
    pub(crate) store: Arc<dyn TeamStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) public_url: String,
}

impl Team {
    /// Returns a page of the team, for any role, and the positions at which the next members and
    /// the next invitations begin.
    ///
    /// # Errors
    /// The database's.
    pub async fn page(
        &self,
        member: &Member,
        place: &TeamPlace,
    ) -> Result<(TeamPage, Vec<TeamPlace>), Error> {
        let now = self.clock.now();
        let account = &member.account_id;
        // One more than fits shows whether there is a next page.
        let (members, invitations) = match place {
            TeamPlace::Start => (
                self.store.list_members(account, None, PAGE + 1).await?,
                self.store
                    .list_invitations(account, None, now, PAGE + 1)
                    .await?,
            ),
            TeamPlace::Members(after) => {
                let members = self.store.list_members(account, Some(after), PAGE + 1);
                (members.await?, Vec::new())
            }
            TeamPlace::Invitations(after) => {
                let store = &self.store;
                let invitations = store.list_invitations(account, Some(after), now, PAGE + 1);
                (Vec::new(), invitations.await?)
            }
        };
        let (members, last_member) = page(members);
        let (invitations, last_invitation) = page(invitations);
        let next_members = last_member.map(|one: Teammate| TeamPlace::Members(one.place()));
        let next_invitations =
            last_invitation.map(|one: Invitation| TeamPlace::Invitations(one.email));
        let page = TeamPage {
            first: *place == TeamPlace::Start,
            ..self.team(member, members, invitations)
        };
        Ok((
            page,
            next_members.into_iter().chain(next_invitations).collect(),
        ))
    }

    /// Returns the page of one member, for any role. It has no member if the account has none with
    /// this id.
    ///
    /// # Errors
    /// The database's.
    pub async fn member_page(&self, member: &Member, id: &str) -> Result<TeamPage, Error> {
        let found = match MemberId::parse(id) {
            Ok(id) => self.store.find_teammate(&member.account_id, &id).await?,
            Err(_) => None,
        };
        Ok(self.team(member, found.into_iter().collect(), Vec::new()))
    }

    fn team(
        &self,
        member: &Member,
        members: Vec<Teammate>,
        invitations: Vec<Invitation>,
    ) -> TeamPage {
        let (now, zone) = (self.clock.now(), &member.time_zone);
        TeamPage {
            members: members.into_iter().map(|one| row(one, member)).collect(),
            next_members: None,
            invitations: invitations
                .into_iter()
                .map(|one| invitation(one, member, zone))
                .collect(),
            next_invitations: None,
            first: true,
            now: moment(now, zone),
            roles: Role::ALL
                .into_iter()
                .filter(|role| member.role.manages(*role))
                .collect(),
            may_hand_over: member.role == Role::Owner,
        }
    }
}

impl Member {
    /// Checks that the member may invite, change and deactivate members with this role.
    pub(crate) fn must_manage(&self, role: Role) -> Result<(), Failure> {
        if self.role.manages(role) {
            Ok(())
        } else {
            Err(Failure::Forbidden)
        }
    }
}

/// Returns the entries that fit on a page, and the last one if others follow.
fn page<T: Clone>(mut entries: Vec<T>) -> (Vec<T>, Option<T>) {
    let more = entries.len() > PAGE as usize;
    entries.truncate(PAGE as usize);
    let last = entries.last().filter(|_| more).cloned();
    (entries, last)
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
