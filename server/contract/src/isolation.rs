//! No account can read or change what belongs to another, even by its id.

use crate::change::World;
use crate::fixtures::{Shared, any_item, at, email, item, lead};
use crate::key_changes::change;
use crate::rotations::rotate;
use crate::tenant::Tenant;
use domain::{KeyCounts, KeyOrder};
use service::leads::{Edit, LeadEdits};
use service::store::{
    Action, AttentionFilter, AuditFilter, BulkChange, BulkOutcome, ChangeKeyOutcome,
    ChangeMemberOutcome, Invitation, KeyChange, KeyFilter, KeyRecord, KeySearchPage, KeyViewCounts,
    MemberChange, OfferResetOutcome, OldKeyExpiry, RevokeKeyOutcome, RotateKeyOutcome,
    SessionChoice, SessionRecord, Store, Teammate, UnplannedExpiry,
};

case!(no_port_reads_from_another_account);
async fn no_port_reads_from_another_account(store: Shared) {
    let world = World::build(&*store).await;
    let stranger = Tenant::create(&*store, "stranger").await;
    let account = &stranger.account;
    assert_eq!(store.list_keys(account).await.unwrap(), []);
    let (any, order) = (KeyFilter::default(), KeyOrder::default());
    let found = store.find_keys(account, &any, order, None, 10).await;
    assert_eq!(found.unwrap(), KeySearchPage::default());
    let counted = store.count_keys(account, &any, order, 10).await;
    assert_eq!(counted.unwrap().keys, 0);
    let attention = AttentionFilter {
        idle_since: at(1_000_000),
        unplanned_expiry: UnplannedExpiry {
            by: at(1_000_000),
            now: at(800),
        },
        dead_key_call_after: at(0),
        new_network_after: at(0),
    };
    let views = store.count_views(account, at(1_000_000), attention, 10, 10);
    assert_eq!(views.await.unwrap(), KeyViewCounts::default());
    let dead_keys = store.dead_keys_in_use(account, at(0), 10);
    assert_eq!(dead_keys.await.unwrap(), []);
    let states = store.count_states(account, attention, 10);
    assert_eq!(states.await.unwrap(), KeyCounts::default());
    let creators = store.key_creators(account).await.unwrap();
    assert_eq!(creators, [(stranger.owner.clone(), stranger.email.clone())]);
    assert_eq!(store.find_key(account, &world.key).await.unwrap(), None);
    let ending = store.expiring_keys(account, at(0), at(1_000_000), 10);
    assert_eq!(ending.await.unwrap(), []);
    let history = store
        .history(account, world.key.as_str(), 10)
        .await
        .unwrap();
    assert_eq!(history, []);
    let items = store
        .list_items(account, &any_item(), None, None, 100)
        .await
        .unwrap();
    assert_eq!(items.entries, []);
    assert_eq!(
        store
            .count_items(account, &any_item(), None, None)
            .await
            .unwrap(),
        0
    );
    assert_eq!(store.find_item(account, &world.item).await.unwrap(), None);
    assert_eq!(store.lead_changes(account, 0, 100).await.unwrap(), []);
    let leads = store.newest_leads(account, None, 100).await.unwrap();
    assert_eq!(leads.entries, []);
    assert_eq!(store.last_lead_change(account).await.unwrap(), 0);
    assert_eq!(store.count_leads(account).await.unwrap(), 0);
    assert_eq!(store.count_leads_by_status(account).await.unwrap(), []);
    assert_eq!(store.find_lead(account, &world.lead).await.unwrap(), None);
    let created = store.last_event(account, Action::KeyCreated);
    assert_eq!(created.await.unwrap(), None);
    let created = store.newest_events(account, &[Action::KeyCreated]);
    assert_eq!(created.await.unwrap(), []);
    let by_subject = AuditFilter {
        subject: Some(world.key.to_string()),
        ..AuditFilter::default()
    };
    let log = store
        .audit_log(account, &by_subject, None, None, 100)
        .await
        .unwrap();
    assert_eq!(log, []);
    let log = store
        .audit_log(account, &AuditFilter::default(), None, None, 100)
        .await
        .unwrap();
    assert_eq!(log.len(), 1, "the stranger's own beginning");
    let open = store
        .list_invitations(account, None, at(1), 100)
        .await
        .unwrap();
    assert_eq!(open, []);
    let members = store.list_members(account, None, 100).await.unwrap();
    assert!(members.iter().all(|member| member.id == stranger.owner));
    let events = store.audit_events(account, 100).await.unwrap();
    assert!(events.iter().all(|event| event.account_id == *account));
    assert_eq!(events.len(), 1, "the stranger's own beginning");
}

case!(no_port_changes_another_account);
async fn no_port_changes_another_account(store: Shared) {
    let world = World::build(&*store).await;
    let stranger = Tenant::create(&*store, "stranger").await;
    let before = world.snapshot(&*store).await;
    let events = stranger.events(&*store).await;

    let ended = stranger.revoke(&*store, &world.key, at(1)).await;
    assert_eq!(ended, RevokeKeyOutcome::Missing);
    let changed = change(&*store, &stranger, &world.key, &KeyChange::Pause, at(1)).await;
    assert_eq!(changed, ChangeKeyOutcome::Missing);
    let rotated = rotate(
        &*store,
        &stranger,
        &world.key,
        "mine",
        at(1),
        OldKeyExpiry::Now,
    )
    .await;
    assert_eq!(rotated, RotateKeyOutcome::Missing);
    assert_bulk_change_is_refused(&*store, &world, &stranger).await;
    assert!(!stranger.remove(&*store, &world.item).await);
    let edits = LeadEdits {
        note: Edit::Set(None),
        ..LeadEdits::default()
    };
    let edited = stranger.edit(&*store, &world.lead, &edits, at(1)).await;
    assert_eq!(edited, None);
    assert!(!stranger.erase(&*store, &world.lead, at(1)).await);
    assert_eq!(stranger.events(&*store).await, events);
    assert_eq!(
        store.last_lead_change(&stranger.account).await.unwrap(),
        0,
        "a change that was none took a number"
    );

    // The stranger cannot change the members of the other account either.
    let event = |_: &Teammate| stranger.event(Action::MemberDeactivated, "owner", at(1));
    let changed = store
        .change_member(
            &stranger.account,
            &world.owner,
            MemberChange::Deactivate,
            at(1),
            &event,
        )
        .await
        .unwrap();
    assert_eq!(changed, ChangeMemberOutcome::Missing);
    let event = |_: &Teammate| stranger.event(Action::MemberHandedOver, "owner", at(1));
    let (from, to) = (&stranger.owner, &world.owner);
    let handed_over = store.hand_over(&stranger.account, from, to, &event).await;
    assert!(!handed_over.unwrap());
    let event = |_: &Invitation| stranger.event(Action::InvitationWithdrawn, "guest", at(1));
    let withdrawn = store
        .withdraw_invitation(&stranger.account, &email("guest"), at(1), &event)
        .await;
    assert!(!withdrawn.unwrap());
    let event =
        |_: &Teammate, _: &[SessionRecord]| stranger.event(Action::MemberSignedOut, "owner", at(1));
    let (account, owner) = (&stranger.account, &world.owner);
    for session in store.list_sessions(owner, at(1), at(-1)).await.unwrap() {
        let id = session.id();
        for choice in [SessionChoice::One(&id), SessionChoice::All] {
            let ended = store.end_member_sessions(account, owner, choice, at(1), at(-1), &event);
            assert_eq!(ended.await.unwrap(), None);
        }
    }
    let colleague = &world.people.colleague;
    let offer = |_: &Teammate| {
        let event = stranger.event(Action::PasswordResetOffered, "mate", at(1));
        colleague.reset_offer("foreign", at(1), event)
    };
    let offered = store.offer_reset(account, &colleague.id, &offer).await;
    assert_eq!(offered.unwrap(), OfferResetOutcome::Missing);
    let digest = colleague.reset_digest("foreign");
    assert_eq!(store.find_link(&digest, at(1)).await.unwrap(), None);

    // The same id names another item in another account.
    let mut entry = item(&world.item);
    entry.name = "The stranger's own".into();
    assert_eq!(
        stranger
            .push(&*store, &[entry.clone()], at(1))
            .await
            .created,
        1
    );
    let own = store
        .find_item(&stranger.account, &world.item)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(own.item, entry);

    // The same holds for a lead, whose changes are numbered for each account.
    stranger.add_lead(&*store, &lead("held", at(1))).await;
    assert!(stranger.erase(&*store, &world.lead, at(2)).await);
    assert_eq!(store.last_lead_change(&stranger.account).await.unwrap(), 2);

    // A key cannot be created in one account in the name of a member of another.
    let mut key = stranger.key("forged", at(1));
    key.created_by = world.owner.clone();
    let event = stranger.event(Action::KeyCreated, key.id.as_str(), at(1));
    assert!(store.insert_key(key, event).await.is_err());

    assert_eq!(world.snapshot(&*store).await, before);
}

async fn assert_bulk_change_is_refused(store: &dyn Store, world: &World, stranger: &Tenant) {
    let event = |_: &KeyRecord| stranger.event(Action::KeyPaused, world.key.as_str(), at(1));
    let key_ids = [world.key.clone()];
    let changed = store
        .change_keys(
            &stranger.account,
            &key_ids,
            &BulkChange::Pause,
            at(1),
            &event,
        )
        .await
        .unwrap();
    assert_eq!(changed, BulkOutcome::Stale);
}
