//! Opening and ending a session.

use super::{ABSOLUTE_SECONDS, SessionToken, Sessions};
use crate::error::Error;
use crate::origin::Client;
use crate::random;
use crate::store::{Action, Actor, AuditEvent, Candidate, NewSession, TokenDigest};
use domain::{AccountId, Failure, MemberId, Timestamp};
use serde_json::json;

impl Sessions {
    /// Returns a session that is about to be opened, and its token.
    pub(crate) fn new_session(
        &self,
        member: &MemberId,
        client: &Client,
    ) -> (NewSession, SessionToken) {
        let token = random::token(&*self.random);
        let now = self.clock.now();
        let session = NewSession {
            digest: TokenDigest::of(&token),
            member_id: member.clone(),
            created_at: now,
            expires_at: now.plus_seconds(ABSOLUTE_SECONDS),
            ip: client.ip,
            user_agent: client.user_agent().map(str::to_owned),
        };
        (session, SessionToken(token))
    }

    pub(crate) fn session_event(
        &self,
        action: Action,
        member: &MemberId,
        account: &AccountId,
        client: &Client,
    ) -> AuditEvent {
        session_event(action, member, account, client, self.clock.now())
    }

    /// Opens the session of a member who has just used a link. `None` if it could not be opened:
    /// the link has still taken effect, and its holder has to sign in.
    pub(crate) async fn open_session_after_link(
        &self,
        member: &MemberId,
        password_hash: String,
        client: &Client,
    ) -> Option<SessionToken> {
        let result = async {
            let member = self.store.find_member(member).await?;
            let member = member.ok_or(Failure::WrongCredentials)?;
            let forget = self
                .guard
                .forgotten_at_success(&member.email, client)
                .await?;
            let candidate = Candidate {
                member,
                password_hash,
            };
            self.open_session(&candidate, &forget, client).await
        };
        match result.await {
            Ok(session) => Some(session),
            Err(error) => {
                tracing::warn!(%error, "a link was used, but its session could not be opened");
                None
            }
        }
    }

    /// Opens the session of a candidate whose password was verified.
    ///
    /// # Errors
    /// [`Failure::WrongCredentials`] if the verified state no longer holds: the member now has
    /// another password or a second factor, or is deactivated.
    pub(super) async fn open_session(
        &self,
        Candidate {
            member,
            password_hash,
        }: &Candidate,
        forget: &[String],
        client: &Client,
    ) -> Result<SessionToken, Error> {
        let (session, token) = self.new_session(&member.id, client);
        let event = self.session_event(
            Action::SessionOpened,
            &member.id,
            &member.account_id,
            client,
        );
        let store = &self.store;
        if store
            .open_session(session, password_hash, forget, event)
            .await?
        {
            Ok(token)
        } else {
            Err(Failure::WrongCredentials.into())
        }
    }

    /// Ends a session. It is not an error if the token has none.
    ///
    /// # Errors
    /// The database's.
    pub async fn sign_out(&self, token: &str, client: &Client) -> Result<(), Error> {
        let Some(signed_in) = self.signed_in(token).await? else {
            return Ok(());
        };
        let member = signed_in.owner();
        let now = self.clock.now();
        let event = session_event(
            Action::SessionEnded,
            &member.id,
            &member.account_id,
            client,
            now,
        );
        self.store
            .end_session(&TokenDigest::of(token), event)
            .await?;
        Ok(())
    }
}

fn session_event(
    action: Action,
    member: &MemberId,
    account: &AccountId,
    client: &Client,
    at: Timestamp,
) -> AuditEvent {
    AuditEvent::new(
        account,
        Actor::Member(member.clone()),
        client,
        action,
        member.as_str(),
        at,
        json!({}),
    )
}
