//! Filter predicates of the key search.
//!
//! Each filter has its own index, which yields the matching keys, and a condition for a key that
//! another index has yielded.

use crate::ports::search_term::{name_term, scope_term};
use crate::query::QueryBuilder;
use domain::{AccountId, KeyStatus, MemberId, Scope, Timestamp};
use service::store::{
    AttentionFilter, KNOWN_NETWORKS_SECONDS, KeyFilter, KeySearchText, LATE_REST_SECONDS,
    LONG_OVERLAP_SECONDS, UnplannedExpiry, status_rank,
};

// The statements and the index of new networks contain this time in milliseconds.
const _: () = assert!(KNOWN_NETWORKS_SECONDS == 86_400);

#[derive(Debug, Clone)]
pub(crate) enum Filter<'a> {
    Status(KeyStatus),
    Creator(&'a MemberId),
    IdleSince(Timestamp),
    NeverUsed,
    ExpiresBy(Timestamp),
    DeadKeyCallAfter(Timestamp),
    NewNetworkAfter(Timestamp),
    ExpiresUnplanned(UnplannedExpiry),
    /// Any of the conditions of [`AttentionFilter`].
    Attention(AttentionFilter),
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
    pub(crate) fn parts(filter: &'a KeyFilter) -> Vec<Self> {
        let KeyFilter {
            text,
            status,
            scope,
            creator,
            idle_since,
            never_used,
            expires_by,
            unplanned_expiry,
            dead_key_call_after,
            new_network_after,
            attention,
        } = filter;
        let mut filters = match text {
            None => Vec::new(),
            // No stored text contains a NUL, and PostgreSQL rejects a comparison with one.
            Some(KeySearchText { words, preview })
                if words.iter().chain(preview).any(|text| text.contains('\0')) =>
            {
                vec![Self::Impossible]
            }
            Some(KeySearchText { words, preview }) => match (words.as_slice(), preview) {
                ([], None) => vec![Self::Impossible],
                ([], Some(prefix)) => vec![Self::Preview(prefix)],
                // A preview is a single word.
                ([word], Some(prefix)) => vec![Self::WordOrPreview(word, prefix)],
                (words, _) => words.iter().map(|word| Self::Word(word)).collect(),
            },
        };
        filters.extend(status.map(Self::Status));
        filters.extend(creator.as_ref().map(Self::Creator));
        filters.extend(idle_since.map(Self::IdleSince));
        filters.extend(never_used.then_some(Self::NeverUsed));
        filters.extend(expires_by.map(Self::ExpiresBy));
        filters.extend(unplanned_expiry.map(Self::ExpiresUnplanned));
        filters.extend(dead_key_call_after.map(Self::DeadKeyCallAfter));
        filters.extend(new_network_after.map(Self::NewNetworkAfter));
        filters.extend(attention.map(Self::Attention));
        filters.extend(scope.map(Self::Scope));
        filters
    }

    /// Returns the filters of which a key that needs attention matches one.
    fn reasons(attention: AttentionFilter) -> [Self; 4] {
        [
            Self::IdleSince(attention.idle_since),
            Self::ExpiresUnplanned(attention.unplanned_expiry),
            Self::DeadKeyCallAfter(attention.dead_key_call_after),
            Self::NewNetworkAfter(attention.new_network_after),
        ]
    }

    /// Selects the ids of up to `limit` matching keys of the account.
    pub(crate) fn push_ids(&self, query: &mut QueryBuilder<'_>, account: &AccountId, limit: u32) {
        let named = "SELECT DISTINCT t.key_id AS id FROM key_terms t WHERE t.account_id = ";
        let keys = "SELECT k.id FROM api_keys k WHERE k.account_id = ";
        match self {
            Self::WordOrPreview(word, prefix) => {
                // Each part has its own limit: removing the duplicates collects all rows of both.
                query.push("SELECT id FROM (");
                Filter::Word(word).push_ids(query, account, limit);
                query.push(") AS named UNION SELECT id FROM (");
                Filter::Preview(prefix).push_ids(query, account, limit);
                query.push(") AS previewed");
            }
            Self::Attention(attention) => {
                // As above, each part has its own limit.
                for (number, reason) in Self::reasons(*attention).iter().enumerate() {
                    query.push(if number > 0 { " UNION " } else { "" });
                    query.push("SELECT id FROM (");
                    reason.push_ids(query, account, limit);
                    query.push(") AS reason");
                }
            }
            Self::Word(word) => {
                query.push(named);
                query.push_text(account.as_str());
                query.push(" AND ");
                push_prefix_condition(query, "t.term", &name_term(word));
            }
            Self::Scope(scope) => {
                query.push(named);
                query.push_text(account.as_str());
                query.push(" AND t.term = ");
                query.push_text(&scope_term(*scope));
            }
            _ => {
                query.push(keys);
                query.push_text(account.as_str());
                query.push(" AND ");
                self.push_indexed_condition(query);
            }
        }
        query.push(" LIMIT +");
        query.push_bind(i64::from(limit));
    }

    /// Selects one row for each of up to `limit` matching keys of the account. Only the index is
    /// read. A column that it lacks, such as the id, would cost a look-up for every row. Only a
    /// filter of several parts needs the ids, since a key may match two of them.
    pub(crate) fn push_probe(&self, query: &mut QueryBuilder<'_>, account: &AccountId, limit: u32) {
        match self {
            // Their indexes contain the id, which identifies a key that two of its words lead to.
            Self::WordOrPreview(..) | Self::Word(_) | Self::Scope(_) | Self::Attention(_) => {
                self.push_ids(query, account, limit);
            }
            _ => {
                query.push("SELECT 1 FROM api_keys k WHERE k.account_id = ");
                query.push_text(account.as_str());
                query.push(" AND ");
                self.push_indexed_condition(query);
                query.push(" LIMIT +");
                query.push_bind(i64::from(limit));
            }
        }
    }

    /// Condition on `k` that allows the planner to walk the filter's own index.
    pub(crate) fn push_indexed_condition(&self, query: &mut QueryBuilder<'_>) {
        match self {
            Self::Status(status) => {
                query.push("k.standing = ");
                query.push_bind(status_rank(*status));
            }
            Self::Creator(creator) => {
                query.push("k.created_by = ");
                query.push_text(creator.as_str());
            }
            Self::IdleSince(since) => {
                query.push("k.live = 1 AND k.stirred_at <= ");
                query.push_bind(since.millis());
            }
            Self::NeverUsed => {
                query.push("k.used = 0");
            }
            Self::ExpiresBy(end) => {
                query.push("k.live = 1 AND k.expires_at <= ");
                query.push_bind(end.millis());
            }
            Self::ExpiresUnplanned(expiry) => {
                Self::ExpiresBy(expiry.by).push_indexed_condition(query);
                push_unless_planned(query, expiry.now);
            }
            Self::DeadKeyCallAfter(since) => {
                query.push("k.live = 0 AND k.knocked_at > ");
                query.push_bind(since.millis());
            }
            Self::NewNetworkAfter(since) => {
                query.push("k.live = 1 AND k.new_network_at > k.first_network_at + 86400000 AND k.new_network_at > ");
                query.push_bind(since.millis());
            }
            Self::Preview(prefix) => push_prefix_condition(query, "k.preview", prefix),
            other => other.push_condition(query),
        }
    }

    /// Condition on `k` for a walk along another index. It is written so that no index matches it.
    pub(crate) fn push_condition(&self, query: &mut QueryBuilder<'_>) {
        match self {
            Self::Status(status) => {
                query.push("k.standing + 0 = ");
                query.push_bind(status_rank(*status));
            }
            Self::Creator(creator) => {
                query.push("k.created_by || '' = ");
                query.push_text(creator.as_str());
            }
            Self::IdleSince(since) => {
                query.push("k.live + 0 = 1 AND k.stirred_at + 0 <= ");
                query.push_bind(since.millis());
            }
            Self::NeverUsed => {
                query.push("k.used + 0 = 0");
            }
            Self::ExpiresBy(end) => {
                query.push("k.live + 0 = 1 AND k.expires_at + 0 <= ");
                query.push_bind(end.millis());
            }
            Self::ExpiresUnplanned(expiry) => {
                Self::ExpiresBy(expiry.by).push_condition(query);
                push_unless_planned(query, expiry.now);
            }
            Self::DeadKeyCallAfter(since) => {
                query.push("k.live + 0 = 0 AND k.knocked_at + 0 > ");
                query.push_bind(since.millis());
            }
            Self::NewNetworkAfter(since) => {
                query.push("k.live + 0 = 1 AND k.new_network_at + 0 > k.first_network_at + 86400000 AND k.new_network_at + 0 > ");
                query.push_bind(since.millis());
            }
            Self::Preview(prefix) => push_prefix_condition(query, "(k.preview || '')", prefix),
            Self::Word(word) => {
                query.push("EXISTS (SELECT 1 FROM key_terms t WHERE t.key_id = k.id AND ");
                push_prefix_condition(query, "t.term", &name_term(word));
                query.push(")");
            }
            Self::Scope(scope) => {
                query.push("EXISTS (SELECT 1 FROM key_terms t WHERE t.key_id = k.id AND t.term = ");
                query.push_text(&scope_term(*scope));
                query.push(")");
            }
            Self::WordOrPreview(word, prefix) => {
                query.push("(");
                Filter::Word(word).push_condition(query);
                query.push(" OR ");
                Filter::Preview(prefix).push_condition(query);
                query.push(")");
            }
            Self::Attention(attention) => {
                for (number, reason) in Self::reasons(*attention).iter().enumerate() {
                    query.push(if number > 0 { ") OR (" } else { "((" });
                    reason.push_condition(query);
                }
                query.push("))");
            }
            Self::Impossible => {
                query.push("1 = 0");
            }
        }
    }
}

/// Leaves out keys that a live key replaces, unless they are late.
fn push_unless_planned(query: &mut QueryBuilder<'_>, now: Timestamp) {
    query.push(" AND (k.replaced_at IS NULL");
    query.push(
        " OR NOT EXISTS (SELECT 1 FROM api_keys n WHERE n.id = k.replaced_by AND n.live = 1)",
    );
    query.push(" OR k.last_used_at > k.replaced_at AND (");
    query.push("(k.expires_at - ");
    query.push_bind(now.millis());
    query.push(") * 10 <= k.expires_at - k.replaced_at OR k.expires_at - k.replaced_at > ");
    query.push_bind(LONG_OVERLAP_SECONDS * 1_000);
    query.push(" AND k.expires_at - ");
    query.push_bind(now.millis());
    query.push(" <= ");
    query.push_bind(LATE_REST_SECONDS * 1_000);
    query.push("))");
}

fn push_prefix_condition(query: &mut QueryBuilder<'_>, column: &'static str, prefix: &str) {
    query.push(column).push(" >= ");
    query.push_text(prefix);
    query.push(" AND ").push(column).push(" < ");
    query.push_text(&format!("{prefix}\u{10FFFF}"));
}
