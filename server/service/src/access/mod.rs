//! A member's own access: their password, their sessions and their second factor.

mod second_factor;

pub use second_factor::EnableFactorOutcome;

use crate::clock::Clock;
use crate::error::Error;
use crate::origin::Client;
use crate::password::Password;
use crate::pepper_change::PepperChange;
use crate::second_factor::Factors;
use crate::sessions::{IDLE_SECONDS, Member};
use crate::sign_in_guard::SignInGuard;
use crate::store::{AccessPorts, Action, CodeWarning, SessionRecord, TokenDigest};
use domain::{Failure, Field};
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

/// A member's own access.
#[derive(Debug)]
pub struct OwnAccess {
    /// Newest first.
    pub sessions: Vec<OwnSession>,
    /// Number of recovery codes that are left; `None` if the second factor is off.
    pub recovery_codes: Option<u32>,
    /// Whether the account requires a second factor.
    pub factor_required: bool,
    /// The last of ten or more wrong codes in a row, until the password is changed.
    pub wrong_codes: Option<CodeWarning>,
}

/// A session of the member.
#[derive(Debug)]
pub struct OwnSession {
    pub record: SessionRecord,
    /// Whether this is the session of the current request.
    pub is_current: bool,
}

impl Access {
    /// Returns a member's own access. `token` is that of the present session.
    ///
    /// # Errors
    /// The database's.
    pub async fn overview(&self, member: &Member, token: &str) -> Result<OwnAccess, Error> {
        let current = TokenDigest::of(token);
        let session = |record: SessionRecord| OwnSession {
            is_current: record.digest == current,
            record,
        };
        let sessions = self.sessions(member).await?.into_iter();
        Ok(OwnAccess {
            sessions: sessions.map(session).collect(),
            recovery_codes: self.recovery_codes_left(&member.id).await?,
            factor_required: self.is_factor_required(member).await?,
            wrong_codes: self.store.code_warning(&member.id).await?,
        })
    }

    /// Sets a new password, and ends all other sessions of the member.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the old password is wrong or the new one is unsuitable,
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
            Password::parse(new).map_err(|reason| Error::field(Field::Password, reason))?;
        self.guard
            .verify_password(member.holder(), old, client)
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

    /// Ends one other session of the member, which is recorded as if another member had ended it.
    /// It is not an error if it has ended already.
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
        let found = sessions.into_iter().find(|session| session.id() == id);
        let Some(session) = found else { return Ok(()) };
        if session.digest == TokenDigest::of(token) {
            return Err(Failure::NotFound.into());
        }
        let event = member.event(
            Action::MemberSignedOut,
            member.id.as_str(),
            client,
            self.clock.now(),
            json!({
                "email": member.email,
                "sessions": 1,
                "opened_from": session.ip.map(|ip| ip.to_string()),
            }),
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
}
