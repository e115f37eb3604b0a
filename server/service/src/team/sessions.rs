//! Ending the sessions of another member.

use super::Team;
use crate::error::Error;
use crate::origin::Client;
use crate::sessions::{IDLE_SECONDS, Member};
use crate::store::{Action, SessionChoice, SessionRecord, Teammate};
use domain::{Failure, MemberId};
use serde_json::json;

impl Team {
    /// Ends one session of another member, or all of them, and returns how many were live. They end
    /// on every node with the commit: each request looks its session up in the database. It is not
    /// an error if they have ended already.
    ///
    /// # Errors
    /// Refused to members who may not manage this role, and for oneself. [`Failure::NotFound`] if
    /// the account has no such member.
    pub async fn end_sessions(
        &self,
        member: &Member,
        client: &Client,
        id: &MemberId,
        choice: SessionChoice<'_>,
    ) -> Result<u32, Error> {
        member.must_manage_other(id)?;
        let now = self.clock.now();
        let idle_since = now.plus_seconds(-IDLE_SECONDS);
        let event = |teammate: &Teammate, sessions: &[SessionRecord]| {
            let opened_from = match (choice, sessions) {
                (SessionChoice::One(_), [session]) => session.ip,
                _ => None,
            };
            let detail = json!({
                "email": teammate.email,
                "sessions": sessions.len(),
                "opened_from": opened_from.map(|ip| ip.to_string()),
            });
            member.event(Action::MemberSignedOut, id.as_str(), client, now, detail)
        };
        let account = &member.account_id;
        let ended = self
            .store
            .end_member_sessions(account, id, choice, now, idle_since, &event);
        Ok(ended.await?.ok_or(Failure::NotFound)?)
    }
}
