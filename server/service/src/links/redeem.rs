//! Using a one-time link.

use super::first_owner::account_created;
use super::{Links, SetupForm};
use crate::error::Error;
use crate::invalid::{InvalidFields, InvalidReason};
use crate::item::Currency;
use crate::origin::Client;
use crate::password::Password;
use crate::random;
use crate::sessions::SessionToken;
use crate::store::{
    Action, Actor, AuditEvent, LinkPurpose, NewMember, NewOwner, RedeemOutcome, TokenDigest,
};
use crate::zone::Zone;
use domain::{AccountId, AccountName, Email, Failure, Field, MemberId, Role};
use serde_json::json;

/// The content of an invitation.
struct InvitationTerms {
    pub account: AccountId,
    pub email: Email,
    pub role: Role,
}

impl Links {
    /// Uses a link and signs the member in. Of any number of racing callers, exactly one succeeds.
    ///
    /// # Errors
    /// [`Failure::NotFound`] if the link has become invalid, [`Error::Invalid`] for invalid
    /// fields; the link stays usable then.
    pub async fn redeem(
        &self,
        token: &str,
        form: SetupForm,
        client: &Client,
    ) -> Result<Option<SessionToken>, Error> {
        let purpose = self
            .store
            .find_link(&TokenDigest::of(token), self.clock.now())
            .await?;
        match purpose.ok_or(Failure::NotFound)? {
            LinkPurpose::Reset { member, email } => {
                self.redeem_reset(token, &member, &email, &form.password, client)
                    .await
            }
            LinkPurpose::FirstOwner | LinkPurpose::NewAccount { .. } => {
                self.redeem_setup(token, form, client).await
            }
            LinkPurpose::Invitation {
                account,
                email,
                role,
                ..
            } => {
                let terms = InvitationTerms {
                    account,
                    email,
                    role,
                };
                self.accept_invitation(token, terms, &form.password, client)
                    .await
            }
        }
    }

    async fn redeem_setup(
        &self,
        token: &str,
        form: SetupForm,
        client: &Client,
    ) -> Result<Option<SessionToken>, Error> {
        let checked = check(&form)?;
        let password_hash = self.guard.hash_password(checked.password).await?;
        let owner = NewOwner {
            currency: checked.currency,
            time_zone: checked.time_zone,
            ..self.new_owner(checked.account_name, checked.email, password_hash.clone())?
        };
        let member_id = owner.member_id.clone();
        let now = self.clock.now();
        let mut event = account_created(&owner, now);
        event.actor = Actor::Member(member_id.clone());
        event.ip = Some(client.ip);
        event.user_agent = client.user_agent().map(str::to_owned);
        event.request_id = client.request_id().map(str::to_owned);
        match self
            .store
            .claim_account(&TokenDigest::of(token), now, owner, event)
            .await?
        {
            RedeemOutcome::LinkInvalid => Err(Failure::NotFound.into()),
            RedeemOutcome::EmailTaken => Err(Error::broken("a new account has a member already")),
            RedeemOutcome::Redeemed => Ok(self
                .sessions
                .open_session_after_link(&member_id, password_hash, client)
                .await),
        }
    }

    async fn redeem_reset(
        &self,
        token: &str,
        member: &MemberId,
        email: &Email,
        password: &str,
        client: &Client,
    ) -> Result<Option<SessionToken>, Error> {
        let password =
            Password::parse(password).map_err(|reason| Error::field(Field::Password, reason))?;
        let password_hash = self.guard.hash_password(password).await?;
        let record = self
            .store
            .find_member(member)
            .await?
            .ok_or(Failure::NotFound)?;
        let now = self.clock.now();
        let forget = self.guard.forgotten_at_success(email, client).await?;
        let event = AuditEvent::new(
            &record.account_id,
            Actor::Member(member.clone()),
            client,
            Action::PasswordReset,
            member.as_str(),
            now,
            json!({ "email": email }),
        );
        let digest = TokenDigest::of(token);
        if !self
            .store
            .reset_password(&digest, now, &password_hash, &forget, event)
            .await?
        {
            return Err(Failure::NotFound.into());
        }
        Ok(self
            .sessions
            .open_session_after_link(member, password_hash, client)
            .await)
    }

    /// Uses an invitation and signs the new member in.
    ///
    /// # Errors
    /// [`Failure::NotFound`] if the invitation no longer exists, [`Error::Invalid`] for an
    /// unsuitable password.
    async fn accept_invitation(
        &self,
        token: &str,
        terms: InvitationTerms,
        password: &str,
        client: &Client,
    ) -> Result<Option<SessionToken>, Error> {
        let password =
            Password::parse(password).map_err(|reason| Error::field(Field::Password, reason))?;
        let password_hash = self.guard.hash_password(password).await?;
        let new = NewMember {
            id: MemberId::parse(&random::uuid(&*self.random, self.clock.now()))
                .map_err(Error::broken)?,
            password_hash: password_hash.clone(),
        };
        let (id, now) = (new.id.clone(), self.clock.now());
        let InvitationTerms {
            account,
            email,
            role,
        } = terms;
        let event = AuditEvent::new(
            &account,
            Actor::Member(id.clone()),
            client,
            Action::MemberJoined,
            id.as_str(),
            now,
            json!({ "email": email, "role": role }),
        );
        let outcome = self
            .store
            .accept_invitation(&TokenDigest::of(token), now, new, event)
            .await?;
        match outcome {
            RedeemOutcome::LinkInvalid => Err(Failure::NotFound.into()),
            RedeemOutcome::EmailTaken => Err(Error::field(
                Field::Password,
                InvalidReason::InvitedEmailTaken,
            )),
            RedeemOutcome::Redeemed => Ok(self
                .sessions
                .open_session_after_link(&id, password_hash, client)
                .await),
        }
    }
}

/// The fields of a valid set-up form.
struct CheckedSetup {
    account_name: AccountName,
    currency: Option<Currency>,
    time_zone: Option<Zone>,
    email: Email,
    password: Password,
}

fn check(form: &SetupForm) -> Result<CheckedSetup, InvalidFields> {
    let mut invalid = InvalidFields::default();
    let account_name = invalid.check(Field::AccountName, AccountName::parse(&form.account_name));
    let email = invalid.check(Field::Email, Email::parse(&form.email));
    let password = invalid.check(Field::Password, Password::parse(&form.password));
    // Programs that set up an account need not send a currency or a time zone: without them, the
    // account has USD and UTC, as all accounts had before the form asked for them.
    let currency = form.currency.as_deref().map(parse_currency).transpose();
    let currency = invalid.check(Field::Currency, currency);
    let time_zone = form.time_zone.as_deref().map(Zone::parse).transpose();
    let time_zone = invalid.check(Field::TimeZone, time_zone);
    match (account_name, currency, time_zone, email, password) {
        (Some(account_name), Some(currency), Some(time_zone), Some(email), Some(password)) => {
            Ok(CheckedSetup {
                account_name,
                currency,
                time_zone,
                email,
                password,
            })
        }
        _ => Err(invalid),
    }
}

fn parse_currency(code: &str) -> Result<Currency, InvalidReason> {
    Currency::parse(code).ok_or(InvalidReason::UnknownCurrency)
}
