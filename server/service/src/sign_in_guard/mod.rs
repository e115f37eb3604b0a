//! The guard of sign-ins: passwords and codes are tried a few at a time, and each wrong one delays
//! the next.

mod failures;
mod other_accounts;
mod warning;

pub(crate) use failures::code_subject;

use crate::clock::Clock;
use crate::error::Error;
use crate::failed_attempts::{AttemptKind, AttemptLog};
use crate::invalid::InvalidReason;
use crate::origin::Client;
use crate::password::{HashPermit, Hasher, Password};
use crate::random::Random;
use crate::second_factor::Factors;
use crate::store::{FactorRecord, MemberRecord, Proof, SignInPorts};
use domain::{AccountId, Email, Failure, Field, MemberId, Timestamp};
use failures::{STEEP_SECONDS, subjects};
use std::sync::Arc;

/// The member whose code is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Holder<'a> {
    pub(crate) account: &'a AccountId,
    pub(crate) id: &'a MemberId,
    pub(crate) email: &'a Email,
}

impl<'a> Holder<'a> {
    pub(crate) const fn of_record(record: &'a MemberRecord) -> Self {
        Self {
            account: &record.account_id,
            id: &record.id,
            email: &record.email,
        }
    }
}

/// Permits to try a password or a code, and the delays after wrong ones.
pub struct SignInGuard {
    pub(crate) store: Arc<dyn SignInPorts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) hasher: Hasher,
    pub(crate) factors: Arc<Factors>,
    pub(crate) attempts: Arc<AttemptLog>,
}

impl SignInGuard {
    /// Returns the number of passwords that were verified since the start. It must not depend on
    /// whether the address of a sign-in has a member.
    pub fn verified_passwords(&self) -> u64 {
        self.hasher.verified_count()
    }

    /// Returns the PHC string of a new password.
    pub(crate) async fn hash_password(&self, password: Password) -> Result<String, Error> {
        self.hasher.hash(&*self.random, password).await
    }

    /// Verifies a code, and returns what it proves.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a wrong code, which counts like a wrong password, and
    /// [`Failure::TooManyAttempts`] during a delay.
    pub(super) async fn verify_code(
        &self,
        holder: Holder<'_>,
        factor: &FactorRecord,
        typed: &str,
        client: &Client,
    ) -> Result<Proof, Error> {
        let Holder { id, email, .. } = holder;
        // The turn is held, so that a burst does not pass before its first failure is counted.
        let _permit = self.begin_code_attempt(id, email, client).await?;
        match self
            .factors
            .proof(id, email, factor, typed, self.clock.now())?
        {
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
        self.attempts
            .note(AttemptKind::Code, &[(account, id)], client);
        if blocked {
            self.warn_of_codes(account, id, client).await?;
            return Ok(Failure::TooManyAttempts {
                retry_after_seconds: STEEP_SECONDS,
            }
            .into());
        }
        Ok(Error::field(Field::Code, InvalidReason::WrongCode))
    }

    /// Returns the right to try a password for this address.
    ///
    /// # Errors
    /// [`Failure::TooManyAttempts`] during a delay.
    pub(crate) async fn begin_attempt(
        &self,
        email: &str,
        client: &Client,
    ) -> Result<HashPermit<'_>, Error> {
        let (by_member, by_network) = subjects(email, client.ip);
        self.begin_attempt_as(&[by_member, by_network]).await
    }

    /// Returns the right to try a code for this member.
    ///
    /// # Errors
    /// [`Failure::TooManyAttempts`] during a delay.
    pub(crate) async fn begin_code_attempt(
        &self,
        id: &MemberId,
        email: &Email,
        client: &Client,
    ) -> Result<HashPermit<'_>, Error> {
        let (by_member, by_network) = subjects(email.as_str(), client.ip);
        let subjects = [by_member, by_network, code_subject(id)];
        self.begin_attempt_as(&subjects).await
    }

    async fn begin_attempt_as(&self, subjects: &[String]) -> Result<HashPermit<'_>, Error> {
        let permit = self
            .hasher
            .acquire()
            .await
            .ok_or(Failure::TooManyAttempts {
                retry_after_seconds: 1,
            })?;
        // Checked while the turn is held: otherwise a burst would pass before its first failure is
        // counted.
        let now = self.clock.now();
        match self.store.blocked_until(subjects, now).await? {
            Some(until) => Err(too_many(until, now)),
            None => Ok(permit),
        }
    }

    /// Asks a signed-in member for their password once more. A person who found their browser open
    /// is slowed down like anyone who tries to sign in.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is wrong, [`Failure::TooManyAttempts`] during a delay.
    pub(crate) async fn verify_password(
        &self,
        holder: Holder<'_>,
        password: &str,
        client: &Client,
    ) -> Result<(), Error> {
        let email = holder.email.as_str();
        let permit = self.begin_attempt(email, client).await?;
        let stored = self.store.password_hash(holder.id).await?;
        if permit
            .verify(&self.hasher, password, stored.as_deref())
            .await?
        {
            return Ok(());
        }
        self.count_failure(email, client).await?;
        let members = [(holder.account, holder.id)];
        self.attempts
            .note(AttemptKind::CurrentPassword, &members, client);
        Err(Error::field(
            Field::OldPassword,
            InvalidReason::WrongPassword,
        ))
    }
}

fn too_many(until: Timestamp, now: Timestamp) -> Error {
    let millis = u64::try_from(until.millis().saturating_sub(now.millis())).unwrap_or(0);
    let seconds = u32::try_from(millis.div_ceil(1000).max(1)).unwrap_or(u32::MAX);
    Failure::TooManyAttempts {
        retry_after_seconds: seconds,
    }
    .into()
}
