//! Filter predicates of the key search.
//!
//! Each filter has an index of its own, which yields the matching keys, and a condition for a key
//! that another index has yielded.

use crate::ports::term::{of_name, of_scope};
use crate::query::QueryBuilder;
use domain::{AccountId, KeyStatus, MemberId, Scope, Timestamp};
use service::store::{KeyFilter, KeyText, standing};

#[derive(Debug, Clone)]
pub(crate) enum Filter<'a> {
    Status(KeyStatus),
    Creator(&'a MemberId),
    IdleSince(Timestamp),
    EndsBy(Timestamp),
    KnockedAfter(Timestamp),
    Scope(Scope),
    /// A word of the name has this prefix.
    Word(&'a str),
    Preview(&'a str),
    /// Either of the two.
    WordOrPreview(&'a str, &'a str),
    /// No key matches.
    Impossible,
}

impl<'a> Filter<'a> {
    pub(crate) fn all(filter: &'a KeyFilter) -> Vec<Self> {
        let KeyFilter {
            text,
            status,
            scope,
            creator,
            idle_since,
            ends_by,
            knocked_after,
        } = filter;
        let mut all = match text {
            None => Vec::new(),
            // No stored text contains a NUL, and PostgreSQL rejects a comparison with one.
            Some(KeyText { words, preview })
                if words.iter().chain(preview).any(|text| text.contains('\0')) =>
            {
                vec![Self::Impossible]
            }
            Some(KeyText { words, preview }) => match (words.as_slice(), preview) {
                ([], None) => vec![Self::Impossible],
                ([], Some(begin)) => vec![Self::Preview(begin)],
                // A preview is a single word.
                ([word], Some(begin)) => vec![Self::WordOrPreview(word, begin)],
                (words, _) => words.iter().map(|word| Self::Word(word)).collect(),
            },
        };
        all.extend(status.map(Self::Status));
        all.extend(creator.as_ref().map(Self::Creator));
        all.extend(idle_since.map(Self::IdleSince));
        all.extend(ends_by.map(Self::EndsBy));
        all.extend(knocked_after.map(Self::KnockedAfter));
        all.extend(scope.map(Self::Scope));
        all
    }

    /// Selects the ids of up to `most` matching keys of the account.
    pub(crate) fn ids(&self, query: &mut QueryBuilder<'_>, account: &AccountId, most: u32) {
        let named = "SELECT DISTINCT t.key_id AS id FROM key_terms t WHERE t.account_id = ";
        let keys = "SELECT k.id FROM api_keys k WHERE k.account_id = ";
        match self {
            Self::WordOrPreview(word, begin) => {
                // Each part has its own limit: removing the duplicates collects all rows of both.
                query.push("SELECT id FROM (");
                Filter::Word(word).ids(query, account, most);
                query.push(") AS named UNION SELECT id FROM (");
                Filter::Preview(begin).ids(query, account, most);
                query.push(") AS previewed");
            }
            Self::Word(word) => {
                query.push(named);
                query.push_text(account.as_str());
                query.push(" AND ");
                begins(query, "t.term", &of_name(word));
            }
            Self::Scope(scope) => {
                query.push(named);
                query.push_text(account.as_str());
                query.push(" AND t.term = ");
                query.push_text(&of_scope(*scope));
            }
            _ => {
                query.push(keys);
                query.push_text(account.as_str());
                query.push(" AND ");
                self.indexed(query);
            }
        }
        query.push(" LIMIT ");
        query.push_bind(i64::from(most));
    }

    /// Selects one row for each of up to `most` matching keys of the account. Only the index is
    /// read. A column that it lacks, such as the id, would cost a look-up for every row.
    pub(crate) fn probed(&self, query: &mut QueryBuilder<'_>, account: &AccountId, most: u32) {
        match self {
            // Their indexes contain the id, which identifies a key that two of its words lead to.
            Self::WordOrPreview(..) | Self::Word(_) | Self::Scope(_) => {
                self.ids(query, account, most);
            }
            _ => {
                query.push("SELECT 1 FROM api_keys k WHERE k.account_id = ");
                query.push_text(account.as_str());
                query.push(" AND ");
                self.indexed(query);
                query.push(" LIMIT ");
                query.push_bind(i64::from(most));
            }
        }
    }

    /// Condition on `k` that allows the planner to walk the filter's own index.
    pub(crate) fn indexed(&self, query: &mut QueryBuilder<'_>) {
        match self {
            Self::Status(status) => {
                query.push("k.standing = ");
                query.push_bind(standing(*status));
            }
            Self::Creator(creator) => {
                query.push("k.created_by = ");
                query.push_text(creator.as_str());
            }
            Self::IdleSince(since) => {
                query.push("k.live = 1 AND k.stirred_at <= ");
                query.push_bind(since.millis());
            }
            Self::EndsBy(end) => {
                query.push("k.live = 1 AND k.expires_at <= ");
                query.push_bind(end.millis());
            }
            Self::KnockedAfter(since) => {
                query.push("k.live = 0 AND k.knocked_at > ");
                query.push_bind(since.millis());
            }
            Self::Preview(begin) => begins(query, "k.preview", begin),
            other => other.holds(query),
        }
    }

    /// Condition on `k` for a walk along another index. It is written so that no index matches it.
    pub(crate) fn holds(&self, query: &mut QueryBuilder<'_>) {
        match self {
            Self::Status(status) => {
                query.push("k.standing + 0 = ");
                query.push_bind(standing(*status));
            }
            Self::Creator(creator) => {
                query.push("k.created_by || '' = ");
                query.push_text(creator.as_str());
            }
            Self::IdleSince(since) => {
                query.push("k.live + 0 = 1 AND k.stirred_at + 0 <= ");
                query.push_bind(since.millis());
            }
            Self::EndsBy(end) => {
                query.push("k.live + 0 = 1 AND k.expires_at + 0 <= ");
                query.push_bind(end.millis());
            }
            Self::KnockedAfter(since) => {
                query.push("k.live + 0 = 0 AND k.knocked_at + 0 > ");
                query.push_bind(since.millis());
            }
            Self::Preview(begin) => begins(query, "(k.preview || '')", begin),
            Self::Word(word) => {
                query.push("EXISTS (SELECT 1 FROM key_terms t WHERE t.key_id = k.id AND ");
                begins(query, "t.term", &of_name(word));
                query.push(")");
            }
            Self::Scope(scope) => {
                query.push("EXISTS (SELECT 1 FROM key_terms t WHERE t.key_id = k.id AND t.term = ");
                query.push_text(&of_scope(*scope));
                query.push(")");
            }
            Self::WordOrPreview(word, begin) => {
                query.push("(");
                Filter::Word(word).holds(query);
                query.push(" OR ");
                Filter::Preview(begin).holds(query);
                query.push(")");
            }
            Self::Impossible => {
                query.push("1 = 0");
            }
        }
    }
}

fn begins(query: &mut QueryBuilder<'_>, column: &'static str, begin: &str) {
    query.push(column).push(" >= ");
    query.push_text(begin);
    query.push(" AND ").push(column).push(" < ");
    query.push_text(&format!("{begin}\u{10FFFF}"));
}
