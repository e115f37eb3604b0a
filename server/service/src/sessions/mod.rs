//! Signing in and out, and sessions.

mod member;
mod open;
mod sign_in;

pub use member::{EnrollingMember, Member, SignedIn};
pub use sign_in::{AccountChoice, OpenedSession, SignInOutcome, SignInStep};

use crate::clock::Clock;
use crate::error::Error;
use crate::failed_attempts::AttemptKind;
use crate::fold::spellings;
use crate::origin::Client;
use crate::random::Random;
use crate::sign_in_guard::SignInGuard;
use crate::store::{Candidate, SessionPorts};
use domain::{Email, Failure, seconds};
use std::sync::Arc;
use zeroize::Zeroizing;

pub(crate) const IDLE_SECONDS: i64 = 12 * seconds::HOUR;
const ABSOLUTE_SECONDS: i64 = 7 * seconds::DAY;

/// The number of members with the same address that a sign-in considers, each of another account.
/// In an installation with at least this number of accounts, every sign-in verifies this number of
/// passwords.
const MAX_ACCOUNTS: u32 = 4;
/// The content of the session cookie: 256 random bits. Only its hash is stored.
pub struct SessionToken(Zeroizing<String>);

impl SessionToken {
    /// Returns the text itself, for the cookie.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// Sign-ins and sessions.
pub struct Sessions {
    pub(crate) store: Arc<dyn SessionPorts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) guard: Arc<SignInGuard>,
}

impl Sessions {
    /// Opens a session for the member with this address and password, or asks for the code of their
    /// second factor. If members of several accounts have both, it asks for the account.
    ///
    /// # Errors
    /// [`Failure::WrongCredentials`], which does not reveal which of the two is wrong, and
    /// [`Failure::TooManyAttempts`] during a delay.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        client: &Client,
    ) -> Result<SignInOutcome, Error> {
        let email = Email::from_stored(email).ok();
        // A text that cannot be an address takes all steps as well, so that the time of the answer
        // reveals nothing.
        let subject = email.as_ref().map_or("", Email::as_str);
        let permit = self.guard.begin_attempt(subject, client).await?;
        let accounts = self.store.count_accounts(MAX_ACCOUNTS).await?;
        let accounts = u32::try_from(accounts).unwrap_or(MAX_ACCOUNTS).max(1);
        let candidates = match &email {
            Some(email) => self.members_by_address(email, accounts).await?,
            None => Vec::new(),
        };
        let mut matching = Vec::new();
        // The number of passwords depends on the number of accounts alone, so that the time of the
        // answer does not reveal whether a member has this address, or in how many accounts.
        for at in 0..accounts as usize {
            let candidate = candidates.get(at);
            // To the caller, a deactivated member looks like an unknown one.
            let candidate = candidate.filter(|candidate| !candidate.member.deactivated);
            let stored = candidate.map(|candidate| candidate.password_hash.as_str());
            if permit.verify(&self.guard.hasher, password, stored).await? {
                matching.extend(candidate);
            }
        }
        let mismatched: Vec<_> = candidates
            .iter()
            .map(|Candidate { member, .. }| (&member.account_id, &member.id))
            .filter(|(_, id)| matching.iter().all(|candidate| candidate.member.id != **id))
            .collect();
        // The turn is held until a failure is counted: otherwise a burst would pass before.
        if let [first, ..] = matching[..]
            && accounts > 1
        {
            self.guard
                .count_right_password(first, &mismatched, client)
                .await?;
        }
        match matching[..] {
            [] => {
                self.guard.count_failure(subject, client).await?;
                let attempt = match candidates[..] {
                    [] => AttemptKind::UnknownAddress,
                    _ => AttemptKind::Password,
                };
                self.guard.attempts.note(attempt, &mismatched, client);
                Err(Failure::WrongCredentials.into())
            }
            [candidate]
                if self
                    .store
                    .second_factor(&candidate.member.id)
                    .await?
                    .is_some() =>
            {
                // Earlier failures stay counted until the code is correct as well.
                self.begin_sign_in(candidate)
                    .await
                    .map(SignInOutcome::CodeNeeded)
            }
            [candidate] => {
                let forget = self
                    .guard
                    .forgotten_at_success(&candidate.member.email, client)
                    .await?;
                let session = self.open_session(candidate, &forget, client);
                session.await.map(SignInOutcome::Session)
            }
            _ => self
                .offer_accounts(&matching)
                .await
                .map(SignInOutcome::AccountNeeded),
        }
    }

    /// Returns up to `limit` members with this address, in any of its spellings: addresses were not
    /// always ASCII.
    pub(crate) async fn members_by_address(
        &self,
        email: &Email,
        limit: u32,
    ) -> Result<Vec<Candidate>, Error> {
        let mut members = Vec::new();
        for spelling in spellings(email.as_str()) {
            if let Ok(email) = Email::from_stored(&spelling) {
                members.extend(self.store.members_by_email(&email, limit).await?);
            }
        }
        members.truncate(limit as usize);
        Ok(members)
    }
}
