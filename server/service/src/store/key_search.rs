//! Searching and ordering keys, at the same cost however many there are.

use super::{KeyRecord, Result};
use async_trait::async_trait;
use domain::{
    AccountId, Email, KeyCounts, KeyId, KeyName, KeyOrder, KeyStatus, MemberId, Scope, Timestamp,
    seconds,
};
use std::collections::BTreeSet;

/// Search for keys whose cost does not grow with their number.
#[async_trait]
pub trait KeySearch: Send + Sync + 'static {
    /// Returns up to `limit` keys after the place `after`. Statuses are those of the last
    /// [`Self::note_expired`].
    ///
    /// If many keys match each condition of the filter but few match all of them, only some keys
    /// are examined. [`KeySearchPage::stopped`] is then the place from which to continue.
    async fn find_keys(
        &self,
        account: &AccountId,
        filter: &KeyFilter,
        order: KeyOrder,
        after: Option<&KeyCursor>,
        limit: u32,
    ) -> Result<KeySearchPage>;

    /// Counts the matching keys, up to `limit`. Examines no more keys than [`Self::find_keys`] does
    /// for the first page in this order.
    async fn count_keys(
        &self,
        account: &AccountId,
        filter: &KeyFilter,
        order: KeyOrder,
        limit: u32,
    ) -> Result<KeySearchCount>;

    /// Counts the keys of each saved view, from one snapshot of the database: all and active keys
    /// up to `most`, those of the other views up to `limit`. `expires_by` and `attention` are the
    /// limits of the views of expiring keys, and of unused keys and those that need attention.
    async fn count_views(
        &self,
        account: &AccountId,
        expires_by: Timestamp,
        attention: AttentionFilter,
        most: u32,
        limit: u32,
    ) -> Result<KeyViewCounts>;

    /// Returns the names of up to `limit` revoked and expired keys that were used for a call after
    /// `since`, in the order of their latest calls, newest first. Statuses are those of the last
    /// [`Self::note_expired`].
    async fn dead_keys_in_use(
        &self,
        account: &AccountId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<KeyName>>;

    /// Counts the keys of each status, those that need attention, and those that meet each
    /// condition of `attention`, up to `limit` each, from one snapshot of the database.
    async fn count_states(
        &self,
        account: &AccountId,
        attention: AttentionFilter,
        limit: u32,
    ) -> Result<KeyCounts>;

    /// Marks the keys that have expired by `now`, since lists order keys by a stored status. Need
    /// not survive power loss: whether a key is accepted never depends on the mark.
    async fn note_expired(&self, account: &AccountId, now: Timestamp) -> Result<()>;

    /// Returns the first 200 members of the account in the order of their ids.
    async fn key_creators(&self, account: &AccountId) -> Result<Vec<(MemberId, Email)>>;
}

/// A page of keys.
#[derive(Debug, Default, PartialEq)]
pub struct KeySearchPage {
    pub keys: Vec<KeyRecord>,
    /// The cursor of each key, with the value by which the list was ordered. Whether a key has
    /// expired may differ from that value until [`KeySearch::note_expired`] has marked it.
    pub cursors: Vec<KeyCursor>,
    /// The last place that was examined, if the page is not full and there are more keys to
    /// examine.
    pub stopped: Option<KeyCursor>,
}

/// The number of keys in each saved view of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyViewCounts {
    pub all: u32,
    pub active: u32,
    pub expiring: u32,
    pub unused: u32,
    pub need_attention: u32,
}

/// The number of keys that were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeySearchCount {
    pub keys: u32,
    /// Whether counting stopped before all keys were examined.
    pub stopped: bool,
}

/// The conditions of a search for keys, all of which have to hold. `None` matches every key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyFilter {
    /// Matches the beginnings of words in the name, or the beginning of the preview.
    pub text: Option<KeySearchText>,
    pub status: Option<KeyStatus>,
    pub scope: Option<Scope>,
    pub creator: Option<MemberId>,
    /// The key is active or paused, and was neither used nor created after this time.
    pub idle_since: Option<Timestamp>,
    /// The key was never used. It may have any status.
    pub never_used: bool,
    /// The key is active or paused, and ends by this time.
    pub expires_by: Option<Timestamp>,
    pub unplanned_expiry: Option<UnplannedExpiry>,
    /// The key is revoked or expired, and was used for a call after this time.
    pub dead_key_call_after: Option<Timestamp>,
    /// The key is active or paused, and was used after this time from a network that was new, more
    /// than [`KNOWN_NETWORKS_SECONDS`] after its first call.
    pub new_network_after: Option<Timestamp>,
    pub attention: Option<AttentionFilter>,
}

/// Conditions of which a key has to meet one to need attention (`keys/attention.rs`). Each of them
/// is as in [`KeyFilter`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttentionFilter {
    pub idle_since: Timestamp,
    pub unplanned_expiry: UnplannedExpiry,
    pub dead_key_call_after: Timestamp,
    pub new_network_after: Timestamp,
}

/// The key is active or paused, and expires by this time. If it is being replaced, which is why it
/// expires, it is also late at `now`: it was used after the rotation, and at most a tenth of the
/// overlap is left, which is the time in which both keys work. If the overlap is longer than
/// [`LONG_OVERLAP_SECONDS`], the key is also late once at most [`LATE_REST_SECONDS`] are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnplannedExpiry {
    pub by: Timestamp,
    pub now: Timestamp,
}

/// See [`UnplannedExpiry`].
pub const LONG_OVERLAP_SECONDS: i64 = 2 * seconds::DAY;
/// See [`UnplannedExpiry`].
pub const LATE_REST_SECONDS: i64 = seconds::DAY;

/// Time after a key's first call in which none of its networks counts as new. The condition of an
/// index contains this time in milliseconds.
pub const KNOWN_NETWORKS_SECONDS: i64 = seconds::DAY;

/// The text of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySearchText {
    /// As returned by [`words`]; each is the beginning of a word of the name. Empty if only a
    /// preview can match.
    pub words: Vec<String>,
    /// Begins with `vx_` and does not contain `…`; `None` if no preview could begin like this.
    pub preview: Option<String>,
}

/// Cursor of a page of keys: right after the key that has, or had, this value in the list's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyCursor {
    pub value: CursorValue,
    pub created_at: Timestamp,
    pub id: KeyId,
}

/// The value by which a list is ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CursorValue {
    Number(i64),
    Text(String),
}

impl From<i64> for CursorValue {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<String> for CursorValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// Returns the rank of a status in the order of statuses, in which the most usable status is
/// highest.
pub const fn status_rank(status: KeyStatus) -> i64 {
    match status {
        KeyStatus::Active => 3,
        KeyStatus::Paused => 2,
        KeyStatus::Expired => 1,
        KeyStatus::Revoked => 0,
    }
}

/// Splits a text into its distinct words, folded as they are stored for searches.
///
/// A name is found by the beginnings of its words rather than by any part of it. An index answers
/// that in both databases, however many names there are.
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

/// Returns the folded name, by which keys are ordered.
pub fn folded(name: &KeyName) -> String {
    crate::fold::folded(name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_separated_only_by_spaces_and_punctuation() {
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
