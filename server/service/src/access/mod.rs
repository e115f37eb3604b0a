//! A member's own access: their password, their sessions and their second factor.

mod second_factor;

pub use second_factor::Enrolled;

use crate::clock::Clock;
use crate::error::Error;
use crate::origin::Client;
use crate::password::Password;
use crate::pepper_change::PepperChange;
use crate::second_factor::Factors;
use crate::sessions::{IDLE_SECONDS, Member};
use crate::sign_in::SignInGuard;
use crate::store::{AccessPorts, Action, SessionRecord, TokenDigest};
use crate::view::moment;
use domain::{AccountPage, Failure, Field, SessionRow, WrongCodes};
use serde_json::json;
use std::sync::Arc;

/// The operations of a member on their own access.
pub struct Access {
    pub(crate) store: Arc<dyn AccessPorts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) guard: Arc<SignInGuard>,
    pub(crate) factors: Arc<Factors>,
    pub(crate) pepper: Arc<PepperChange>,
}

impl Access {
    /// Returns all data of a member's own page. `token` is that of the present session.
    ///
    /// # Errors
    /// The database's.
    pub async fn page(&self, member: &Member, token: &str) -> Result<AccountPage, Error> {
        let (now, zone) = (self.clock.now(), &member.time_zone);
        let this = TokenDigest::of(token);
        let row = |session: SessionRecord| SessionRow {
            id: session_id(&session.digest),
            opened: moment(session.created_at, zone),
            last_seen: moment(session.last_seen_at, zone),
            ip: session.ip.map(|ip| ip.to_string()),
            user_agent: session.user_agent,
            is_this: session.digest == this,
        };
        Ok(AccountPage {
            email: member.email.clone(),
            role: member.role,
            now: moment(now, zone),
            recovery_codes: self.recovery_codes_left(&member.id).await?,
            wrong_codes: self.wrong_codes(member).await?,
            sessions: self.sessions(member).await?.into_iter().map(row).collect(),
        })
    }

    /// Sets a new password, and ends all other sessions of the member.
    ///
    /// # Errors
    /// [`Failure::Invalid`] if the old password is wrong or the new one is unsuitable,
    /// [`Failure::TooManyAttempts`] during a delay.
    pub async fn change_password(
        &self,
        member: &Member,
        client: &Client,
        token: &str,
        old: &str,
        new: &str,
    ) -> Result<(), Error> {
        let password =
            Password::parse(new).map_err(|rejected| Error::field(Field::Password, rejected))?;
        self.guard
            .ask_password(member.holder(), old, client)
            .await?;
        let hash = self.guard.hash_password(password).await?;
        let event = member.event(
            Action::PasswordChanged,
            member.id.as_str(),
            client,
            self.clock.now(),
            json!({}),
        );
        self.store
            .change_password(&member.id, &TokenDigest::of(token), &hash, event)
            .await?;
        Ok(())
    }

    /// Ends one other session of the member. It is not an error if it has ended already.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for the present session, which ends by signing out.
    pub async fn end_session(
        &self,
        member: &Member,
        client: &Client,
        token: &str,
        id: &str,
    ) -> Result<(), Error> {
        let sessions = self.sessions(member).await?;
        let found = sessions
            .into_iter()
            .find(|session| session_id(&session.digest) == id);
        let Some(session) = found else { return Ok(()) };
        if session.digest == TokenDigest::of(token) {
            return Err(Failure::NotFound.into());
        }
        let event = member.event(
            Action::SessionEnded,
            member.id.as_str(),
            client,
            self.clock.now(),
            json!({ "opened_from": session.ip.map(|ip| ip.to_string()) }),
        );
        self.store.end_session(&session.digest, event).await?;
        Ok(())
    }

    /// Ends all sessions of the member except the present one.
    ///
    /// # Errors
    /// The database's.
    pub async fn end_other_sessions(
        &self,
        member: &Member,
        client: &Client,
        token: &str,
    ) -> Result<(), Error> {
        let event = member.event(
            Action::SessionOthersEnded,
            member.id.as_str(),
            client,
            self.clock.now(),
            json!({}),
        );
        self.store
            .end_other_sessions(&member.id, &TokenDigest::of(token), event)
            .await?;
        Ok(())
    }

    async fn sessions(&self, member: &Member) -> Result<Vec<SessionRecord>, Error> {
        let now = self.clock.now();
        let idle_since = now.plus_seconds(-IDLE_SECONDS);
        let sessions = self.store.list_sessions(&member.id, now, idle_since);
        Ok(sessions.await?)
    }

    pub(crate) async fn wrong_codes(&self, member: &Member) -> Result<Option<WrongCodes>, Error> {
        let warning = self.store.code_warning(&member.id).await?;
        Ok(warning.map(|warning| WrongCodes {
            at: moment(warning.at, &member.time_zone),
            ip: warning.ip.to_string(),
        }))
    }
}

/// Returns enough of the digest to distinguish a member's sessions: no page contains the whole
/// digest.
fn session_id(digest: &TokenDigest) -> String {
    hex::encode(&digest.0[..8])
}
