//! Fixtures of the cases: times, tokens and items that are plausible and easy to distinguish.

use domain::seconds::HOUR;
use domain::{Email, LeadId, LeadStatus, Timestamp};
use service::inventory::{Currency, Item, ItemFilter, ItemId, Price};
use service::leads::{Lead, LeadFields};
use service::store::{LinkPurpose, MemberRecord, NewLink, Store, TokenDigest, UseRecord};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::task::JoinSet;

pub(crate) type Shared = Arc<dyn Store>;

/// Returns a time, in seconds after the cases begin.
pub(crate) const fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_790_000_000_000).plus_seconds(seconds)
}

/// Returns the time one millisecond earlier.
pub(crate) const fn just_before(time: Timestamp) -> Timestamp {
    Timestamp::from_millis(time.millis() - 1)
}

/// Returns a digest that is equal for equal texts only.
pub(crate) fn token(text: &str) -> TokenDigest {
    TokenDigest(Sha256::digest(text.as_bytes()).into())
}

pub(crate) fn email(name: &str) -> Email {
    Email::parse(&format!("{name}@example.com")).unwrap()
}

/// Returns the first member with this address.
pub(crate) async fn member_by_email(store: &dyn Store, email: &Email) -> Option<MemberRecord> {
    let members = store.members_by_email(email, 1).await.unwrap();
    members.into_iter().next().map(|candidate| candidate.member)
}

/// Stores a link that expires after an hour.
pub(crate) async fn link(
    store: &dyn Store,
    text: &str,
    purpose: LinkPurpose,
    now: Timestamp,
) -> TokenDigest {
    let digest = token(text);
    let link = NewLink {
        digest,
        purpose,
        created_at: now,
        expires_at: now.plus_seconds(HOUR),
    };
    store.replace_link(link, None).await.unwrap();
    digest
}

pub(crate) fn item(id: &str) -> Item {
    Item {
        id: ItemId::from_stored(id.to_owned()),
        name: format!("Item {id}"),
        category: Some("sedan".to_owned()),
        price: Some(Price::from_cents(1_999_900)),
        currency: Currency::parse("EUR").unwrap(),
        description: None,
        url: Some("https://example.com/car".to_owned()),
        image_url: None,
        available: true,
        attributes: BTreeMap::from([("color".to_owned(), "red".to_owned())]),
    }
}

/// Returns a filter that every item matches.
pub(crate) fn any_item() -> ItemFilter {
    ItemFilter::default()
}

/// Returns a lead whose id is derived from `name`.
pub(crate) fn lead(name: &str, now: Timestamp) -> Lead {
    let text = |text: &str| Some(text.to_owned());
    Lead {
        id: LeadId::parse(&format!("lead-{name}")).unwrap(),
        fields: LeadFields {
            name: Some(format!("Person {name}")),
            email: Some(format!("{name}@example.net")),
            phone: text("+44 20 7946 0018"),
            message: text("Is it still there?\nI could come on Friday."),
            source: text("chatbot"),
            item_id: text("SKU001"),
            status: LeadStatus::New,
            external_id: text("crm-7"),
            note: text("Prefers mail"),
        },
        created_at: now,
        updated_at: now,
    }
}

pub(crate) fn key_use(now: Timestamp, agent: &str) -> UseRecord {
    UseRecord {
        at: now,
        ip: IpAddr::from([198, 51, 100, 4]),
        user_agent: Some(agent.to_owned()),
    }
}

/// Makes `count` attempts concurrently and returns their outcomes.
pub(crate) async fn race<F>(count: u32, attempt: impl Fn(u32) -> F) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for number in 0..count {
        tasks.spawn(attempt(number));
    }
    tasks.join_all().await
}
