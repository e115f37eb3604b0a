//! Signed-in members: the value that proves it, and the look-up that creates it.

use super::Sessions;
use crate::error::Error;
use crate::origin::Client;
use crate::sessions::IDLE_SECONDS;
use crate::sign_in_guard::Holder;
use crate::store::{Action, Actor, AuditEvent, Authority, LiveSession, MemberRecord, TokenDigest};
use crate::zone::Zone;
use domain::{AccountId, AccountName, Email, Failure, MemberId, MemberView, Role, Timestamp};

/// A member with a live session.
///
/// Only this module creates one, from a session in the database, since the session's digest is
/// private to it:
/// ```compile_fail,E0277
/// fn forge(record: service::store::MemberRecord) -> service::Member {
///     record.into()
/// }
/// ```
///
/// ```compile_fail,E0451
/// fn forge(member: service::Member) -> service::Member {
///     service::Member { ..member }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Member {
    session: TokenDigest,
    pub(crate) id: MemberId,
    pub(crate) account_id: AccountId,
    pub(crate) account_name: AccountName,
    pub(crate) email: Email,
    pub(crate) role: Role,
    /// The time zone in which they read times.
    pub(crate) time_zone: Zone,
}

impl Member {
    fn signed_in(record: MemberRecord, session: TokenDigest) -> Self {
        let MemberRecord {
            id,
            account_id,
            account_name,
            email,
            role,
            time_zone,
            deactivated: _,
        } = record;
        Self {
            session,
            id,
            account_id,
            account_name,
            email,
            role,
            time_zone,
        }
    }

    pub fn view(&self) -> MemberView {
        MemberView {
            id: self.id.clone(),
            email: self.email.clone(),
            role: self.role,
            account_id: self.account_id.clone(),
            account_name: self.account_name.clone(),
        }
    }

    /// Returns the member, as the holder of their own password and code.
    pub(crate) const fn holder(&self) -> Holder<'_> {
        Holder {
            account: &self.account_id,
            id: &self.id,
            email: &self.email,
        }
    }

    /// Returns the member as the actor of their own actions.
    pub fn actor(&self) -> Actor {
        Actor::Member(self.id.clone())
    }

    pub fn id(&self) -> &MemberId {
        &self.id
    }

    pub fn account_id(&self) -> &AccountId {
        &self.account_id
    }

    pub fn role(&self) -> Role {
        self.role
    }

    /// Returns the time zone in which the member reads times.
    pub fn time_zone(&self) -> &Zone {
        &self.time_zone
    }

    pub(crate) fn must_manage_keys(&self) -> Result<(), Failure> {
        if self.role.may_manage_keys() {
            Ok(())
        } else {
            Err(Failure::Forbidden)
        }
    }

    /// Returns whether the member may change the inventory: only owners and admins, the same roles
    /// as for keys until there is a role in between.
    pub fn manages_inventory(&self) -> bool {
        self.role.may_manage_keys()
    }

    pub(crate) fn must_manage_inventory(&self) -> Result<(), Failure> {
        self.must_manage_keys()
    }

    /// Returns the audit event of an action of this member.
    pub(crate) fn event(
        &self,
        action: Action,
        subject: &str,
        client: &Client,
        at: Timestamp,
        detail: serde_json::Value,
    ) -> AuditEvent {
        let authority = Authority::Session {
            digest: self.session,
            role: self.role,
            idle_since: at.plus_seconds(-IDLE_SECONDS),
        };
        let (account, actor) = (&self.account_id, self.actor());
        AuditEvent::new(account, actor, client, action, subject, at, detail)
            .with_authority(authority)
    }
}

/// A member who may set up a second factor. They may do nothing else with this value: no other
/// operation accepts it.
#[derive(Debug, Clone)]
pub struct EnrollingMember(Member);

impl EnrollingMember {
    pub fn view(&self) -> MemberView {
        self.0.view()
    }

    pub(crate) const fn member(&self) -> &Member {
        &self.0
    }
}

impl From<&Member> for EnrollingMember {
    fn from(member: &Member) -> Self {
        Self(member.clone())
    }
}

/// The owner of a live session.
#[derive(Debug, Clone)]
pub enum SignedIn {
    Member(Member),
    /// Their account requires a second factor, and they have none yet.
    FactorDue(EnrollingMember),
}

impl SignedIn {
    fn of(LiveSession { member, factor_due }: LiveSession, session: TokenDigest) -> Self {
        let member = Member::signed_in(member, session);
        if factor_due {
            Self::FactorDue(EnrollingMember(member))
        } else {
            Self::Member(member)
        }
    }

    /// Returns the owner of the session, whether or not they first have to set up a second factor.
    pub(super) const fn owner(&self) -> &Member {
        match self {
            Self::Member(member) | Self::FactorDue(EnrollingMember(member)) => member,
        }
    }
}

impl Sessions {
    /// Returns the member whose live session this token opens; `None` if there is none. The look-up
    /// keeps the session alive.
    ///
    /// # Errors
    /// The database's.
    pub async fn signed_in(&self, token: &str) -> Result<Option<SignedIn>, Error> {
        let (digest, now) = (TokenDigest::of(token), self.clock.now());
        let idle_since = now.plus_seconds(-IDLE_SECONDS);
        let session = self.store.use_session(&digest, now, idle_since).await?;
        Ok(session.map(|session| SignedIn::of(session, digest)))
    }

    /// Returns the member, for a request that a page makes without a person's action: it does not
    /// keep the session alive. A member who first has to set up a second factor is `None`.
    ///
    /// # Errors
    /// The database's.
    pub async fn member_without_renewal(&self, token: &str) -> Result<Option<Member>, Error> {
        let (digest, now) = (TokenDigest::of(token), self.clock.now());
        let idle_since = now.plus_seconds(-IDLE_SECONDS);
        let session = self.store.find_session(&digest, now, idle_since).await?;
        let session = session.filter(|session| !session.factor_due);
        Ok(session.map(|session| Member::signed_in(session.member, digest)))
    }
}
