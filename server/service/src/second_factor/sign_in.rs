//! Signing in by a password and a code, in two steps. Between them there is no session, only a
//! short-lived token which proves that the password was right.

use super::WRONG;
use crate::session::{STEEP_SECONDS, code_subject, token_digest};
use crate::store::{Action, Candidate, FactorRecord, MemberRecord, Proof};
use crate::{Attempt, Client, Error, Member, Service, SessionToken};
use domain::{AccountId, AccountName, Email, Failure, Field, MemberId};
use zeroize::Zeroizing;

/// Long enough to look for a phone.
const LIFE_SECONDS: i64 = 5 * 60;

/// The result of a right password.
pub enum SignedIn {
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

/// Token which proves that the password was right: 256 random bits, of which the hash is stored.
pub struct SignInStep(Zeroizing<String>);

impl SignInStep {
    /// Returns the text itself, for the form that asks for the code.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// The member whose code is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holder<'a> {
    account: &'a AccountId,
    id: &'a MemberId,
    email: &'a Email,
}

impl<'a> Holder<'a> {
    const fn of_record(record: &'a MemberRecord) -> Self {
        Self {
            account: &record.account_id,
            id: &record.id,
            email: &record.email,
        }
    }

    pub(super) const fn of_member(member: &'a Member) -> Self {
        Self {
            account: &member.account_id,
            id: &member.id,
            email: &member.email,
        }
    }
}

impl Service {
    /// Begins a sign-in that waits for a code or a choice of account.
    ///
    /// # Errors
    /// [`Failure::WrongCredentials`] if the password was changed after it was verified.
    pub(crate) async fn begin_sign_in(&self, candidate: &Candidate) -> Result<SignInStep, Error> {
        let (token, now) = (self.new_token(), self.clock.now());
        let ends = now.plus_seconds(LIFE_SECONDS);
        let begun = self
            .store
            .begin_sign_in(&token_digest(&token), candidate, now, ends)
            .await?;
        if begun {
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
    pub async fn choose_account(&self, token: &str, client: &Client) -> Result<SignedIn, Error> {
        let step = token_digest(token);
        let member = self.store.find_sign_in(&step, self.clock.now()).await?;
        let member = member.ok_or(Failure::SignedOut)?;
        if self.store.second_factor(&member.id).await?.is_some() {
            let step = SignInStep(Zeroizing::new(token.to_owned()));
            return Ok(SignedIn::CodeNeeded(step));
        }
        let (session, opened) = self.new_session(&member.id, client);
        let action = Action::SessionOpened;
        let event = self.session_event(action, &member.id, &member.account_id, client);
        let finished = self
            .store
            .finish_sign_in(&step, None, session, &[], event)
            .await?;
        if finished {
            Ok(SignedIn::Session(opened))
        } else {
            Err(Failure::SignedOut.into())
        }
    }

    /// Opens the session of a caller who has given the right password, by a code of their app or a
    /// recovery code.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] if the first step has expired or was used, [`Failure::Invalid`] for a
    /// wrong code, and [`Failure::TooManyAttempts`] during a delay.
    pub async fn finish_sign_in(
        &self,
        token: &str,
        typed: &str,
        client: &Client,
    ) -> Result<SessionToken, Error> {
        let step = token_digest(token);
        let member = self.store.find_sign_in(&step, self.clock.now()).await?;
        let member = member.ok_or(Failure::SignedOut)?;
        let factor = self.store.second_factor(&member.id).await?;
        let factor = factor.ok_or(Failure::SignedOut)?;
        let holder = Holder::of_record(&member);
        let proof = self.ask_code(holder, &factor, typed, client).await?;
        let Holder { id, email, .. } = holder;
        let (session, opened) = self.new_session(id, client);
        let action = match proof {
            Proof::Step(_) => Action::SessionOpened,
            Proof::Recovery(_) => Action::FactorRecoveryUsed,
        };
        let event = self.session_event(action, id, &member.account_id, client);
        let mut forget = self.forgotten_at_success(email, client).await?;
        forget.push(code_subject(id));
        let store = &self.store;
        if store
            .finish_sign_in(&step, Some(proof), session, &forget, event)
            .await?
        {
            Ok(opened)
        } else {
            Err(self.wrong_code(holder, client).await?)
        }
    }

    /// Verifies a code, and returns what it proves.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for a wrong code, which counts like a wrong password, and
    /// [`Failure::TooManyAttempts`] during a delay.
    pub(super) async fn ask_code(
        &self,
        holder: Holder<'_>,
        factor: &FactorRecord,
        typed: &str,
        client: &Client,
    ) -> Result<Proof, Error> {
        let Holder { id, email, .. } = holder;
        // The turn is held, so that a burst does not pass before its first failure is counted.
        let _turn = self.attempt_code(id, email, client).await?;
        match self.proof(id, email, factor, typed, self.clock.now())? {
            Some(proof) => Ok(proof),
            None => Err(self.wrong_code(holder, client).await?),
        }
    }

    /// Counts a wrong code, from any network: a caller who gets this far has the password.
    pub(super) async fn wrong_code(
        &self,
        holder: Holder<'_>,
        client: &Client,
    ) -> Result<Error, Error> {
        let Holder { account, id, email } = holder;
        self.count_failure(email.as_str(), client).await?;
        let blocked = self.count_code_failure(id).await?;
        self.note_attempt(Attempt::Code, &[(account, id)], client);
        if blocked {
            self.warn_of_codes(account, id, client).await?;
            return Ok(Failure::TooManyAttempts {
                retry_after_seconds: STEEP_SECONDS,
            }
            .into());
        }
        Ok(Error::field(Field::Code, WRONG))
    }
}
