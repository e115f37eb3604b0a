//! The audit log.

use super::{AppliedImport, Authority, ResponseToStore, Result};
use crate::origin::Client;
use async_trait::async_trait;
use domain::{AccountId, Email, KeyId, MemberId, Timestamp};
use std::net::IpAddr;

/// One entry of the audit log, written together with the change that it records and never altered.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEvent {
    pub account_id: AccountId,
    pub at: Timestamp,
    pub actor: Actor,
    /// The authority that the transaction of the change checks again. It is not stored.
    pub authority: Authority,
    pub action: Action,
    /// The id of what was changed.
    pub subject: String,
    /// `None` for an action on the command line.
    pub ip: Option<IpAddr>,
    pub user_agent: Option<String>,
    /// The ID of the request that made the change; `None` for an action on the command line.
    pub request_id: Option<String>,
    /// The change as a JSON object, which never contains a secret, a password, or a digest of one.
    pub detail: serde_json::Value,
    /// The record that is committed with the change. It is not part of the log.
    pub completion: Option<Completion>,
}

/// A record that is committed with a change, or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Completion {
    /// The answer to the request that asked for the change.
    Answer(ResponseToStore),
    /// The result of the import that made the change.
    Import(AppliedImport),
}

impl AuditEvent {
    /// Creates the event of an action at a client's request that carries its own proof
    /// ([`Authority::Inherent`]).
    pub fn new(
        account_id: &AccountId,
        actor: Actor,
        client: &Client,
        action: Action,
        subject: &str,
        at: Timestamp,
        detail: serde_json::Value,
    ) -> Self {
        Self {
            actor,
            ip: Some(client.ip),
            user_agent: client.user_agent().map(str::to_owned),
            request_id: client.request_id().map(str::to_owned),
            ..Self::of_system(account_id, action, subject, at, detail)
        }
    }

    /// Creates the event of an action of the system itself or of its operator.
    pub fn of_system(
        account_id: &AccountId,
        action: Action,
        subject: &str,
        at: Timestamp,
        detail: serde_json::Value,
    ) -> Self {
        Self {
            account_id: account_id.clone(),
            at,
            actor: Actor::System,
            authority: Authority::Inherent,
            action,
            subject: subject.to_owned(),
            ip: None,
            user_agent: None,
            request_id: None,
            detail,
            completion: None,
        }
    }

    /// Returns the same event under an authority that the transaction of the change reads again.
    pub(crate) fn with_authority(self, authority: Authority) -> Self {
        Self { authority, ..self }
    }

    /// Returns the same event, which commits this answer along with the change.
    #[must_use]
    pub fn with_response(self, answer: Option<ResponseToStore>) -> Self {
        self.with_completion(answer.map(Completion::Answer))
    }

    /// Returns the same event, which commits this record along with the change.
    #[must_use]
    pub fn with_completion(self, completion: Option<Completion>) -> Self {
        Self { completion, ..self }
    }
}

/// An entry of the log, with the address of the member who acted.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributedEvent {
    pub event: AuditEvent,
    /// `None` if the actor is not a member.
    pub email: Option<Email>,
}

/// An entry of the log, with the current names of its actor and subject.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedEvent {
    /// The position in the log: a later event has a greater number.
    pub seq: u64,
    pub event: AuditEvent,
    /// The current address of the member, or the current name of the key.
    pub actor: Option<String>,
    /// The same for the subject, if it is a member or a key.
    pub subject: Option<String>,
}

/// Selects events of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditFilter {
    pub by: Option<ActorFilter>,
    /// Empty to select every action.
    pub actions: Vec<Action>,
    /// The id of what was changed.
    pub subject: Option<String>,
    /// The range of times, which includes `from` and excludes `until`.
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Default for AuditFilter {
    /// Selects every event.
    fn default() -> Self {
        Self {
            by: None,
            actions: Vec::new(),
            subject: None,
            from: Timestamp::from_millis(i64::MIN),
            until: Timestamp::from_millis(i64::MAX),
        }
    }
}

/// Selects events by their actor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActorFilter {
    One(Actor),
    AnyKey,
}

/// The audit log, as people read it.
#[async_trait]
pub trait AuditStore: Send + Sync + 'static {
    /// Records what a member read, if the event's authority still holds. The event of a change is
    /// recorded with the change instead.
    async fn record_event(&self, event: &AuditEvent) -> Result<()>;

    /// Returns up to `limit` events with a number below `before` and not below `down_to`, newest
    /// first. No event, and no name of a member or key, comes from another account.
    async fn audit_log(
        &self,
        account: &AccountId,
        filter: &AuditFilter,
        before: Option<u64>,
        down_to: Option<u64>,
        limit: u32,
    ) -> Result<Vec<LoggedEvent>>;

    /// Returns the number of the last event of a search that examines `events` events below
    /// `before`, newest first; `None` if the search reaches the end of the log. If the filter names
    /// a subject, an actor or one action, only the events of these are examined, since an index
    /// leads to them.
    async fn audit_end(
        &self,
        account: &AccountId,
        filter: &AuditFilter,
        before: Option<u64>,
        events: u32,
    ) -> Result<Option<u64>>;
}

/// The originator of an audited action.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Actor {
    Member(MemberId),
    Key(KeyId),
    /// The operator, on the command line or through settings.
    System,
    /// An unauthenticated caller, who could be anyone: they failed to sign in, or gave a wrong
    /// password or code.
    Unknown,
}

impl Actor {
    /// Returns the kind and the id, as stored.
    pub fn parts(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::Member(id) => ("member", Some(id.as_str())),
            Self::Key(id) => ("key", Some(id.as_str())),
            Self::System => ("system", None),
            Self::Unknown => ("unknown", None),
        }
    }
}

/// The kind of an audited change, stored in the usual `noun.verb` form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    AccountCreated,
    AccountRestored,
    AccountUpdated,
    InventoryUpdated,
    FactorBlocked,
    FactorDisabled,
    FactorEnabled,
    FactorOptional,
    FactorRecoveryRenewed,
    FactorRecoveryUsed,
    FactorRefused,
    FactorRequired,
    InvitationCreated,
    InvitationWithdrawn,
    ItemDeleted,
    KeyAllRevoked,
    KeyCreated,
    KeyCreationAllowed,
    KeyCreationStopped,
    KeyEdited,
    KeyNoticeRejected,
    KeyPaused,
    KeyResumed,
    KeyRevoked,
    KeyRotated,
    KeyUnwatched,
    KeyWatched,
    LeadCreated,
    LeadErased,
    LeadsExported,
    LeadUpdated,
    MemberDeactivated,
    MemberHandedOver,
    MemberJoined,
    MemberReactivated,
    MemberRoleChanged,
    MemberSignedOut,
    PasswordChanged,
    PasswordRefused,
    PasswordReset,
    PasswordResetOffered,
    SessionEnded,
    SessionOpened,
    SessionOthersEnded,
    SessionRefused,
}

impl Action {
    pub const ALL: [Self; 45] = [
        Self::AccountCreated,
        Self::AccountRestored,
        Self::AccountUpdated,
        Self::InventoryUpdated,
        Self::FactorBlocked,
        Self::FactorDisabled,
        Self::FactorEnabled,
        Self::FactorOptional,
        Self::FactorRecoveryRenewed,
        Self::FactorRecoveryUsed,
        Self::FactorRefused,
        Self::FactorRequired,
        Self::InvitationCreated,
        Self::InvitationWithdrawn,
        Self::ItemDeleted,
        Self::KeyAllRevoked,
        Self::KeyCreated,
        Self::KeyCreationAllowed,
        Self::KeyCreationStopped,
        Self::KeyEdited,
        Self::KeyNoticeRejected,
        Self::KeyPaused,
        Self::KeyResumed,
        Self::KeyRevoked,
        Self::KeyRotated,
        Self::KeyUnwatched,
        Self::KeyWatched,
        Self::LeadCreated,
        Self::LeadErased,
        Self::LeadsExported,
        Self::LeadUpdated,
        Self::MemberDeactivated,
        Self::MemberHandedOver,
        Self::MemberJoined,
        Self::MemberReactivated,
        Self::MemberRoleChanged,
        Self::MemberSignedOut,
        Self::PasswordChanged,
        Self::PasswordRefused,
        Self::PasswordReset,
        Self::PasswordResetOffered,
        Self::SessionEnded,
        Self::SessionOpened,
        Self::SessionOthersEnded,
        Self::SessionRefused,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccountCreated => "account.created",
            Self::AccountRestored => "account.restored",
            Self::AccountUpdated => "account.updated",
            Self::InventoryUpdated => "inventory.updated",
            Self::FactorBlocked => "factor.blocked",
            Self::FactorDisabled => "factor.disabled",
            Self::FactorEnabled => "factor.enabled",
            Self::FactorOptional => "factor.optional",
            Self::FactorRecoveryRenewed => "factor.recovery_renewed",
            Self::FactorRecoveryUsed => "factor.recovery_used",
            Self::FactorRefused => "factor.refused",
            Self::FactorRequired => "factor.required",
            Self::InvitationCreated => "invitation.created",
            Self::InvitationWithdrawn => "invitation.withdrawn",
            Self::ItemDeleted => "item.deleted",
            Self::KeyAllRevoked => "key.all_revoked",
            Self::KeyCreated => "key.created",
            Self::KeyCreationAllowed => "key.creation_allowed",
            Self::KeyCreationStopped => "key.creation_stopped",
            Self::KeyEdited => "key.edited",
            Self::KeyNoticeRejected => "key.notice_rejected",
            Self::KeyPaused => "key.paused",
            Self::KeyResumed => "key.resumed",
            Self::KeyRevoked => "key.revoked",
            Self::KeyRotated => "key.rotated",
            Self::KeyUnwatched => "key.unwatched",
            Self::KeyWatched => "key.watched",
            Self::LeadCreated => "lead.created",
            Self::LeadErased => "lead.erased",
            Self::LeadsExported => "lead.exported",
            Self::LeadUpdated => "lead.updated",
            Self::MemberDeactivated => "member.deactivated",
            Self::MemberHandedOver => "member.handed_over",
            Self::MemberJoined => "member.joined",
            Self::MemberReactivated => "member.reactivated",
            Self::MemberRoleChanged => "member.role_changed",
            Self::MemberSignedOut => "member.signed_out",
            Self::PasswordChanged => "password.changed",
            Self::PasswordRefused => "password.refused",
            Self::PasswordReset => "password.reset",
            Self::PasswordResetOffered => "password.reset_offered",
            Self::SessionEnded => "session.ended",
            Self::SessionOpened => "session.opened",
            Self::SessionOthersEnded => "session.others_ended",
            Self::SessionRefused => "session.refused",
        }
    }
}
