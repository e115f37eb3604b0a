//! The members of an account, and the invitations to join it.

use crate::fixtures::{Shared, at, email, member_by_email, race, token};
use crate::tenant::Tenant;
use domain::seconds::HOUR;
use domain::{MemberId, Role, Timestamp};
use serde_json::json;
use service::store::{
    Action, AuditEvent, AuditFilter, ChangeMemberOutcome, CountedMail, Invitation, LinkPurpose,
    MemberChange, NewLink, NewMember, RedeemOutcome, ResetOffer, Store, StoreError, Teammate,
    TokenDigest,
};

/// A member besides the owner, with values derived from the name.
#[derive(Clone)]
pub(crate) struct Colleague {
    pub(crate) id: MemberId,
    pub(crate) name: String,
}

impl Colleague {
    pub(crate) fn named(name: &str) -> Self {
        Self {
            id: MemberId::parse(&format!("mate-{name}")).unwrap(),
            name: name.to_owned(),
        }
    }

    /// Creates the link of an invitation, which expires after an hour.
    pub(crate) fn invitation(&self, tenant: &Tenant, role: Role, now: Timestamp) -> NewLink {
        NewLink {
            digest: token(&format!("invitation of {} at {}", self.name, now.millis())),
            purpose: LinkPurpose::Invitation {
                account: tenant.account.clone(),
                account_name: tenant.account_name(),
                email: email(&self.name),
                role,
                invited_by: tenant.owner.clone(),
            },
            created_at: now,
            expires_at: now.plus_seconds(HOUR),
        }
    }

    pub(crate) fn new_member(&self) -> NewMember {
        NewMember {
            id: self.id.clone(),
            password_hash: format!("hash of {}", self.name),
        }
    }

    pub(crate) async fn create_invitation(
        &self,
        store: &dyn Store,
        tenant: &Tenant,
        role: Role,
        now: Timestamp,
    ) -> TokenDigest {
        assert!(self.try_invite(store, tenant, role, now).await.unwrap());
        self.invitation(tenant, role, now).digest
    }

    pub(crate) async fn try_invite(
        &self,
        store: &dyn Store,
        tenant: &Tenant,
        role: Role,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let link = self.invitation(tenant, role, now);
        let event = tenant.event(Action::InvitationCreated, &self.name, now);
        store.invite(link, event).await
    }

    pub(crate) async fn accept(
        &self,
        store: &dyn Store,
        tenant: &Tenant,
        link: &TokenDigest,
        now: Timestamp,
    ) -> RedeemOutcome {
        let event = tenant.event(Action::MemberJoined, self.id.as_str(), now);
        store
            .accept_invitation(link, now, self.new_member(), event)
            .await
            .unwrap()
    }

    /// Invites a member and accepts the invitation.
    pub(crate) async fn join(store: &dyn Store, tenant: &Tenant, name: &str, role: Role) -> Self {
        let colleague = Self::named(name);
        let link = colleague
            .create_invitation(store, tenant, role, at(0))
            .await;
        let claim = colleague.accept(store, tenant, &link, at(0)).await;
        assert_eq!(claim, RedeemOutcome::Redeemed);
        colleague
    }

    /// Returns the digest of the link in [`Self::reset_offer`].
    pub(crate) fn reset_digest(&self, link: &str) -> TokenDigest {
        token(&format!("{link} reset of {}", self.name))
    }

    /// Creates a link for a new password. After its mail, the next one to this member has to wait
    /// for a minute.
    pub(crate) fn reset_offer(&self, link: &str, now: Timestamp, event: AuditEvent) -> ResetOffer {
        ResetOffer {
            link: NewLink {
                digest: self.reset_digest(link),
                purpose: LinkPurpose::Reset {
                    member: self.id.clone(),
                    email: email(&self.name),
                },
                created_at: now,
                expires_at: now.plus_seconds(HOUR),
            },
            mail: CountedMail {
                subjects: [
                    (format!("mail to {}", self.name), vec![60]),
                    ("mail of the account".to_owned(), vec![0]),
                ],
                at: now,
                forget_before: now.plus_seconds(-HOUR),
            },
            event,
        }
    }

    /// Returns the member in the place of the tenant's owner, so that they can sign in.
    pub(crate) fn as_tenant(&self, tenant: &Tenant) -> Tenant {
        Tenant {
            owner: self.id.clone(),
            email: email(&self.name),
            name: self.name.clone(),
            ..tenant.clone()
        }
    }
}

async fn find(store: &dyn Store, tenant: &Tenant, id: &MemberId) -> Teammate {
    let members = store
        .list_members(&tenant.account, None, 100)
        .await
        .unwrap();
    members.into_iter().find(|member| member.id == *id).unwrap()
}

async fn change(
    store: &dyn Store,
    tenant: &Tenant,
    id: &MemberId,
    change: MemberChange,
    now: Timestamp,
) -> ChangeMemberOutcome {
    let event = |before: &Teammate| -> AuditEvent {
        let mut event = tenant.event(Action::MemberRoleChanged, id.as_str(), now);
        event.detail = serde_json::json!({ "was": before.role });
        event
    };
    store
        .change_member(&tenant.account, id, change, now, &event)
        .await
        .unwrap()
}

case!(members_are_listed_in_pages_with_active_ones_first);
async fn members_are_listed_in_pages_with_active_ones_first(store: Shared) {
    let (tenant, other) = Tenant::pair(&*store).await;
    let mut ids = vec![tenant.owner.clone()];
    for name in ["m1", "m2", "m3", "m4"] {
        let colleague = Colleague::named(name);
        let link = colleague
            .create_invitation(&*store, &tenant, Role::Viewer, at(0))
            .await;
        let claim = colleague.accept(&*store, &tenant, &link, at(1)).await;
        assert_eq!(claim, RedeemOutcome::Redeemed);
        ids.push(colleague.id);
    }
    ids.sort();
    let (active, deactivated): (Vec<_>, Vec<_>) = ids
        .into_iter()
        .partition(|id| *id == tenant.owner || id.as_str().ends_with(['2', '4']));
    for id in &deactivated {
        let changed = change(&*store, &tenant, id, MemberChange::Deactivate, at(2)).await;
        assert_eq!(changed, ChangeMemberOutcome::Changed);
    }
    let expected = [active, deactivated].concat();
    for size in 1..=6 {
        let mut listed: Vec<Teammate> = Vec::new();
        loop {
            let after = listed.last().map(Teammate::cursor);
            let page = store.list_members(&tenant.account, after.as_ref(), size);
            let page = page.await.unwrap();
            assert!(page.len() <= size as usize);
            if page.is_empty() {
                break;
            }
            listed.extend(page);
        }
        let ids: Vec<_> = listed.iter().map(|member| member.id.clone()).collect();
        assert_eq!(ids, expected, "in pages of {size}");
    }
    for id in &expected {
        let found = store.find_teammate(&tenant.account, id).await.unwrap();
        let found = found.expect("the member is found");
        let by_email = store.find_teammate_by_email(&tenant.account, &found.email);
        assert_eq!(by_email.await.unwrap().unwrap().id, *id);
        let elsewhere = store.find_teammate(&other.account, id).await.unwrap();
        assert_eq!(elsewhere, None);
        let elsewhere = store.find_teammate_by_email(&other.account, &found.email);
        assert_eq!(elsewhere.await.unwrap(), None);
    }
}

case!(earliest_members_are_offered_as_creators_of_keys);
async fn earliest_members_are_offered_as_creators_of_keys(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let mut ids = vec![tenant.owner.clone()];
    // In reverse, so that the order of the rows is not that of the ids.
    for number in (0..203).rev() {
        let name = format!("{number:03}");
        ids.push(
            Colleague::join(&*store, &tenant, &name, Role::Viewer)
                .await
                .id,
        );
    }
    ids.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
    ids.truncate(200);
    let creators = store.key_creators(&tenant.account).await.unwrap();
    let creators: Vec<_> = creators.into_iter().map(|(id, _)| id).collect();
    assert_eq!(creators, ids);
}

case!(invitations_are_listed_in_pages);
async fn invitations_are_listed_in_pages(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let other = Tenant::create(&*store, "b").await;
    for name in ["e", "c", "d"] {
        let colleague = Colleague::named(name);
        colleague
            .create_invitation(&*store, &tenant, Role::Viewer, at(0))
            .await;
    }
    let (account, mut listed) = (&tenant.account, Vec::new());
    for _ in 0..3 {
        let after = listed.last();
        let page = store.list_invitations(account, after, at(1), 1).await;
        let mut page = page.unwrap();
        let invitation = page.pop().unwrap();
        assert_eq!(page, []);
        listed.push(invitation.email);
    }
    assert_eq!(listed, ["c", "d", "e"].map(email));
    let page = store.list_invitations(account, listed.last(), at(1), 1);
    assert_eq!(page.await.unwrap(), []);
    let elsewhere = store.list_invitations(&other.account, None, at(1), 100);
    assert_eq!(elsewhere.await.unwrap(), []);
}

case!(invitation_creates_one_member_with_its_role);
async fn invitation_creates_one_member_with_its_role(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let (colleague, late) = (Colleague::named("mate"), Colleague::named("late"));
    let link = colleague
        .create_invitation(&*store, &tenant, Role::Viewer, at(0))
        .await;
    let open = store
        .list_invitations(&tenant.account, None, at(1), 100)
        .await
        .unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(
        (&open[0].email, open[0].role, &open[0].invited_by),
        (&email("mate"), Role::Viewer, &tenant.email)
    );
    assert_eq!(open[0].expires_at, at(HOUR));
    // Of those who accept the invitation concurrently, one joins.
    let claims = race(10, |number| {
        let (store, tenant) = (store.clone(), tenant.clone());
        let racer = Colleague {
            id: MemberId::parse(&format!("racer-{number}")).unwrap(),
            name: "mate".to_owned(),
        };
        async move { racer.accept(&*store, &tenant, &link, at(2)).await }
    });
    let claims = claims.await;
    let won = claims
        .iter()
        .filter(|claim| **claim == RedeemOutcome::Redeemed);
    assert_eq!(won.count(), 1);
    assert!(
        claims
            .iter()
            .all(|claim| *claim != RedeemOutcome::EmailTaken)
    );
    let found = member_by_email(&*store, &email("mate")).await;
    let found = found.unwrap();
    assert_eq!(
        (found.role, found.account_id),
        (Role::Viewer, tenant.account.clone())
    );
    let open = store
        .list_invitations(&tenant.account, None, at(2), 100)
        .await;
    assert_eq!(open.unwrap(), []);

    let link = late
        .create_invitation(&*store, &tenant, Role::Admin, at(0))
        .await;
    let open = store
        .list_invitations(&tenant.account, None, at(HOUR), 100)
        .await;
    assert_eq!(open.unwrap(), [], "it is over");
    let claim = late.accept(&*store, &tenant, &link, at(HOUR)).await;
    assert_eq!(claim, RedeemOutcome::LinkInvalid);
}

case!(invitation_replaces_an_older_one_and_can_be_withdrawn);
async fn invitation_replaces_an_older_one_and_can_be_withdrawn(store: Shared) {
    let (a, b) = Tenant::pair(&*store).await;
    let colleague = Colleague::named("mate");
    let old = colleague
        .create_invitation(&*store, &a, Role::Admin, at(0))
        .await;
    let elsewhere = colleague
        .create_invitation(&*store, &b, Role::Viewer, at(1))
        .await;
    let fresh = colleague
        .create_invitation(&*store, &a, Role::Viewer, at(2))
        .await;
    assert_eq!(store.find_link(&old, at(3)).await.unwrap(), None);
    assert!(store.find_link(&fresh, at(3)).await.unwrap().is_some());
    let event = |invitation: &Invitation| {
        let action = Action::InvitationWithdrawn;
        a.event(action, invitation.role.as_str(), at(3))
    };
    let events = a.events(&*store).await;
    for (now, withdrawn) in [(at(2 + HOUR), false), (at(3), true), (at(3), false)] {
        let address = email("mate");
        let result = store.withdraw_invitation(&a.account, &address, now, &event);
        assert_eq!(result.await.unwrap(), withdrawn);
    }
    assert_eq!(a.events(&*store).await, events + 1);
    let event = &store.audit_events(&a.account, 1).await.unwrap()[0];
    assert_eq!(event.subject, "viewer");
    assert_eq!(
        colleague.accept(&*store, &a, &fresh, at(3)).await,
        RedeemOutcome::LinkInvalid
    );
    // The invitation to the other account is not affected.
    assert_eq!(
        colleague.accept(&*store, &b, &elsewhere, at(3)).await,
        RedeemOutcome::Redeemed
    );
    // A member's address cannot be invited to the same account again. In another account, it
    // belongs to another member.
    let link = colleague.invitation(&b, Role::Viewer, at(4));
    let event = b.event(Action::InvitationCreated, "mate", at(4));
    assert!(!store.invite(link, event).await.unwrap());
    let link = colleague
        .create_invitation(&*store, &a, Role::Viewer, at(4))
        .await;
    let address = email(&colleague.name);
    let twin = Colleague {
        id: MemberId::parse("twin").unwrap(),
        ..colleague
    };
    assert_eq!(
        twin.accept(&*store, &a, &link, at(5)).await,
        RedeemOutcome::Redeemed
    );
    let found = store.members_by_email(&address, 9).await.unwrap();
    let accounts: Vec<_> = found
        .iter()
        .map(|candidate| &candidate.member.account_id)
        .collect();
    assert_eq!(accounts, [&b.account, &a.account]);
    assert_eq!(store.members_by_email(&address, 1).await.unwrap().len(), 1);
    // An active member comes before a deactivated one, even if the active one joined later.
    let older = found[0].member.id.clone();
    let deactivated = change(&*store, &b, &older, MemberChange::Deactivate, at(6)).await;
    assert_eq!(deactivated, ChangeMemberOutcome::Changed);
    let found = store.members_by_email(&address, 9).await.unwrap();
    let accounts: Vec<_> = found
        .iter()
        .map(|candidate| &candidate.member.account_id)
        .collect();
    assert_eq!(accounts, [&a.account, &b.account]);
    let first = store.members_by_email(&address, 1).await.unwrap();
    assert_eq!(first[0].member.account_id, a.account);
}

case!(deactivated_member_loses_access_at_once_and_can_be_reactivated);
async fn deactivated_member_loses_access_at_once_and_can_be_reactivated(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let colleague = Colleague::join(&*store, &tenant, "mate", Role::Owner).await;
    let own = colleague.as_tenant(&tenant);
    let session = own.sign_in(&*store, at(1)).await;
    let owner_session = tenant.sign_in(&*store, at(1)).await;
    let mut invitation = Colleague::named("guest").invitation(&tenant, Role::Viewer, at(1));
    if let LinkPurpose::Invitation { invited_by, .. } = &mut invitation.purpose {
        *invited_by = colleague.id.clone();
    }
    let invited = invitation.digest;
    let event = tenant.event(Action::InvitationCreated, "guest", at(1));
    assert!(store.invite(invitation, event).await.unwrap());

    let deactivate = MemberChange::Deactivate;
    let changed = change(&*store, &tenant, &colleague.id, deactivate, at(2)).await;
    assert_eq!(changed, ChangeMemberOutcome::Changed);
    assert!(!find(&*store, &tenant, &colleague.id).await.is_active());
    assert_eq!(
        store.use_session(&session, at(2), at(-1)).await.unwrap(),
        None
    );
    assert!(
        store
            .use_session(&owner_session, at(2), at(-1))
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(store.find_link(&invited, at(2)).await.unwrap(), None);
    let found = member_by_email(&*store, &own.email).await;
    assert!(found.unwrap().deactivated);
    // A sign-in that had begun before does not open a session either.
    let digest = token("late");
    let late = service::store::NewSession {
        digest,
        member_id: colleague.id.clone(),
        created_at: at(2),
        expires_at: at(100),
        ip: [192, 0, 2, 7].into(),
        user_agent: None,
    };
    let event = own.event(Action::SessionOpened, colleague.id.as_str(), at(2));
    let hash = own.candidate(&*store).await.password_hash;
    let opened = store.open_session(late, &hash, &[], event).await;
    assert!(!opened.unwrap());
    let same = change(&*store, &tenant, &colleague.id, deactivate, at(3)).await;
    assert_eq!(same, ChangeMemberOutcome::Same);

    let reactivate = MemberChange::Reactivate;
    let changed = change(&*store, &tenant, &colleague.id, reactivate, at(4)).await;
    assert_eq!(changed, ChangeMemberOutcome::Changed);
    for old in [session, digest] {
        assert_eq!(store.use_session(&old, at(4), at(-1)).await.unwrap(), None);
    }
    let session = own.sign_in(&*store, at(5)).await;
    assert!(
        store
            .use_session(&session, at(5), at(-1))
            .await
            .unwrap()
            .is_some()
    );
}

case!(role_is_changed_only_if_it_is_still_the_expected_one);
async fn role_is_changed_only_if_it_is_still_the_expected_one(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let colleague = Colleague::join(&*store, &tenant, "mate", Role::Viewer).await;
    let role = |from, to| MemberChange::Role {
        from: Some(from),
        to,
    };
    let events = tenant.events(&*store).await;
    let stale = role(Role::Admin, Role::Owner);
    let changed = change(&*store, &tenant, &colleague.id, stale, at(1)).await;
    assert_eq!(changed, ChangeMemberOutcome::Differs(Role::Viewer));
    assert_eq!(tenant.events(&*store).await, events, "nothing was changed");
    // If the member already has the wanted role, there is nothing to change.
    let same = role(Role::Admin, Role::Viewer);
    let changed = change(&*store, &tenant, &colleague.id, same, at(1)).await;
    assert_eq!(changed, ChangeMemberOutcome::Same);
    let promote = role(Role::Viewer, Role::Admin);
    let changed = change(&*store, &tenant, &colleague.id, promote, at(2)).await;
    assert_eq!(changed, ChangeMemberOutcome::Changed);
    assert_eq!(
        find(&*store, &tenant, &colleague.id).await.role,
        Role::Admin
    );
}

case!(account_always_keeps_an_active_owner);
async fn account_always_keeps_an_active_owner(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let viewer = Colleague::join(&*store, &tenant, "viewer", Role::Viewer).await;
    let owner = tenant.owner.clone();
    for demotion in [MemberChange::to(Role::Admin), MemberChange::Deactivate] {
        let changed = change(&*store, &tenant, &owner, demotion, at(1)).await;
        assert_eq!(changed, ChangeMemberOutcome::LastOwner, "{demotion:?}");
    }
    assert_eq!(find(&*store, &tenant, &owner).await.role, Role::Owner);
    // A deactivated owner does not count.
    let second = Colleague::join(&*store, &tenant, "second", Role::Owner).await;
    let changed = change(
        &*store,
        &tenant,
        &second.id,
        MemberChange::Deactivate,
        at(2),
    )
    .await;
    assert_eq!(changed, ChangeMemberOutcome::Changed);
    let demote = MemberChange::to(Role::Viewer);
    let changed = change(&*store, &tenant, &owner, demote, at(3)).await;
    assert_eq!(changed, ChangeMemberOutcome::LastOwner);
    // Of two owners who demote each other, one remains an owner.
    let changed = change(
        &*store,
        &tenant,
        &second.id,
        MemberChange::Reactivate,
        at(4),
    )
    .await;
    assert_eq!(changed, ChangeMemberOutcome::Changed);
    let both = race(2, |number| {
        let (store, tenant) = (store.clone(), tenant.clone());
        let id = [owner.clone(), second.id.clone()][number as usize].clone();
        async move { change(&*store, &tenant, &id, demote, at(5)).await }
    });
    let mut both = both.await;
    both.sort_by_key(|changed| *changed == ChangeMemberOutcome::LastOwner);
    assert_eq!(
        both,
        [ChangeMemberOutcome::Changed, ChangeMemberOutcome::LastOwner]
    );
    let missing_id = MemberId::parse("nobody").unwrap();
    let changed = change(&*store, &tenant, &missing_id, demote, at(6)).await;
    assert_eq!(changed, ChangeMemberOutcome::Missing);
    assert_eq!(find(&*store, &tenant, &viewer.id).await.role, Role::Viewer);
}

case!(owner_hands_over_only_to_an_active_member);
async fn owner_hands_over_only_to_an_active_member(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let successor = Colleague::join(&*store, &tenant, "heir", Role::Viewer).await;
    let former = Colleague::join(&*store, &tenant, "out", Role::Admin).await;
    change(
        &*store,
        &tenant,
        &former.id,
        MemberChange::Deactivate,
        at(1),
    )
    .await;
    let hand_over = async |from: &MemberId, to: &MemberId| {
        let event = |before: &Teammate| AuditEvent {
            detail: json!({ "role": before.role }),
            ..tenant.event(Action::MemberHandedOver, to.as_str(), at(2))
        };
        let account = &tenant.account;
        store.hand_over(account, from, to, &event).await.unwrap()
    };
    let missing_id = MemberId::parse("nobody").unwrap();
    let events = tenant.events(&*store).await;
    for (from, to) in [
        (&tenant.owner, &former.id),
        (&tenant.owner, &tenant.owner),
        (&tenant.owner, &missing_id),
        (&successor.id, &tenant.owner),
    ] {
        assert!(!hand_over(from, to).await, "{from} to {to}");
    }
    assert_eq!(tenant.events(&*store).await, events);
    assert!(hand_over(&tenant.owner, &successor.id).await);
    let (account, all) = (&tenant.account, AuditFilter::default());
    let log = store.audit_log(account, &all, None, None, 1).await.unwrap();
    assert_eq!(log[0].event.detail, json!({ "role": "viewer" }), "before");
    assert_eq!(
        find(&*store, &tenant, &successor.id).await.role,
        Role::Owner
    );
    assert_eq!(
        find(&*store, &tenant, &tenant.owner).await.role,
        Role::Admin
    );
    assert!(
        !hand_over(&tenant.owner, &successor.id).await,
        "no owner any more"
    );
}

case!(last_seen_time_of_a_member_outlives_their_sessions);
async fn last_seen_time_of_a_member_outlives_their_sessions(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let seen = async || find(&*store, &tenant, &tenant.owner).await.last_seen_at;
    assert_eq!(seen().await, None);
    let session = tenant.sign_in(&*store, at(10)).await;
    assert_eq!(seen().await, Some(at(10)));
    store.use_session(&session, at(500), at(-1)).await.unwrap();
    assert_eq!(seen().await, Some(at(500)));
    let event = tenant.event(Action::SessionEnded, "owner", at(501));
    store.end_session(&session, event).await.unwrap();
    tenant.sign_in(&*store, at(400)).await;
    assert_eq!(seen().await, Some(at(500)), "it went backwards");
}
