//! The owner of a new account, and the link for the first one.

use super::{LinkToken, Links};
use crate::error::Error;
use crate::item::Currency;
use crate::password::Password;
use crate::random;
use crate::store::{Action, AuditEvent, LinkPurpose, NewOwner};
use crate::zone::Zone;
use domain::{AccountId, AccountName, Email, MemberId};
use serde_json::json;

impl Links {
    /// Whether the installation has an owner.
    ///
    /// # Errors
    /// The database's.
    pub async fn has_owner(&self) -> Result<bool, Error> {
        Ok(self.store.has_owner().await?)
    }

    /// Creates a link for the first owner, which invalidates all older ones; `None` if there is an
    /// owner.
    ///
    /// # Errors
    /// The database's.
    pub async fn first_owner_link(&self) -> Result<Option<LinkToken>, Error> {
        if self.store.has_owner().await? {
            return Ok(None);
        }
        self.new_link(LinkPurpose::FirstOwner, None).await.map(Some)
    }

    /// Creates the link for the first owner that a server prints when it starts; `None` if there is
    /// an owner. It ends the older ones, unless another node is running: if nodes start together,
    /// each prints a link that works.
    ///
    /// # Errors
    /// The database's.
    pub async fn first_owner_link_at_start(&self) -> Result<Option<LinkToken>, Error> {
        if self.store.has_owner().await? {
            return Ok(None);
        }
        // Registers this node, so that the others can see it.
        self.node.poll().await?;
        let (token, link) = self.draw_link(LinkPurpose::FirstOwner);
        let own = self.node.id();
        self.store
            .offer_first_owner_link(link, own.as_ref())
            .await?;
        Ok(Some(token))
    }

    /// Creates the first owner from the operator's settings, if there is no account yet; returns
    /// `false` if there is one.
    ///
    /// # Errors
    /// The database's.
    pub async fn seed_owner(&self, email: Email, password: Password) -> Result<bool, Error> {
        if self.store.has_owner().await? {
            return Ok(false);
        }
        let account_name = AccountName::parse("My account").map_err(Error::broken)?;
        let password_hash = self.guard.hash_password(password).await?;
        let owner = self.new_owner(account_name, email, password_hash)?;
        let now = self.clock.now();
        let event = account_created(&owner, now);
        Ok(self.store.seed_owner(owner, now, event).await?)
    }

    pub(crate) fn new_owner(
        &self,
        account_name: AccountName,
        email: Email,
        password_hash: String,
    ) -> Result<NewOwner, Error> {
        Ok(NewOwner {
            account_id: AccountId::parse(&random::uuid(&*self.random, self.clock.now()))
                .map_err(Error::broken)?,
            account_name,
            currency: None,
            time_zone: None,
            member_id: MemberId::parse(&random::uuid(&*self.random, self.clock.now()))
                .map_err(Error::broken)?,
            email,
            password_hash,
        })
    }
}

/// Returns the event with the system as its actor. A caller that knows the actor replaces it.
pub(crate) fn account_created(owner: &NewOwner, at: domain::Timestamp) -> AuditEvent {
    AuditEvent::of_system(
        &owner.account_id,
        Action::AccountCreated,
        owner.account_id.as_str(),
        at,
        json!({
            "name": owner.account_name,
            "owner": owner.email,
            "currency": owner.currency.map(Currency::code),
            "time_zone": owner.time_zone.as_ref().map(Zone::name),
        }),
    )
}
