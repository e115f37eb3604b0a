//! The second factor: an authenticator app, and recovery codes for when it is lost.

use super::Access;
use crate::error::Error;
use crate::invalid::InvalidReason;
use crate::origin::Client;
use crate::second_factor::step;
use crate::sessions::{EnrollingMember, Member};
use crate::store::{Action, NewFactor, NewRecoveryCodes, Proof, TokenDigest};
use domain::{Enrolment, Failure, Field, MemberId, ShownSecret};
use qrcode::{Color, QrCode};
use serde_json::json;

/// Time within which the password has to follow the code of a new second factor.
const CONFIRMED_SECONDS: u64 = 10 * 60;
/// Length of a time step of RFC 6238, in which one code is valid.
const STEP_SECONDS: u64 = 30;

/// Outcome of turning on a second factor whose code was confirmed before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnableFactorOutcome {
    /// It is on. These are the recovery codes, which are shown only this once.
    Enabled(Vec<String>),
    /// The code was confirmed too long ago, so that another one is needed. Nothing was changed.
    CodeTooOld,
}

impl Access {
    /// Returns a fresh secret for the member's app. Nothing is stored until a first code confirms
    /// it.
    ///
    /// # Errors
    /// [`Failure::NotFound`] if the member already has a second factor.
    pub async fn enrolment(&self, member: &EnrollingMember) -> Result<Enrolment, Error> {
        let member = member.member();
        if self.store.second_factor(&member.id).await?.is_some() {
            return Err(Failure::NotFound.into());
        }
        let pepper = self.pepper.installation_pepper().await?;
        let sealed = self
            .factors
            .seal(&member.id, &self.factors.new_factor_secret(), pepper)?;
        self.describe_enrolment(member, &sealed)
    }

    /// Returns the same secret again, for a form whose code was refused.
    ///
    /// # Errors
    /// [`Failure::NotFound`] if the secret was not made here for this member.
    pub fn reopen_enrolment(
        &self,
        member: &EnrollingMember,
        sealed: &str,
    ) -> Result<Enrolment, Error> {
        let sealed = hex::decode(sealed).map_err(|_| Failure::NotFound)?;
        self.describe_enrolment(member.member(), &sealed)
    }

    fn describe_enrolment(&self, member: &Member, sealed: &[u8]) -> Result<Enrolment, Error> {
        let secret = self
            .factors
            .unseal(&member.id, sealed)
            .ok_or(Failure::NotFound)?;
        let totp = secret.totp(&member.email)?;
        let url = totp
            .to_url()
            .map_err(|error| Error::broken(error.to_string()))?;
        let code = QrCode::new(url.as_bytes()).map_err(Error::broken)?;
        let (width, colors) = (code.width(), code.to_colors());
        let dark = colors
            .iter()
            .enumerate()
            .filter(|(_, color)| **color == Color::Dark);
        let squares = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width, at / width));
        Ok(Enrolment {
            sealed: hex::encode(sealed),
            text: ShownSecret::new(secret.text()),
            url: ShownSecret::new(url),
            squares: ShownSecret::new(squares.collect()),
            width: u32::try_from(width).unwrap_or(0),
        })
    }

    /// Verifies the code from the app. Nothing is stored yet: the returned text proves for ten
    /// minutes that the code was correct, so that after a wrong password the member need not enter
    /// another code.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a wrong code, [`Failure::NotFound`] if the secret was not made here.
    pub async fn confirm_enrolment(
        &self,
        member: &EnrollingMember,
        sealed: &str,
        typed: &str,
    ) -> Result<String, Error> {
        let member = member.member();
        let sealed = hex::decode(sealed).map_err(|_| Failure::NotFound)?;
        let secret = self
            .factors
            .unseal(&member.id, &sealed)
            .ok_or(Failure::NotFound)?;
        let typed: String = typed.split_whitespace().collect();
        let step =
            step(&secret.totp(&member.email)?, &typed, self.clock.now()).ok_or_else(wrong_code)?;
        let pepper = self.pepper.installation_pepper().await?;
        let confirmed = self
            .factors
            .seal_confirmed(&member.id, &secret, step, pepper)?;
        Ok(hex::encode(confirmed))
    }

    /// Turns on the second factor whose code [`Access::confirm_enrolment`] has verified. All
    /// sessions of the member except that of `token`, and the sign-ins that have begun, end in the
    /// same transaction: their callers gave only the password.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a wrong password, [`Failure::NotFound`] if the code was not verified
    /// here or the member already has a second factor.
    pub async fn enable_second_factor(
        &self,
        member: &EnrollingMember,
        client: &Client,
        token: &str,
        confirmed: &str,
        password: &str,
    ) -> Result<EnableFactorOutcome, Error> {
        let member = member.member();
        let confirmed = hex::decode(confirmed).map_err(|_| Failure::NotFound)?;
        let (secret, step) = self
            .factors
            .unseal_confirmed(&member.id, &confirmed)
            .ok_or(Failure::NotFound)?;
        let now = self.clock.now();
        let until = step * STEP_SECONDS + CONFIRMED_SECONDS;
        if u64::try_from(now.millis() / 1_000).map_or(true, |now| now > until) {
            return Ok(EnableFactorOutcome::CodeTooOld);
        }
        // An open browser alone must not be enough to lock its owner out.
        self.guard
            .verify_password(member.holder(), password, client)
            .await?;
        // The pepper may have been changed since the page was rendered.
        let pepper = self.pepper.installation_pepper().await?;
        let codes = self.factors.recovery_codes(&member.id, pepper);
        let (codes, digests) = codes.into_iter().unzip();
        let factor = NewFactor {
            sealed: self.factors.seal(&member.id, &secret, pepper)?,
            pepper_id: pepper.id(),
            step,
            recovery_codes: digests,
        };
        let id = member.id.as_str();
        let event = member.event(Action::FactorEnabled, id, client, now, json!({}));
        let enabled = self
            .store
            .enable_second_factor(&member.id, &TokenDigest::of(token), factor, now, event)
            .await?;
        if enabled {
            Ok(EnableFactorOutcome::Enabled(codes))
        } else {
            Err(Failure::NotFound.into())
        }
    }

    /// Turns the second factor off, and deletes its secret and the recovery codes.
    ///
    /// # Errors
    /// [`Failure::Forbidden`] while the account requires a second factor, [`Error::Invalid`] for a
    /// wrong password or code, [`Failure::TooManyAttempts`] during a delay.
    pub async fn disable_second_factor(
        &self,
        member: &Member,
        client: &Client,
        password: &str,
        typed: &str,
    ) -> Result<(), Error> {
        if self.is_factor_required(member).await? {
            return Err(Failure::Forbidden.into());
        }
        let proof = self.prove(member, client, password, typed).await?;
        let (id, now) = (&member.id, self.clock.now());
        let event = member.event(Action::FactorDisabled, id.as_str(), client, now, json!({}));
        let store = &self.store;
        if store.disable_second_factor(id, proof, event).await? {
            Ok(())
        } else {
            Err(self.guard.wrong_code(member.holder(), client).await?)
        }
    }

    /// Replaces the recovery codes, and returns the new ones, which are shown only this once. All
    /// earlier codes are invalid from the same moment.
    ///
    /// # Errors
    /// Those of [`Access::disable_second_factor`].
    pub async fn renew_recovery_codes(
        &self,
        member: &Member,
        client: &Client,
        password: &str,
        typed: &str,
    ) -> Result<Vec<String>, Error> {
        let proof = self.prove(member, client, password, typed).await?;
        let pepper = self.pepper.installation_pepper().await?;
        let (id, now) = (&member.id, self.clock.now());
        let codes = self.factors.recovery_codes(id, pepper);
        let (codes, digests) = codes.into_iter().unzip();
        let new = NewRecoveryCodes {
            pepper_id: pepper.id(),
            digests,
        };
        let action = Action::FactorRecoveryRenewed;
        let event = member.event(action, id.as_str(), client, now, json!({}));
        let store = &self.store;
        if store.renew_recovery_codes(id, proof, new, event).await? {
            Ok(codes)
        } else {
            Err(self.guard.wrong_code(member.holder(), client).await?)
        }
    }

    /// Verifies the password and a code of the member's second factor.
    ///
    /// # Errors
    /// [`Failure::Invalid`] if one is wrong, [`Failure::NotFound`] without a second factor,
    /// [`Failure::TooManyAttempts`] during a delay.
    async fn prove(
        &self,
        member: &Member,
        client: &Client,
        password: &str,
        typed: &str,
    ) -> Result<Proof, Error> {
        let holder = member.holder();
        self.guard.verify_password(holder, password, client).await?;
        let factor = self.store.second_factor(&member.id).await?;
        let factor = factor.ok_or(Failure::NotFound)?;
        self.guard.verify_code(holder, &factor, typed, client).await
    }

    pub(super) async fn is_factor_required(&self, member: &Member) -> Result<bool, Error> {
        let policy = self.store.factor_policy(&member.account_id).await?;
        Ok(policy.ok_or(Failure::NotFound)?.is_required)
    }

    /// Returns how many recovery codes a member has left; `None` if they have no second factor.
    pub(crate) async fn recovery_codes_left(&self, id: &MemberId) -> Result<Option<u32>, Error> {
        let factor = self.store.second_factor(id).await?;
        Ok(factor.map(|factor| factor.recovery_codes))
    }
}

fn wrong_code() -> Error {
    Error::field(Field::Code, InvalidReason::WrongCode)
}
