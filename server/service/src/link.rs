//! One-time links: for the first owner, for further accounts, and for a new password. Only their
//! hash is stored.

use crate::fold::spellings;
use crate::session::token_digest;
use crate::store::{
    Action, Actor, AuditEvent, Authority, Candidate, Claim, LinkPurpose, NewLink, NewOwner,
};
use crate::team::Joining;
use crate::{Client, Error, Password, Service, SessionToken};
use domain::{AccountId, AccountName, Email, Failure, Field, FieldError, MemberId, Role};
use serde_json::json;
use zeroize::Zeroizing;

const LIFE_SECONDS: i64 = 30 * 60;

/// Upper bound of the accounts of one address that a command examines.
const MAX_LISTED: u32 = 100;

/// The token of a link: 256 random bits.
pub struct LinkToken(Zeroizing<String>);

impl LinkToken {
    /// Returns the text itself, for the terminal of the person who asked for it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for LinkToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkToken(…)")
    }
}

/// The purpose of a valid link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkView {
    FirstOwner,
    NewAccount {
        account_name: AccountName,
    },
    Reset {
        email: Email,
    },
    Invitation {
        account_name: AccountName,
        email: Email,
        role: Role,
    },
}

/// The set-up form as a browser sends it, not validated yet. A reset and an invitation use only the
/// password.
#[derive(Default)]
pub struct SetupForm {
    pub account_name: String,
    pub email: String,
    pub password: Zeroizing<String>,
}

impl Service {
    /// Whether the installation has an owner.
    ///
    /// # Errors
    /// The database's.
    pub async fn has_owner(&self) -> Result<bool, Error> {
        Ok(self.store.has_owner().await?)
    }

    /// Creates a link for the first owner, which ends all older ones; `None` if there is an owner.
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
        self.look().await?;
        let (token, link) = self.draw_link(LinkPurpose::FirstOwner);
        let own = self.heartbeat.id();
        self.store
            .offer_first_owner_link(link, own.as_ref())
            .await?;
        Ok(Some(token))
    }

    /// Creates a link for the owner of a further account. The account exists from the moment at
    /// which the link is used.
    ///
    /// # Errors
    /// The database's.
    pub async fn new_account_link(&self, name: AccountName) -> Result<LinkToken, Error> {
        self.new_link(LinkPurpose::NewAccount { name }, None).await
    }

    /// Returns up to `limit` members with this address, in any of its spellings: addresses were not
    /// always ASCII.
    pub(crate) async fn members_with(
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

    /// Returns the accounts in which this address has a member, up to 100.
    ///
    /// # Errors
    /// The database's.
    pub async fn accounts_of(&self, email: &Email) -> Result<Vec<(AccountId, AccountName)>, Error> {
        let members = self.members_with(email, MAX_LISTED).await?;
        let account = |one: Candidate| (one.member.account_id, one.member.account_name);
        Ok(members.into_iter().map(account).collect())
    }

    /// Creates a link to set a new password, which also turns a second factor off, for a member who
    /// can no longer sign in. Its holder can act as that member, so the account's audit log records
    /// the link even if it is never used. Returns `None` if the address has no member in the given
    /// account, or in any account.
    ///
    /// # Errors
    /// [`Failure::Forbidden`] if the member is deactivated.
    pub async fn reset_link(
        &self,
        email: &Email,
        account: Option<&AccountId>,
    ) -> Result<Option<LinkToken>, Error> {
        let members = self.members_with(email, MAX_LISTED).await?;
        let mut members = members.into_iter().map(|candidate| candidate.member);
        let found = members.find(|one| account.is_none_or(|id| one.account_id == *id));
        let Some(member) = found else {
            return Ok(None);
        };
        if member.deactivated {
            return Err(Failure::Forbidden.into());
        }
        let event = AuditEvent {
            account_id: member.account_id,
            at: self.clock.now(),
            actor: Actor::System,
            authority: Authority::Inherent,
            action: Action::PasswordResetOffered,
            subject: member.id.as_str().to_owned(),
            ip: None,
            user_agent: None,
            detail: json!({ "email": member.email }),
            completion: None,
        };
        let purpose = LinkPurpose::Reset {
            member: member.id,
            email: member.email,
        };
        self.new_link(purpose, Some(event)).await.map(Some)
    }

    /// Returns the purpose of a link.
    ///
    /// # Errors
    /// [`Failure::NotFound`] if it was used, has expired or never existed.
    pub async fn link(&self, token: &str) -> Result<LinkView, Error> {
        let purpose = self
            .store
            .find_link(&token_digest(token), self.clock.now())
            .await?;
        match purpose.ok_or(Failure::NotFound)? {
            // A link for the first owner is void once there is an owner.
            LinkPurpose::FirstOwner if self.store.has_owner().await? => {
                Err(Failure::NotFound.into())
            }
            LinkPurpose::FirstOwner => Ok(LinkView::FirstOwner),
            LinkPurpose::NewAccount { name } => Ok(LinkView::NewAccount { account_name: name }),
            LinkPurpose::Reset { email, .. } => Ok(LinkView::Reset { email }),
            LinkPurpose::Invitation {
                account_name,
                email,
                role,
                ..
            } => Ok(LinkView::Invitation {
                account_name,
                email,
                role,
            }),
        }
    }

    /// Uses a link and signs the member in. Of any number of racing callers, exactly one succeeds.
    ///
    /// # Errors
    /// [`Failure::NotFound`] if the link is no longer valid, [`Failure::Invalid`] for invalid
    /// fields; the link stays usable then.
    pub async fn redeem_link(
        &self,
        token: &str,
        form: SetupForm,
        client: &Client,
    ) -> Result<Option<SessionToken>, Error> {
        let purpose = self
            .store
            .find_link(&token_digest(token), self.clock.now())
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
                let joining = Joining {
                    account,
                    email,
                    role,
                };
                self.accept_invitation(token, joining, &form.password, client)
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
        let (account_name, email, password) = check(&form)?;
        let password_hash = self.hash_password(password).await?;
        let owner = self.new_owner(account_name, email, password_hash.clone())?;
        let member_id = owner.member_id.clone();
        let now = self.clock.now();
        let mut event = account_created(&owner, now);
        event.actor = Actor::Member(member_id.clone());
        event.ip = Some(client.ip);
        event.user_agent = client.user_agent().map(str::to_owned);
        match self
            .store
            .claim_account(&token_digest(token), now, owner, event)
            .await?
        {
            Claim::LinkGone => Err(Failure::NotFound.into()),
            Claim::EmailTaken => Err(Error::broken("a new account has a member already")),
            Claim::Claimed => Ok(self
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
        let password = Password::parse(password)
            .map_err(|rejected| Error::field(Field::Password, rejected))?;
        let password_hash = self.hash_password(password).await?;
        let record = self
            .store
            .find_member(member)
            .await?
            .ok_or(Failure::NotFound)?;
        let now = self.clock.now();
        let forget = self.forgotten_at_success(email, client).await?;
        let event = AuditEvent::new(
            &record.account_id,
            Actor::Member(member.clone()),
            client,
            Action::PasswordReset,
            member.as_str(),
            now,
            json!({ "email": email }),
        );
        let digest = token_digest(token);
        if !self
            .store
            .reset_password(&digest, now, &password_hash, &forget, event)
            .await?
        {
            return Err(Failure::NotFound.into());
        }
        Ok(self
            .open_session_after_link(member, password_hash, client)
            .await)
    }

    async fn new_link(
        &self,
        purpose: LinkPurpose,
        event: Option<AuditEvent>,
    ) -> Result<LinkToken, Error> {
        let (token, link) = self.draw_link(purpose);
        self.store.replace_link(link, event).await?;
        Ok(token)
    }

    fn draw_link(&self, purpose: LinkPurpose) -> (LinkToken, NewLink) {
        let token = self.new_token();
        let now = self.clock.now();
        let link = NewLink {
            digest: token_digest(&token),
            purpose,
            created_at: now,
            expires_at: now.plus_seconds(LIFE_SECONDS),
        };
        (LinkToken(token), link)
    }

    pub(crate) fn new_owner(
        &self,
        account_name: AccountName,
        email: Email,
        password_hash: String,
    ) -> Result<NewOwner, Error> {
        Ok(NewOwner {
            account_id: AccountId::parse(&self.new_id()).map_err(Error::broken)?,
            account_name,
            member_id: MemberId::parse(&self.new_id()).map_err(Error::broken)?,
            email,
            password_hash,
        })
    }
}

/// Returns the event with the system as its actor. A caller that knows more sets it.
pub(crate) fn account_created(owner: &NewOwner, at: domain::Timestamp) -> AuditEvent {
    AuditEvent {
        account_id: owner.account_id.clone(),
        at,
        actor: Actor::System,
        authority: Authority::Inherent,
        action: Action::AccountCreated,
        subject: owner.account_id.as_str().to_owned(),
        ip: None,
        user_agent: None,
        detail: json!({ "name": owner.account_name, "owner": owner.email }),
        completion: None,
    }
}

fn check(form: &SetupForm) -> Result<(AccountName, Email, Password), Failure> {
    let account_name = AccountName::parse(&form.account_name);
    let email = Email::parse(&form.email);
    let password = Password::parse(&form.password);
    let errors: Vec<FieldError> = [
        (Field::AccountName, account_name.as_ref().err()),
        (Field::Email, email.as_ref().err()),
        (Field::Password, password.as_ref().err()),
    ]
    .into_iter()
    .filter_map(|(field, rejected)| {
        Some(FieldError {
            field,
            message: rejected?.0.to_owned(),
        })
    })
    .collect();
    match (account_name, email, password) {
        (Ok(account_name), Ok(email), Ok(password)) => Ok((account_name, email, password)),
        _ => Err(Failure::Invalid { errors }),
    }
}
