//! Finding keys among many.

use super::{KeyRecord, Result};
use async_trait::async_trait;
use domain::{
    AccountId, Email, KeyId, KeyName, KeyOrder, KeySort, KeyStatus, MemberId, Scope, Timestamp,
};

/// Finds keys, however many there are.
#[async_trait]
pub trait KeySearch: Send + Sync + 'static {
    /// Up to `limit` keys after the place `after`. Statuses are those of the last [`Self::note_expired`].
    async fn find_keys(
        &self,
        account: &AccountId,
        filter: &KeyFilter,
        order: KeyOrder,
        after: Option<&KeyPlace>,
        limit: u32,
    ) -> Result<Vec<KeyRecord>>;

    /// How many keys there are; where there are more than `most`, `most`.
    async fn count_keys(&self, account: &AccountId, filter: &KeyFilter, most: u32) -> Result<u32>;

    /// Writes down which keys have expired by `now`, for the order of lists. Need not survive power loss: whether a key
    /// is accepted never depends on it.
    async fn note_expired(&self, account: &AccountId, now: Timestamp) -> Result<()>;

    /// Everybody who may have created a key.
    async fn key_creators(&self, account: &AccountId) -> Result<Vec<(MemberId, Email)>>;
}

/// Which keys are meant; `None` asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyFilter {
    /// Part of the name, or what the preview begins with.
    pub text: Option<KeyText>,
    pub status: Option<KeyStatus>,
    pub scope: Option<Scope>,
    pub creator: Option<MemberId>,
    /// Active or paused, and neither used nor made after this.
    pub idle_since: Option<Timestamp>,
    /// Active or paused, and at its end by then.
    pub ends_by: Option<Timestamp>,
}

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyText {
    /// As [`folded`] gives it; `None` where only a preview can be meant.
    pub name: Option<String>,
    /// With `vx_`, without `…`; `None` where no preview could begin so.
    pub preview: Option<String>,
}

/// Where a page of keys begins: after the key that has, or had, this value in the list's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPlace {
    pub value: PlaceValue,
    pub created_at: Timestamp,
    pub id: KeyId,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceValue {
    Number(i64),
    Text(String),
}

impl KeyPlace {
    /// Where `key` stands at `now`.
    pub fn of(key: &KeyRecord, order: KeyOrder, now: Timestamp) -> Self {
        let status = key.status(now);
        let value = match order.sort {
            KeySort::Usual => PlaceValue::Number(i64::from(status.is_live())),
            KeySort::Status => PlaceValue::Number(standing(status)),
            KeySort::Created => PlaceValue::Number(key.created_at.millis()),
            KeySort::LastUsed => {
                PlaceValue::Number(key.last_use.as_ref().map_or(0, |last| last.at.millis()))
            }
            KeySort::Name => PlaceValue::Text(folded(&key.name)),
            KeySort::Preview => PlaceValue::Text(key.preview.clone()),
        };
        Self {
            value,
            created_at: key.created_at,
            id: key.id.clone(),
        }
    }
}

/// The rank of a status in the order of statuses: the higher, the more alive.
pub const fn standing(status: KeyStatus) -> i64 {
    match status {
        KeyStatus::Active => 3,
        KeyStatus::Paused => 2,
        KeyStatus::Expired => 1,
        KeyStatus::Revoked => 0,
    }
}

/// A name as it is ordered and searched in.
pub fn folded(name: &KeyName) -> String {
    name.as_str().to_lowercase()
}
