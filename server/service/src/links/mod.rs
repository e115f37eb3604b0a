//! One-time links: for the first owner, for further accounts, for invitations, and for a new
//! password. Only their hash is stored. [`crate::Team`] sends them by mail.

mod first_owner;
mod redeem;

use crate::clock::Clock;
use crate::error::Error;
use crate::random::{self, Random};
use crate::sessions::Sessions;
use crate::sign_in_guard::SignInGuard;
use crate::store::{Action, AuditEvent, Candidate, LinkPorts, LinkPurpose, NewLink, TokenDigest};
use crate::verdict::Node;
use domain::{AccountId, AccountName, Email, Failure, Role};
use serde_json::json;
use std::sync::Arc;
use zeroize::Zeroizing;

const VALIDITY_SECONDS: i64 = 30 * 60;

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
    /// ISO 4217 code; `None` if the form does not have this field.
    pub currency: Option<String>,
    /// IANA name; `None` if the form does not have this field.
    pub time_zone: Option<String>,
    pub email: String,
    pub password: Zeroizing<String>,
}

/// One-time links.
pub struct Links {
    pub(crate) store: Arc<dyn LinkPorts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) node: Arc<Node>,
    pub(crate) guard: Arc<SignInGuard>,
    pub(crate) sessions: Arc<Sessions>,
}

impl Links {
    /// Creates a link for the owner of a further account. The account exists from the moment at
    /// which the link is used.
    ///
    /// # Errors
    /// The database's.
    pub async fn new_account_link(&self, name: AccountName) -> Result<LinkToken, Error> {
        self.new_link(LinkPurpose::NewAccount { name }, None).await
    }

    /// Returns the accounts in which this address has a member, up to 100.
    ///
    /// # Errors
    /// The database's.
    pub async fn accounts_of(&self, email: &Email) -> Result<Vec<(AccountId, AccountName)>, Error> {
        let members = self.sessions.members_by_address(email, MAX_LISTED).await?;
        let account = |entry: Candidate| (entry.member.account_id, entry.member.account_name);
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
        let members = self.sessions.members_by_address(email, MAX_LISTED).await?;
        let mut members = members.into_iter().map(|candidate| candidate.member);
        let found = members.find(|entry| account.is_none_or(|id| entry.account_id == *id));
        let Some(member) = found else {
            return Ok(None);
        };
        if member.deactivated {
            return Err(Failure::Forbidden.into());
        }
        let event = AuditEvent::of_system(
            &member.account_id,
            Action::PasswordResetOffered,
            member.id.as_str(),
            self.clock.now(),
            json!({ "email": member.email }),
        );
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
    pub async fn find(&self, token: &str) -> Result<LinkView, Error> {
        let purpose = self
            .store
            .find_link(&TokenDigest::of(token), self.clock.now())
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
        let token = random::token(&*self.random);
        let now = self.clock.now();
        let link = NewLink {
            digest: TokenDigest::of(&token),
            purpose,
            created_at: now,
            expires_at: now.plus_seconds(VALIDITY_SECONDS),
        };
        (LinkToken(token), link)
    }
}
