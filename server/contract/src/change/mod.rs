//! Every port method that changes something, and a store in which each can be called.

mod members;

use crate::fixtures::{any_item, at, item, lead, link, member_by_email, token};
use crate::people::People;
use crate::rotations::rotation;
use crate::settings::other_settings;
use crate::tenant::Tenant;
use domain::{AccountId, KeyId, KeyName, LeadId, LeadStatus, MemberId, RevokeReason};
use service::inventory::Condition;
use service::leads::{Edit, Lead, LeadEdits};
use service::store::{
    AccountSettings, Action, Actor, AllowedRemovals, AuditEvent, Authority, BulkChange,
    BulkOutcome, ChangeAccountOutcome, ChangeKeyOutcome, DeleteItemOutcome, FeedConditions,
    FeedRemovals, InsertKeyOutcome, KeyChange, KeyEdit, KeyRecord, KeySettings, NewLink,
    NewSession, OldKeyExpiry, PutItemOutcome, RedeemOutcome, RevokeKeyOutcome, RotateKeyOutcome,
    Store, StoreError, TokenDigest, UpsertCounts, UpsertOutcome,
};
use std::collections::HashSet;
use std::net::IpAddr;

/// A store in which every change is possible, except creating the first owner.
pub struct World {
    pub(crate) tenant: Tenant,
    pub(crate) people: People,
    newcomer: Tenant,
    invite: TokenDigest,
    reset: TokenDigest,
    session: TokenDigest,
    /// The authority under which changes are made.
    pub(crate) authority: Authority,
    pub(crate) owner: MemberId,
    pub(crate) key: KeyId,
    pub(crate) item: String,
    pub(crate) lead: LeadId,
}

/// A port method that changes something and records it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    UpsertItems,
    PutItem,
    ReplaceItems,
    DeleteItem,
    ChangeAccount,
    InsertKey,
    ChangeKeys,
    ChangeKey,
    RotateKey,
    RevokeKey,
    RevokeAllKeys,
    StopCreation,
    InsertLead,
    UpdateLead,
    EraseLead,
    RecordEvent,
    Invite,
    WithdrawInvitation,
    AcceptInvitation,
    EndMemberSessions,
    OfferResetByMail,
    ChangeRole,
    DeactivateMember,
    ReactivateMember,
    HandOver,
    FinishSignIn,
    WarnOfCodes,
    RenewRecoveryCodes,
    DisableFactor,
    EndSession,
    OpenSession,
    EndOtherSessions,
    EnableFactor,
    RequireFactor,
    ResetPassword,
    OfferReset,
    ChangePassword,
    ClaimAccount,
}

impl Change {
    /// All changes, in an order in which each is possible after those before it.
    pub const ALL: [Self; 38] = [
        Self::UpsertItems,
        Self::PutItem,
        Self::ReplaceItems,
        Self::DeleteItem,
        Self::ChangeAccount,
        Self::InsertKey,
        Self::ChangeKeys,
        Self::ChangeKey,
        Self::RotateKey,
        Self::RevokeKey,
        Self::RevokeAllKeys,
        Self::StopCreation,
        Self::InsertLead,
        Self::UpdateLead,
        Self::EraseLead,
        Self::RecordEvent,
        Self::Invite,
        Self::WithdrawInvitation,
        Self::AcceptInvitation,
        Self::EndMemberSessions,
        Self::OfferResetByMail,
        Self::ChangeRole,
        Self::DeactivateMember,
        Self::ReactivateMember,
        Self::HandOver,
        Self::FinishSignIn,
        Self::WarnOfCodes,
        Self::RenewRecoveryCodes,
        Self::DisableFactor,
        Self::EndSession,
        Self::OpenSession,
        Self::EndOtherSessions,
        Self::EnableFactor,
        Self::RequireFactor,
        Self::ResetPassword,
        Self::OfferReset,
        Self::ChangePassword,
        Self::ClaimAccount,
    ];

    /// Returns the account in which the change is recorded.
    pub fn account(self, world: &World) -> &AccountId {
        match self {
            Self::ClaimAccount => &world.newcomer.account,
            _ => &world.tenant.account,
        }
    }

    /// Returns the number of audit events that the change records.
    pub const fn events(self) -> usize {
        match self {
            Self::RotateKey => 2,
            _ => 1,
        }
    }

    /// Makes the change and returns whether anything was changed. The event names `event_account`
    /// as its account, which is wrong unless it is [`Change::account`].
    ///
    /// # Errors
    /// Those of the store.
    ///
    /// # Panics
    /// If the world's key does not exist.
    #[expect(clippy::too_many_lines, reason = "one arm for each change")]
    pub async fn make(
        self,
        store: &dyn Store,
        world: &World,
        event_account: &AccountId,
    ) -> Result<bool, StoreError> {
        let tenant = &world.tenant;
        let account = &tenant.account;
        let event = |action: Action| -> AuditEvent {
            let event = tenant.event(action, "subject", at(10));
            AuditEvent {
                account_id: event_account.clone(),
                authority: world.authority.clone(),
                ..event
            }
        };
        Ok(match self {
            Self::UpsertItems => {
                let mut changed = item(&world.item);
                changed.name = "Changed".into();
                let to_event = |_| event(Action::InventoryUpdated);
                let items = [changed, item("new")];
                let stored = store
                    .upsert_items(
                        account,
                        &Actor::System,
                        &items,
                        FeedConditions::default(),
                        at(10),
                        &to_event,
                    )
                    .await?;
                let expected = UpsertCounts {
                    created: 1,
                    updated: 1,
                    ..UpsertCounts::default()
                };
                stored == UpsertOutcome::Stored(expected)
            }
            Self::PutItem => {
                let event = event(Action::InventoryUpdated);
                let put = store
                    .put_item(account, &item("put"), &Condition::Absent, at(10), event)
                    .await?;
                matches!(put, PutItemOutcome::Created(_))
            }
            Self::ReplaceItems => {
                let to_event = |_| event(Action::InventoryUpdated);
                let retained = &HashSet::from([world.item.as_str(), "full"]);
                let removals = FeedRemovals {
                    retained,
                    allowed: AllowedRemovals::Few,
                };
                let stored = store
                    .upsert_items(
                        account,
                        &Actor::System,
                        &[item("full")],
                        Some(removals).into(),
                        at(10),
                        &to_event,
                    )
                    .await?;
                matches!(stored, UpsertOutcome::Stored(counts) if counts.created == 1)
            }
            Self::DeleteItem => {
                let event = event(Action::ItemDeleted);
                let removal = store
                    .delete_item(account, &world.item, &Condition::Present, event)
                    .await?;
                removal == DeleteItemOutcome::Removed
            }
            Self::ChangeAccount => {
                let to_event = |_: &AccountSettings| event(Action::AccountUpdated);
                let before = store.find_account(account).await?;
                let before = before.expect("the world has this account");
                let after = other_settings();
                let change = store.change_account(account, &before, &after, &to_event);
                change.await? == ChangeAccountOutcome::Changed
            }
            Self::InsertKey => {
                let key = tenant.key("inserted", at(10));
                let inserted = store.insert_key(key, event(Action::KeyCreated)).await?;
                matches!(inserted, InsertKeyOutcome::Created(_))
            }
            Self::ChangeKeys => {
                let to_event = |_: &KeyRecord| event(Action::KeyPaused);
                let key_ids = [world.key.clone()];
                let pause = BulkChange::Pause;
                let changed = store
                    .change_keys(account, &key_ids, &pause, at(10), &to_event)
                    .await?;
                changed == BulkOutcome::Changed(1)
            }
            Self::StopCreation => {
                let event = event(Action::KeyCreationStopped);
                store.stop_creation(account, Some(at(10)), event).await?
            }
            Self::ChangeKey => {
                let to_event = |_: &KeyRecord, _: &KeyRecord| event(Action::KeyEdited);
                let before = tenant.find(store, &world.key).await.settings();
                let after = KeySettings {
                    name: KeyName::parse("Renamed").unwrap(),
                    ..before.clone()
                };
                let edit = KeyChange::Edit(Box::new(KeyEdit { before, after }));
                let changed = store
                    .change_key(account, &world.key, &edit, at(10), &to_event)
                    .await?;
                matches!(changed, ChangeKeyOutcome::Changed(_))
            }
            Self::RotateKey => {
                let to_event = |_: &KeyRecord, _: &KeyRecord| {
                    [event(Action::KeyRotated), event(Action::KeyCreated)]
                };
                let rotation = rotation(tenant, "rotated", at(10), OldKeyExpiry::At(at(100)));
                let rotated = store
                    .rotate_key(account, &world.key, rotation, &to_event)
                    .await?;
                matches!(rotated, RotateKeyOutcome::Rotated { .. })
            }
            Self::RevokeKey => {
                let revocation = tenant.revocation(at(10));
                let event = event(Action::KeyRevoked);
                let ended = store
                    .revoke_key(account, &world.key, revocation, event)
                    .await?;
                matches!(ended, RevokeKeyOutcome::Revoked(_))
            }
            Self::RevokeAllKeys => {
                let to_event = |_| event(Action::KeyAllRevoked);
                let (by, reason) = (&tenant.owner, RevokeReason::Leaked);
                let revoked = store
                    .revoke_all_keys(account, at(10), by, reason, &to_event)
                    .await?;
                revoked.is_some()
            }
            Self::InsertLead | Self::UpdateLead | Self::EraseLead => {
                self.make_lead_change(store, world, &event).await?
            }
            Self::RecordEvent => {
                let event = event(Action::LeadsExported);
                store.record_event(&event).await?;
                store.audit_events(account, 1).await? == [event]
            }
            Self::Invite
            | Self::WithdrawInvitation
            | Self::AcceptInvitation
            | Self::EndMemberSessions
            | Self::OfferResetByMail
            | Self::ChangeRole
            | Self::DeactivateMember
            | Self::ReactivateMember
            | Self::HandOver
            | Self::EnableFactor
            | Self::RequireFactor
            | Self::FinishSignIn
            | Self::WarnOfCodes
            | Self::RenewRecoveryCodes
            | Self::DisableFactor
            | Self::EndOtherSessions
            | Self::ChangePassword => self.make_member_change(store, world, &event).await?,
            Self::EndSession => {
                store
                    .end_session(&world.session, event(Action::SessionEnded))
                    .await?;
                store
                    .use_session(&world.session, at(10), at(-1))
                    .await?
                    .is_none()
            }
            Self::OpenSession => {
                let digest = token("another session");
                let session = NewSession {
                    digest,
                    member_id: tenant.owner.clone(),
                    created_at: at(10),
                    expires_at: at(20),
                    ip: IpAddr::from([192, 0, 2, 7]),
                    user_agent: None,
                };
                let forget = [tenant.email.as_str().to_owned()];
                let hash = format!("hash of {}", tenant.name);
                store
                    .open_session(session, &hash, &forget, event(Action::SessionOpened))
                    .await?;
                store.use_session(&digest, at(11), at(-1)).await?.is_some()
            }
            Self::ResetPassword => {
                let event = event(Action::PasswordReset);
                let forget = [tenant.email.as_str().to_owned()];
                store
                    .reset_password(&world.reset, at(10), "new hash", &forget, event)
                    .await?
            }
            Self::OfferReset => {
                let digest = token("another reset");
                let link = NewLink {
                    digest,
                    purpose: tenant.reset(),
                    created_at: at(10),
                    expires_at: at(20),
                };
                let event = event(Action::PasswordResetOffered);
                store.replace_link(link, Some(event)).await?;
                store.find_link(&digest, at(10)).await?.is_some()
            }
            Self::ClaimAccount => {
                let event = event(Action::AccountCreated);
                let owner = world.newcomer.as_owner();
                let claim = store
                    .claim_account(&world.invite, at(10), owner, event)
                    .await?;
                claim == RedeemOutcome::Redeemed
            }
        })
    }

    async fn make_lead_change(
        self,
        store: &dyn Store,
        world: &World,
        event: &(dyn Fn(Action) -> AuditEvent + Send + Sync),
    ) -> Result<bool, StoreError> {
        let account = &world.tenant.account;
        Ok(match self {
            Self::InsertLead => {
                let lead = lead("inserted", at(10));
                store
                    .insert_lead(account, &lead, event(Action::LeadCreated))
                    .await?;
                store.find_lead(account, &lead.id).await? == Some(lead)
            }
            Self::UpdateLead => {
                let edits = LeadEdits {
                    status: Edit::Set(LeadStatus::Won),
                    ..LeadEdits::default()
                };
                let to_event = |_: &Lead, _: Vec<&'static str>| event(Action::LeadUpdated);
                let lead = store
                    .update_lead(account, &world.lead, &edits, at(10), &to_event)
                    .await?;
                lead.is_some_and(|lead| lead.updated_at == at(10))
            }
            Self::EraseLead => {
                store
                    .erase_lead(account, &world.lead, at(10), event(Action::LeadErased))
                    .await?
            }
            _ => false,
        })
    }
}

impl World {
    /// Fills an empty store.
    ///
    /// # Panics
    /// If the store fails.
    pub async fn build(store: &dyn Store) -> Self {
        let tenant = Tenant::create(store, "tenant").await;
        let newcomer = Tenant::named("newcomer");
        let purpose = tenant.reset();
        let world = Self {
            invite: newcomer.invite(store, at(0)).await,
            reset: link(store, "reset", purpose, at(0)).await,
            session: tenant.sign_in(store, at(0)).await,
            authority: Authority::Inherent,
            key: tenant.issue_key(store, "held").await,
            owner: tenant.owner.clone(),
            item: "held".to_owned(),
            lead: lead("held", at(0)).id,
            people: People::build(store, &tenant).await,
            newcomer,
            tenant,
        };
        world.tenant.push(store, &[item(&world.item)], at(0)).await;
        world.tenant.add_lead(store, &lead("held", at(0))).await;
        let subjects = [world.tenant.email.as_str().to_owned()];
        store
            .count_failure(&subjects, at(9), &[30], at(0))
            .await
            .expect("counted");
        world
    }

    /// Returns everything that the ports return of this world, to detect whether anything changed.
    pub(crate) async fn snapshot(&self, store: &dyn Store) -> String {
        let (now, account) = (at(10), &self.tenant.account);
        let subjects = [self.tenant.email.as_str().to_owned()];
        let newcomer = &self.newcomer;
        let state = (
            (
                store.find_account(account).await.unwrap(),
                store.list_members(account, None, 100).await.unwrap(),
                store
                    .list_invitations(account, None, now, 100)
                    .await
                    .unwrap(),
                store.second_factor(&self.owner).await.unwrap(),
                self.people.snapshot(store).await,
                store.list_sessions(&self.owner, now, at(-1)).await.unwrap(),
                store.list_keys(account).await.unwrap(),
                store.creation_stopped(account).await.unwrap(),
                store.factor_policy(account).await.unwrap(),
            ),
            store
                .list_items(account, &any_item(), None, None, 100)
                .await
                .unwrap(),
            (
                store.lead_changes(account, 0, 100).await.unwrap(),
                store.last_lead_change(account).await.unwrap(),
            ),
            store.audit_events(account, 100).await.unwrap(),
            store.audit_events(&newcomer.account, 100).await.unwrap(),
            store.find_link(&self.invite, now).await.unwrap(),
            store.find_link(&self.reset, now).await.unwrap(),
            store.use_session(&self.session, now, at(-1)).await.unwrap(),
            store
                .use_session(&token("another session"), now, at(-1))
                .await
                .unwrap(),
            store.password_hash(&self.owner).await.unwrap(),
            store.blocked_until(&subjects, now).await.unwrap(),
            member_by_email(store, &newcomer.email).await,
        );
        format!("{state:#?}")
    }
}
