//! One-time links, and the accounts that are created with them.

use crate::fixtures::{Shared, at, just_before, link, member_by_email, race, token};
use crate::tenant::Tenant;
use domain::AccountName;
use domain::seconds::HOUR;
use service::store::{Action, LinkPurpose, NewLink, NodeId, RedeemOutcome};

case!(link_is_found_until_it_expires);
async fn link_is_found_until_it_expires(store: Shared) {
    let digest = link(&*store, "link", LinkPurpose::FirstOwner, at(0)).await;
    let end = at(HOUR);
    let found = store.find_link(&digest, just_before(end)).await.unwrap();
    assert_eq!(found, Some(LinkPurpose::FirstOwner));
    assert_eq!(store.find_link(&digest, end).await.unwrap(), None);
    assert_eq!(
        store.find_link(&token("another"), at(0)).await.unwrap(),
        None
    );
}

case!(every_link_purpose_reads_back_unchanged);
async fn every_link_purpose_reads_back_unchanged(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let purposes = [
        LinkPurpose::FirstOwner,
        LinkPurpose::NewAccount {
            name: AccountName::parse("Ünïcode & “Söhne” 車").unwrap(),
        },
        tenant.reset(),
        LinkPurpose::Invitation {
            account: tenant.account.clone(),
            account_name: tenant.account_name(),
            email: tenant.email.clone(),
            role: domain::Role::Viewer,
            invited_by: tenant.owner.clone(),
        },
    ];
    for purpose in purposes {
        let digest = link(&*store, &purpose.replacement_key(), purpose.clone(), at(0)).await;
        assert_eq!(
            store.find_link(&digest, at(0)).await.unwrap(),
            Some(purpose)
        );
    }
}

case!(new_link_replaces_only_the_older_link_of_its_kind);
async fn new_link_replaces_only_the_older_link_of_its_kind(store: Shared) {
    let (a, b) = Tenant::pair(&*store).await;
    let new_account = |name| LinkPurpose::NewAccount {
        name: AccountName::parse(name).unwrap(),
    };
    let purposes = [
        LinkPurpose::FirstOwner,
        new_account("One"),
        new_account("Two"),
        a.reset(),
        b.reset(),
    ];
    for (number, purpose) in purposes.iter().enumerate() {
        link(&*store, &format!("old {number}"), purpose.clone(), at(0)).await;
    }
    for (number, purpose) in purposes.iter().enumerate() {
        let fresh = link(&*store, &format!("new {number}"), purpose.clone(), at(1)).await;
        assert!(store.find_link(&fresh, at(1)).await.unwrap().is_some());
        for (other, purpose) in purposes.iter().enumerate() {
            let old = store
                .find_link(&token(&format!("old {other}")), at(1))
                .await
                .unwrap();
            assert_eq!(old.is_some(), other > number, "{purpose:?} after {number}");
        }
    }
}

case!(setup_link_of_a_starting_node_replaces_older_links_unless_another_node_runs);
async fn setup_link_of_a_starting_node_replaces_older_links_unless_another_node_runs(
    store: Shared,
) {
    let (one, two) = (
        NodeId::from_stored("one".to_owned()),
        NodeId::from_stored("two".to_owned()),
    );
    let offer = async |text: &str, own: &NodeId| {
        store.register_node(own, &[]).await.unwrap();
        let digest = token(text);
        let link = NewLink {
            digest,
            purpose: LinkPurpose::FirstOwner,
            created_at: at(0),
            expires_at: at(HOUR),
        };
        store.offer_first_owner_link(link, Some(own)).await.unwrap();
        digest
    };
    let is_usable = async |digest| store.find_link(&digest, at(1)).await.unwrap().is_some();
    let first = offer("first", &one).await;
    let second = offer("second", &two).await;
    assert!(is_usable(first).await && is_usable(second).await);

    // A command ends all of these links, whichever node printed them.
    let fresh = link(&*store, "fresh", LinkPurpose::FirstOwner, at(0)).await;
    assert!(is_usable(fresh).await && !is_usable(first).await && !is_usable(second).await);

    store.remove_node(&one).await.unwrap();
    store.remove_node(&two).await.unwrap();
    let again = offer("again", &one).await;
    assert!(is_usable(again).await && !is_usable(fresh).await);
}

case!(link_creates_only_one_account);
async fn link_creates_only_one_account(store: Shared) {
    let (a, b) = (Tenant::named("a"), Tenant::named("b"));
    let invite = a.invite(&*store, at(0)).await;
    assert_eq!(
        a.claim(&*store, &invite, at(1)).await,
        RedeemOutcome::Redeemed
    );
    assert_eq!(
        b.claim(&*store, &invite, at(2)).await,
        RedeemOutcome::LinkInvalid
    );
    assert_eq!(store.find_link(&invite, at(2)).await.unwrap(), None);

    let owner = member_by_email(&*store, &a.email).await.unwrap();
    assert_eq!(owner.id, a.owner);
    assert_eq!(owner.account_id, a.account);
    assert_eq!(owner.account_name, a.account_name());
    assert_eq!(owner.role, domain::Role::Owner);
    assert_eq!(
        store.password_hash(&a.owner).await.unwrap().as_deref(),
        Some("hash of a")
    );
    assert_eq!(member_by_email(&*store, &b.email).await, None);
    assert_eq!((a.events(&*store).await, b.events(&*store).await), (1, 0));
}

case!(expired_or_unknown_link_creates_no_account);
async fn expired_or_unknown_link_creates_no_account(store: Shared) {
    let tenant = Tenant::named("a");
    let invite = tenant.invite(&*store, at(0)).await;
    assert_eq!(
        tenant.claim(&*store, &invite, at(HOUR)).await,
        RedeemOutcome::LinkInvalid
    );
    assert_eq!(
        tenant.claim(&*store, &token("unknown"), at(0)).await,
        RedeemOutcome::LinkInvalid
    );
    assert!(!store.has_owner().await.unwrap());
    assert_eq!(tenant.events(&*store).await, 0);
}

case!(only_one_of_fifty_concurrent_account_claims_succeeds);
async fn only_one_of_fifty_concurrent_account_claims_succeeds(store: Shared) {
    let setup = link(&*store, "setup", LinkPurpose::FirstOwner, at(0)).await;
    let claims = race(50, |number| {
        let store = store.clone();
        async move {
            let tenant = Tenant::named(&format!("racer{number}"));
            let claim = tenant.claim(&*store, &setup, at(1)).await;
            (tenant, claim)
        }
    })
    .await;
    assert_eq!(
        claims
            .iter()
            .filter(|(_, claim)| *claim == RedeemOutcome::Redeemed)
            .count(),
        1
    );
    for (tenant, claim) in &claims {
        let expected = usize::from(*claim == RedeemOutcome::Redeemed);
        let found = member_by_email(&*store, &tenant.email).await;
        assert_eq!(found.iter().count(), expected);
        assert_eq!(tenant.events(&*store).await, expected);
        assert!(
            matches!(claim, RedeemOutcome::Redeemed | RedeemOutcome::LinkInvalid),
            "{claim:?}"
        );
    }
}

case!(setup_link_is_refused_once_an_owner_exists);
async fn setup_link_is_refused_once_an_owner_exists(store: Shared) {
    assert!(!store.has_owner().await.unwrap());
    let (a, b) = (Tenant::named("a"), Tenant::named("b"));
    let setup = link(&*store, "setup", LinkPurpose::FirstOwner, at(0)).await;
    assert_eq!(
        a.claim(&*store, &setup, at(1)).await,
        RedeemOutcome::Redeemed
    );
    assert!(store.has_owner().await.unwrap());

    let late = link(&*store, "late", LinkPurpose::FirstOwner, at(2)).await;
    assert_eq!(
        b.claim(&*store, &late, at(3)).await,
        RedeemOutcome::LinkInvalid
    );
    assert_eq!(member_by_email(&*store, &b.email).await, None);
}

case!(email_address_may_belong_to_a_member_of_each_account);
async fn email_address_may_belong_to_a_member_of_each_account(store: Shared) {
    let (a, mut b) = (Tenant::create(&*store, "a").await, Tenant::named("b"));
    assert_eq!(store.count_accounts(9).await.unwrap(), 1);
    let invite = b.invite(&*store, at(0)).await;
    b.email = a.email.clone();
    assert_eq!(
        b.claim(&*store, &invite, at(1)).await,
        RedeemOutcome::Redeemed
    );
    assert_eq!(store.count_accounts(9).await.unwrap(), 2);
    assert_eq!(store.count_accounts(1).await.unwrap(), 1);
    let found = store.members_by_email(&a.email, 9).await.unwrap();
    let members: Vec<_> = found
        .iter()
        .map(|candidate| (&candidate.member.id, candidate.password_hash.as_str()))
        .collect();
    assert_eq!(members, [(&a.owner, "hash of a"), (&b.owner, "hash of b")]);
    let found = store.find_member(&b.owner).await.unwrap().unwrap();
    assert_eq!(found.account_id, b.account);
}

case!(first_owner_is_seeded_only_once);
async fn first_owner_is_seeded_only_once(store: Shared) {
    let (a, b) = (Tenant::named("a"), Tenant::named("b"));
    assert!(a.seed(&*store).await);
    assert!(!a.seed(&*store).await);
    assert!(!b.seed(&*store).await);
    assert_eq!(member_by_email(&*store, &b.email).await, None);
    assert_eq!((a.events(&*store).await, b.events(&*store).await), (1, 0));
    let event = &store.audit_events(&a.account, 1).await.unwrap()[0];
    assert_eq!(event.action, Action::AccountCreated);
}

case!(only_one_of_fifty_concurrent_owner_seeds_succeeds);
async fn only_one_of_fifty_concurrent_owner_seeds_succeeds(store: Shared) {
    let seeded = race(50, |number| {
        let store = store.clone();
        async move { Tenant::named(&format!("racer{number}")).seed(&*store).await }
    })
    .await;
    assert_eq!(seeded.into_iter().filter(|seeded| *seeded).count(), 1);
}

case!(pepper_fingerprint_is_stored);
async fn pepper_fingerprint_is_stored(store: Shared) {
    store.ping().await.unwrap();
    assert_eq!(store.pepper_fingerprint().await.unwrap(), None);
    for fingerprint in ["0123456789abcdef", "fedcba9876543210"] {
        store.set_pepper_fingerprint(fingerprint).await.unwrap();
        assert_eq!(
            store.pepper_fingerprint().await.unwrap().as_deref(),
            Some(fingerprint)
        );
    }
}

case!(has_keys_is_true_once_a_key_exists_even_if_it_is_revoked);
async fn has_keys_is_true_once_a_key_exists_even_if_it_is_revoked(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    assert!(!store.has_keys().await.unwrap());
    let id = tenant.issue_key(&*store, "one").await;
    assert!(store.has_keys().await.unwrap());
    tenant.revoke(&*store, &id, at(1)).await;
    assert!(
        store.has_keys().await.unwrap(),
        "a revoked key still needs the pepper"
    );
}
