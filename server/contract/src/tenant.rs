//! An account and the actions of its owner, with plausible values and an audit event for each.

use crate::fixtures::{at, email, link, token};
use domain::{
    AccountId, AccountName, Email, KeyId, KeyName, LeadId, MemberId, RevokeReason, Scope, ScopeSet,
    Timestamp,
};
use serde_json::json;
use service::PepperId;
use service::inventory::{Condition, Item};
use service::key::KeyDigest;
use service::leads::{Lead, LeadEdits};
use service::store::{
    Action, Actor, AuditEvent, Candidate, DeleteItemOutcome, FeedConditions, FeedRemovals,
    InsertKeyOutcome, KeyRecord, LinkPurpose, NewKey, NewOwner, NewRevocation, NewSession,
    PutItemOutcome, RedeemOutcome, RevokeKeyOutcome, Revoker, Store, TokenDigest, UpsertCounts,
    UpsertOutcome,
};
use std::net::IpAddr;

/// An account with its owner.
#[derive(Clone)]
pub(crate) struct Tenant {
    pub(crate) account: AccountId,
    pub(crate) owner: MemberId,
    pub(crate) email: Email,
    pub(crate) name: String,
}

impl Tenant {
    pub(crate) fn named(name: &str) -> Self {
        Self {
            account: AccountId::parse(&format!("account-{name}")).unwrap(),
            owner: MemberId::parse(&format!("member-{name}")).unwrap(),
            email: email(name),
            name: name.to_owned(),
        }
    }

    /// Creates the account and its owner in the store.
    pub(crate) async fn create(store: &dyn Store, name: &str) -> Self {
        let tenant = Self::named(name);
        let link = tenant.invite(store, at(0)).await;
        let claim = tenant.claim(store, &link, at(0)).await;
        assert_eq!(claim, RedeemOutcome::Redeemed);
        tenant
    }

    /// Creates two accounts, `a` and `b`.
    pub(crate) async fn pair(store: &dyn Store) -> (Self, Self) {
        (
            Self::create(store, "a").await,
            Self::create(store, "b").await,
        )
    }

    pub(crate) fn account_name(&self) -> AccountName {
        AccountName::parse(&format!("Cars of {}", self.name)).unwrap()
    }

    pub(crate) fn as_owner(&self) -> NewOwner {
        NewOwner {
            account_id: self.account.clone(),
            account_name: self.account_name(),
            currency: None,
            time_zone: None,
            member_id: self.owner.clone(),
            email: self.email.clone(),
            password_hash: format!("hash of {}", self.name),
        }
    }

    pub(crate) fn event(&self, action: Action, subject: &str, at: Timestamp) -> AuditEvent {
        AuditEvent {
            actor: Actor::Member(self.owner.clone()),
            ip: Some(IpAddr::from([192, 0, 2, 7])),
            user_agent: Some("contract".to_owned()),
            ..AuditEvent::of_system(&self.account, action, subject, at, json!({ "case": true }))
        }
    }

    /// Returns the purpose of a link that resets the owner's password.
    pub(crate) fn reset(&self) -> LinkPurpose {
        LinkPurpose::Reset {
            member: self.owner.clone(),
            email: self.email.clone(),
        }
    }

    /// Stores a link with which the account can be created, and which expires after an hour.
    pub(crate) async fn invite(&self, store: &dyn Store, now: Timestamp) -> TokenDigest {
        let purpose = LinkPurpose::NewAccount {
            name: self.account_name(),
        };
        link(store, &format!("invite {}", self.name), purpose, now).await
    }

    pub(crate) async fn claim(
        &self,
        store: &dyn Store,
        link: &TokenDigest,
        now: Timestamp,
    ) -> RedeemOutcome {
        let event = self.event(Action::AccountCreated, self.account.as_str(), now);
        store
            .claim_account(link, now, self.as_owner(), event)
            .await
            .unwrap()
    }

    pub(crate) async fn seed(&self, store: &dyn Store) -> bool {
        let event = self.event(Action::AccountCreated, self.account.as_str(), at(0));
        store
            .seed_owner(self.as_owner(), at(0), event)
            .await
            .unwrap()
    }

    /// Opens a session at `now`, which expires after ten hours.
    pub(crate) async fn sign_in(&self, store: &dyn Store, now: Timestamp) -> TokenDigest {
        let digest = token(&format!("session of {} at {}", self.name, now.millis()));
        let session = NewSession {
            digest,
            member_id: self.owner.clone(),
            created_at: now,
            expires_at: now.plus_seconds(36_000),
            ip: IpAddr::from([192, 0, 2, 7]),
            user_agent: Some("contract".to_owned()),
        };
        let event = self.event(Action::SessionOpened, self.owner.as_str(), now);
        let hash = self.candidate(store).await.password_hash;
        let opened = store
            .open_session(session, &hash, &[format!("email:{}", self.email)], event)
            .await;
        assert!(opened.unwrap());
        digest
    }

    /// Returns the owner with their current password hash, as after its verification.
    pub(crate) async fn candidate(&self, store: &dyn Store) -> Candidate {
        let member = store.find_member(&self.owner).await.unwrap();
        let hash = store.password_hash(&self.owner).await.unwrap();
        Candidate {
            member: member.unwrap(),
            password_hash: hash.unwrap(),
        }
    }

    /// Creates a key that is not stored yet. Its id, digest and form token are derived from `name`.
    pub(crate) fn key(&self, name: &str, now: Timestamp) -> NewKey {
        let unique = format!("{} {name}", self.name);
        NewKey {
            id: KeyId::parse(&format!("key-{}-{name}", self.name)).unwrap(),
            account_id: self.account.clone(),
            name: KeyName::parse(&format!("Key {name}")).unwrap(),
            preview: "vx_abc123…".to_owned(),
            digest: KeyDigest::from_bytes(token(&unique).0),
            pepper_id: PepperId::parse("0123456789abcdef").unwrap(),
            scopes: ScopeSet::from(vec![Scope::InventoryRead, Scope::LeadsWrite]),
            created_at: now,
            created_by: self.owner.clone(),
            expires_at: None,
            note: None,
            own_limit: None,
            allow_list: None,
            form_token: token(&format!("form {unique}")),
        }
    }

    pub(crate) async fn issue(&self, store: &dyn Store, key: NewKey) -> InsertKeyOutcome {
        let event = self.event(Action::KeyCreated, key.id.as_str(), key.created_at);
        store.insert_key(key, event).await.unwrap()
    }

    /// Issues the key that [`Self::key`] creates.
    pub(crate) async fn issue_key(&self, store: &dyn Store, name: &str) -> KeyId {
        self.issue_key_with(store, name, |_| {}).await
    }

    /// Issues the key that [`Self::key`] creates, with other values.
    pub(crate) async fn issue_key_with(
        &self,
        store: &dyn Store,
        name: &str,
        set: impl FnOnce(&mut NewKey),
    ) -> KeyId {
        let mut key = self.key(name, at(0));
        set(&mut key);
        let id = key.id.clone();
        assert!(matches!(
            self.issue(store, key).await,
            InsertKeyOutcome::Created(_)
        ));
        id
    }

    pub(crate) async fn find(&self, store: &dyn Store, id: &KeyId) -> KeyRecord {
        store
            .find_key(&self.account, id)
            .await
            .unwrap()
            .expect("the key is there")
    }

    pub(crate) async fn revoke(
        &self,
        store: &dyn Store,
        id: &KeyId,
        now: Timestamp,
    ) -> RevokeKeyOutcome {
        let event = self.event(Action::KeyRevoked, id.as_str(), now);
        store
            .revoke_key(&self.account, id, self.revocation(now), event)
            .await
            .unwrap()
    }

    pub(crate) fn revocation(&self, now: Timestamp) -> NewRevocation {
        NewRevocation {
            at: now,
            by: Revoker::Member(self.owner.clone()),
            reason: RevokeReason::Leaked,
        }
    }

    pub(crate) async fn push(
        &self,
        store: &dyn Store,
        items: &[Item],
        now: Timestamp,
    ) -> UpsertCounts {
        let event = |counts: UpsertCounts| {
            let mut event = self.event(Action::InventoryUpdated, "inventory", now);
            event.detail = json!({ "created": counts.created, "updated": counts.updated });
            event
        };
        let stored = store.upsert_items(
            &self.account,
            &Actor::System,
            items,
            FeedConditions::default(),
            now,
            &event,
        );
        let UpsertOutcome::Stored(counts) = stored.await.unwrap() else {
            panic!("nothing is removed")
        };
        counts
    }

    /// Sends a full feed. The items in `also_kept` are not part of it, but are not removed either.
    pub(crate) async fn replace(
        &self,
        store: &dyn Store,
        items: &[Item],
        also_kept: &[&str],
        allowed: Option<u64>,
        now: Timestamp,
    ) -> UpsertOutcome {
        let event = |_| self.event(Action::InventoryUpdated, "inventory", now);
        let ids = items.iter().map(|item| item.id.as_str());
        let retained = &ids.chain(also_kept.iter().copied()).collect();
        let allowed = allowed.into();
        let removals = FeedRemovals { retained, allowed };
        store
            .upsert_items(
                &self.account,
                &Actor::System,
                items,
                Some(removals).into(),
                now,
                &event,
            )
            .await
            .unwrap()
    }

    pub(crate) async fn put(
        &self,
        store: &dyn Store,
        item: &Item,
        condition: &Condition,
        now: Timestamp,
    ) -> PutItemOutcome {
        let event = self.event(Action::InventoryUpdated, item.id.as_str(), now);
        store
            .put_item(&self.account, item, condition, now, event)
            .await
            .unwrap()
    }

    pub(crate) async fn remove(&self, store: &dyn Store, id: &str) -> bool {
        let event = self.event(Action::ItemDeleted, id, at(0));
        let condition = Condition::Always;
        let removal = store.delete_item(&self.account, id, &condition, event);
        removal.await.unwrap() == DeleteItemOutcome::Removed
    }

    pub(crate) async fn add_lead(&self, store: &dyn Store, lead: &Lead) {
        let event = self.event(Action::LeadCreated, lead.id.as_str(), lead.created_at);
        store.insert_lead(&self.account, lead, event).await.unwrap();
    }

    pub(crate) async fn edit(
        &self,
        store: &dyn Store,
        id: &LeadId,
        edits: &LeadEdits,
        now: Timestamp,
    ) -> Option<Lead> {
        let event = |_: &Lead, changed: Vec<&'static str>| {
            let mut event = self.event(Action::LeadUpdated, id.as_str(), now);
            event.detail = json!({ "changed": changed });
            event
        };
        store
            .update_lead(&self.account, id, edits, now, &event)
            .await
            .unwrap()
    }

    pub(crate) async fn erase(&self, store: &dyn Store, id: &LeadId, now: Timestamp) -> bool {
        let event = self.event(Action::LeadErased, id.as_str(), now);
        store
            .erase_lead(&self.account, id, now, event)
            .await
            .unwrap()
    }

    /// Returns the number of the account's audit events, up to 1,000.
    pub(crate) async fn events(&self, store: &dyn Store) -> usize {
        store
            .audit_events(&self.account, 1_000)
            .await
            .unwrap()
            .len()
    }
}
