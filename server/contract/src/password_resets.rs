//! Password resets.

use crate::fixtures::{Shared, at, email, link, member_by_email, token};
use crate::tenant::Tenant;
use domain::Timestamp;
use domain::seconds::HOUR;
use service::store::{Action, RedeemOutcome, Store, TokenDigest};

async fn reset_link(store: &dyn Store, tenant: &Tenant) -> TokenDigest {
    link(
        store,
        &format!("reset {}", tenant.email),
        tenant.reset(),
        at(0),
    )
    .await
}

async fn reset(store: &dyn Store, tenant: &Tenant, link: &TokenDigest, now: Timestamp) -> bool {
    let event = tenant.event(Action::PasswordReset, tenant.owner.as_str(), now);
    let forget = [format!("email:{}", tenant.email)];
    store
        .reset_password(link, now, "new hash", &forget, event)
        .await
        .unwrap()
}

case!(password_reset_sets_the_password_and_ends_all_sessions_of_the_member);
async fn password_reset_sets_the_password_and_ends_all_sessions_of_the_member(store: Shared) {
    let (a, b) = Tenant::pair(&*store).await;
    let sessions = [
        a.sign_in(&*store, at(0)).await,
        a.sign_in(&*store, at(1)).await,
    ];
    let other_session = b.sign_in(&*store, at(0)).await;
    let subjects = [format!("email:{}", a.email), "net:192.0.2.0".to_owned()];
    store
        .count_failure(&subjects, at(2), &[30], at(0))
        .await
        .unwrap();
    let link = reset_link(&*store, &a).await;
    let events = a.events(&*store).await;

    assert!(reset(&*store, &a, &link, at(3)).await);

    assert_eq!(
        store.password_hash(&a.owner).await.unwrap().as_deref(),
        Some("new hash")
    );
    assert_eq!(
        store.password_hash(&b.owner).await.unwrap().as_deref(),
        Some("hash of b")
    );
    for session in sessions {
        assert_eq!(
            store.use_session(&session, at(3), at(-1)).await.unwrap(),
            None
        );
    }
    assert!(
        store
            .use_session(&other_session, at(3), at(-1))
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(
        store.blocked_until(&subjects[..1], at(3)).await.unwrap(),
        None
    );
    assert_eq!(
        store.blocked_until(&subjects[1..], at(3)).await.unwrap(),
        Some(at(32))
    );
    assert_eq!(a.events(&*store).await, events + 1);
}

case!(reset_link_works_once_and_until_it_expires);
async fn reset_link_works_once_and_until_it_expires(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let session = tenant.sign_in(&*store, at(0)).await;
    let link = reset_link(&*store, &tenant).await;
    let events = tenant.events(&*store).await;
    assert!(!reset(&*store, &tenant, &link, at(HOUR)).await);
    assert!(!reset(&*store, &tenant, &token("unknown"), at(0)).await);
    assert_eq!(tenant.events(&*store).await, events);
    assert_eq!(
        store.password_hash(&tenant.owner).await.unwrap().as_deref(),
        Some("hash of a")
    );
    assert!(
        store
            .use_session(&session, at(1), at(-1))
            .await
            .unwrap()
            .is_some()
    );

    assert!(reset(&*store, &tenant, &link, at(3_599)).await);
    assert!(!reset(&*store, &tenant, &link, at(3_599)).await);
    assert_eq!(tenant.events(&*store).await, events + 1);
}

case!(link_works_only_for_its_own_purpose);
async fn link_works_only_for_its_own_purpose(store: Shared) {
    let (a, b) = (Tenant::create(&*store, "a").await, Tenant::named("b"));
    let invite = b.invite(&*store, at(0)).await;
    assert!(
        !reset(&*store, &a, &invite, at(1)).await,
        "an invitation set a password"
    );
    let link = reset_link(&*store, &a).await;
    assert_eq!(
        b.claim(&*store, &link, at(1)).await,
        RedeemOutcome::LinkInvalid
    );

    // Using a link for the wrong purpose does not use it up.
    assert_eq!(
        b.claim(&*store, &invite, at(2)).await,
        RedeemOutcome::Redeemed
    );
    assert!(reset(&*store, &a, &link, at(2)).await);
}

case!(member_is_found_by_email_address);
async fn member_is_found_by_email_address(store: Shared) {
    let tenant = Tenant::create(&*store, "a").await;
    let found = member_by_email(&*store, &tenant.email).await.unwrap();
    assert_eq!(found.id, tenant.owner);
    assert_eq!(found.email, tenant.email);
    assert_eq!(member_by_email(&*store, &email("nobody")).await, None);
    let missing_id = Tenant::named("nobody").owner;
    assert_eq!(store.password_hash(&missing_id).await.unwrap(), None);
}
