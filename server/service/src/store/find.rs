//! Finding keys among many.

use super::{KeyRecord, Result};
use async_trait::async_trait;
use domain::{
    AccountId, Email, KeyId, KeyName, KeyOrder, KeySort, KeyStatus, MemberId, Scope, Timestamp,
};
use std::collections::BTreeSet;

/// Finds keys, however many there are.
#[async_trait]
pub trait KeySearch: Send + Sync + 'static {
    /// Up to `limit` keys after the place `after`. Statuses are those of the last [`Self::note_expired`].
    ///
    /// Where many keys are as each part of the filter asks, and few as all of it does, not all are looked at:
    /// [`KeysFound::stopped`] then says where to look on.
    async fn find_keys(
        &self,
        account: &AccountId,
        filter: &KeyFilter,
        order: KeyOrder,
        after: Option<&KeyPlace>,
        limit: u32,
    ) -> Result<KeysFound>;

    /// How many keys there are; where there are more than `most`, `most`. Looks no further than [`Self::find_keys`] does for
    /// the first page of this order.
    async fn count_keys(
        &self,
        account: &AccountId,
        filter: &KeyFilter,
        order: KeyOrder,
        most: u32,
    ) -> Result<KeysCounted>;

    /// Writes down which keys have expired by `now`, for the order of lists. Need not survive power loss: whether a key
    /// is accepted never depends on it.
    async fn note_expired(&self, account: &AccountId, now: Timestamp) -> Result<()>;

    /// Everybody who may have created a key.
    async fn key_creators(&self, account: &AccountId) -> Result<Vec<(MemberId, Email)>>;
}

/// A page of keys.
#[derive(Debug, Default, PartialEq)]
pub struct KeysFound {
    pub keys: Vec<KeyRecord>,
    /// The last place that was looked at, where the page is not full and there are more keys.
    pub stopped: Option<KeyPlace>,
}

/// How many keys were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeysCounted {
    pub keys: u32,
    /// Whether the counting stopped before all keys were looked at.
    pub stopped: bool,
}

/// Which keys are meant; `None` asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyFilter {
    /// What words of the name begin with, or what the preview does.
    pub text: Option<KeyText>,
    pub status: Option<KeyStatus>,
    pub scope: Option<Scope>,
    pub creator: Option<MemberId>,
    /// Active or paused, and neither used nor made after this.
    pub idle_since: Option<Timestamp>,
    /// Active or paused, and at its end by then.
    pub ends_by: Option<Timestamp>,
    /// Revoked or expired, and called with after this.
    pub knocked_after: Option<Timestamp>,
}

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyText {
    /// As [`words`] gives them; a word of the name begins with each. None where only a preview can be meant.
    pub words: Vec<String>,
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

impl From<i64> for PlaceValue {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<String> for PlaceValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
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

/// The words of a text as they are searched by, each once.
///
/// A name is found by how its words begin and not by any part of it: that an index answers, however many names there
/// are, in whichever database.
pub fn words(text: &str) -> Vec<String> {
    let parts = |c: char| {
        let punctuation = c.is_ascii_punctuation() || ('\u{2000}'..='\u{206f}').contains(&c);
        c.is_whitespace() || punctuation
    };
    let folded = crate::fold::folded(text);
    let words: BTreeSet<_> = folded
        .split(parts)
        .filter(|word| !word.is_empty())
        .collect();
    words.into_iter().map(str::to_owned).collect()
}

/// A name as it is ordered.
pub fn folded(name: &KeyName) -> String {
    crate::fold::folded(name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_parted_by_spaces_and_punctuation_alone() {
        for (text, parted) in [
            ("CRM Sync", vec!["crm", "sync"]),
            ("feed-eu/2 (feed)", vec!["2", "eu", "feed"]),
            ("HÄNDLER’s “Feed”", vec!["feed", "händler", "s"]),
            ("🚗 käufer", vec!["käufer", "🚗"]),
            ("库存 同步", vec!["同步", "库存"]),
            ("Cafe\u{301} STRASSE", vec!["café", "strasse"]),
            ("Café Straße", vec!["café", "strasse"]),
            ("ＣＲＭ", vec!["crm"]),
            (" -- %_! ", vec![]),
        ] {
            assert_eq!(words(text), parted, "{text}");
        }
    }
}
