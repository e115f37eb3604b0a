//! Signing in by a password and a code, in two steps. Between them there is no session, only a
//! short-lived token which proves that the password was correct.

use super::Sessions;
use crate::error::Error;
use crate::origin::Client;
use crate::random;
use crate::sessions::SessionToken;
use crate::sign_in_guard::{Holder, code_subject};
use crate::store::{Action, Candidate, Proof, TokenDigest};
use domain::{AccountName, Failure};
use zeroize::Zeroizing;

/// Time for the second step, long enough to look for a phone.
const VALIDITY_SECONDS: i64 = 5 * 60;

/// The result of a correct password.
pub enum SignInOutcome {
    Session(SessionToken),
    /// The member has a second factor.
    CodeNeeded(SignInStep),
    /// Members of several accounts have this address and password.
    AccountNeeded(Vec<AccountChoice>),
}

/// An account in which a member has the address and the password.
pub struct AccountChoice {
    pub step: SignInStep,
    pub account_name: AccountName,
}

/// Token which proves that the password was correct: 256 random bits, of which only the hash is
/// stored.
pub struct SignInStep(Zeroizing<String>);

impl SignInStep {
    /// Returns the text itself, for the form that asks for the code.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// A session that was opened by a code.
pub struct OpenedSession {
    pub token: SessionToken,
    /// The number of recovery codes that are left, if the code was one of them.
    pub recovery_codes_left: Option<u32>,
}

impl Sessions {
    /// Begins a sign-in that waits for a code or a choice of account.
    ///
    /// # Errors
    /// [`Failure::WrongCredentials`] if the password was changed after it was verified.
    pub(crate) async fn begin_sign_in(&self, candidate: &Candidate) -> Result<SignInStep, Error> {
        let (token, now) = (random::token(&*self.random), self.clock.now());
        let expires_at = now.plus_seconds(VALIDITY_SECONDS);
        let stored = self
            .store
            .begin_sign_in(&TokenDigest::of(&token), candidate, now, expires_at)
            .await?;
        if stored {
            Ok(SignInStep(token))
        } else {
            Err(Failure::WrongCredentials.into())
        }
    }

    /// Begins a sign-in for each of these candidates, of which the person chooses one.
    pub(crate) async fn offer_accounts(
        &self,
        candidates: &[&Candidate],
    ) -> Result<Vec<AccountChoice>, Error> {
        let mut choices = Vec::new();
        for candidate in candidates {
            choices.push(AccountChoice {
                step: self.begin_sign_in(candidate).await?,
                account_name: candidate.member.account_name.clone(),
            });
        }
        Ok(choices)
    }

    /// Continues the sign-in at the chosen account: opens its session, or asks for the code of the
    /// second factor.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] if the step has expired or was used.
    pub async fn choose_account(
        &self,
        token: &str,
        client: &Client,
    ) -> Result<SignInOutcome, Error> {
        let step = TokenDigest::of(token);
        let member = self.store.find_sign_in(&step, self.clock.now()).await?;
        let member = member.ok_or(Failure::SignedOut)?;
        if self.store.second_factor(&member.id).await?.is_some() {
            let step = SignInStep(Zeroizing::new(token.to_owned()));
            return Ok(SignInOutcome::CodeNeeded(step));
        }
        let (session, session_token) = self.new_session(&member.id, client);
        let action = Action::SessionOpened;
        let event = self.session_event(action, &member.id, &member.account_id, client);
        let finished = self
            .store
            .finish_sign_in(&step, None, session, &[], event)
            .await?;
        if finished {
            Ok(SignInOutcome::Session(session_token))
        } else {
            Err(Failure::SignedOut.into())
        }
    }

    /// Opens the session of a caller who has entered the correct password, by a code of their app
    /// or a recovery code.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] if the first step has expired or was used, [`Error::Invalid`] for a
    /// wrong code, and [`Failure::TooManyAttempts`] during a delay.
    pub async fn finish_sign_in(
        &self,
        token: &str,
        typed: &str,
        client: &Client,
    ) -> Result<OpenedSession, Error> {
        let step = TokenDigest::of(token);
        let member = self.store.find_sign_in(&step, self.clock.now()).await?;
        let member = member.ok_or(Failure::SignedOut)?;
        let factor = self.store.second_factor(&member.id).await?;
        let factor = factor.ok_or(Failure::SignedOut)?;
        let holder = Holder::of_record(&member);
        let proof = self
            .guard
            .verify_code(holder, &factor, typed, client)
            .await?;
        let Holder { id, email, .. } = holder;
        let (session, session_token) = self.new_session(id, client);
        let (action, recovery_codes_left) = match proof {
            Proof::Step(_) => (Action::SessionOpened, None),
            Proof::Recovery(_) => {
                let left = factor.recovery_codes.saturating_sub(1);
                (Action::FactorRecoveryUsed, Some(left))
            }
        };
        let event = self.session_event(action, id, &member.account_id, client);
        let mut forget = self.guard.forgotten_at_success(email, client).await?;
        forget.push(code_subject(id));
        let store = &self.store;
        if store
            .finish_sign_in(&step, Some(proof), session, &forget, event)
            .await?
        {
            Ok(OpenedSession {
                token: session_token,
                recovery_codes_left,
            })
        } else {
            Err(self.guard.wrong_code(holder, client).await?)
        }
    }
}
