//! The members of an account and its invitations.

mod change;
mod factor;
mod invite;
mod mail;
mod sessions;

pub use factor::{RequireFactorOutcome, TeamFactor};
pub use invite::Invited;
pub use mail::LinkDelivery;

use crate::clock::Clock;
use crate::error::Error;
use crate::random::Random;
use crate::sessions::{IDLE_SECONDS, Member};
use crate::store::{Invitation, MemberCursor, SessionRecord, TeamPorts, Teammate};
use domain::{Email, Failure, MemberId, Role};
use std::sync::Arc;

/// Members, and invitations, on one page.
const PAGE_SIZE: u32 = 100;

/// The position at which a page of the team begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TeamCursor {
    /// The first members, and the first invitations.
    Start,
    /// Members after this one.
    Members(MemberCursor),
    /// Invitations after the one to this address.
    Invitations(Email),
}

/// The operations on the members of an account and its invitations.
pub struct Team {
    pub(crate) store: Arc<dyn TeamPorts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) public_url: String,
}

/// One member, as another member of the account sees them.
#[derive(Debug)]
pub struct TeamMember {
    pub teammate: Teammate,
    /// Their sessions, newest first; `None` for a viewing member who may not end them, and for
    /// their own, which are on their account page.
    pub sessions: Option<Vec<SessionRecord>>,
}

/// A part of the team, with the cursors of the next members and the next invitations.
#[derive(Debug, Default)]
pub struct TeamList {
    pub members: Vec<Teammate>,
    pub next_members: Option<TeamCursor>,
    pub invitations: Vec<Invitation>,
    pub next_invitations: Option<TeamCursor>,
    /// On the first page: whether the account requires a second factor.
    pub factor: Option<TeamFactor>,
}

impl Team {
    /// Returns a part of the team, for any role.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, member: &Member, cursor: &TeamCursor) -> Result<TeamList, Error> {
        let now = self.clock.now();
        let account = &member.account_id;
        // One more than fits shows whether there is a next page.
        let (members, invitations) = match cursor {
            TeamCursor::Start => (
                self.store
                    .list_members(account, None, PAGE_SIZE + 1)
                    .await?,
                self.store
                    .list_invitations(account, None, now, PAGE_SIZE + 1)
                    .await?,
            ),
            TeamCursor::Members(after) => {
                let members = self.store.list_members(account, Some(after), PAGE_SIZE + 1);
                (members.await?, Vec::new())
            }
            TeamCursor::Invitations(after) => {
                let store = &self.store;
                let invitations = store.list_invitations(account, Some(after), now, PAGE_SIZE + 1);
                (Vec::new(), invitations.await?)
            }
        };
        let (members, last_member) = page(members);
        let (invitations, last_invitation) = page(invitations);
        let factor = match cursor {
            TeamCursor::Start => Some(self.factor(member).await?),
            _ => None,
        };
        Ok(TeamList {
            factor,
            members,
            next_members: last_member.map(|last| TeamCursor::Members(last.cursor())),
            invitations,
            next_invitations: last_invitation.map(|last| TeamCursor::Invitations(last.email)),
        })
    }

    /// Returns one member, for any role; `None` if the account has no member with this id.
    ///
    /// # Errors
    /// The database's.
    pub async fn find(&self, member: &Member, id: &str) -> Result<Option<TeamMember>, Error> {
        let Ok(id) = MemberId::parse(id) else {
            return Ok(None);
        };
        let found = self.store.find_teammate(&member.account_id, &id).await?;
        let Some(teammate) = found else {
            return Ok(None);
        };
        let sessions = if id != member.id && member.role.may_manage(teammate.role) {
            let now = self.clock.now();
            let idle_since = now.plus_seconds(-IDLE_SECONDS);
            Some(self.store.list_sessions(&id, now, idle_since).await?)
        } else {
            None
        };
        Ok(Some(TeamMember { teammate, sessions }))
    }
}

impl Team {
    /// Returns the complete address of a one-time link.
    fn link_address(&self, token: &str) -> String {
        format!("{}/setup/{token}", self.public_url)
    }
}

impl Member {
    /// Checks that the member may change some members, and that this id is not their own. Whether
    /// they may change this one is checked in the transaction of the change, by the role that the
    /// other member has then (see [`Authority`](crate::store::Authority::check_manages)).
    pub(crate) fn must_manage_other(&self, id: &MemberId) -> Result<(), Failure> {
        self.must_manage(Role::Viewer)?;
        if *id == self.id {
            return Err(Failure::Forbidden);
        }
        Ok(())
    }

    /// Checks that the member may invite, change and deactivate members with this role.
    pub(crate) fn must_manage(&self, role: Role) -> Result<(), Failure> {
        if self.role.may_manage(role) {
            Ok(())
        } else {
            Err(Failure::Forbidden)
        }
    }
}

/// Returns the entries that fit on a page, and the last one if others follow.
fn page<T: Clone>(mut entries: Vec<T>) -> (Vec<T>, Option<T>) {
    let more = entries.len() > PAGE_SIZE as usize;
    entries.truncate(PAGE_SIZE as usize);
    let last = entries.last().filter(|_| more).cloned();
    (entries, last)
}
