//! Statements and rows. API keys.

use crate::bulk_query::BulkStatement;
use crate::error::CorruptValue;
use crate::ports::columns::{address, check_column, number};
use crate::ports::revocation::RevocationRow;
use domain::{
    AccountId, AccountName, Email, KeyId, KeyName, KeyNote, RateLimit, ScopeSet, Timestamp,
};
use service::key::{AllowList, KeyDigest};
use service::store::{KeyCallSummary, KeyRecord, Replacement, ScopeUses, UseRecord};

pub(crate) const INSERT: &str = "
    INSERT INTO api_keys
        (id, account_id, name, preview, digest, pepper_id, scopes, created_at, created_by,
         form_token, expires_at, folded, note, limit_depth, limit_per_second, allow_list, indexed,
         generation)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1,
        (SELECT key_generation FROM accounts WHERE id = $2))
    ON CONFLICT (account_id, form_token) DO NOTHING";

pub(crate) const NAME_BY_FORM: &str =
    "SELECT name FROM api_keys WHERE account_id = $1 AND form_token = $2";

pub(crate) const CHANGE: &str = "
    UPDATE api_keys SET name = $3, scopes = $4, expires_at = $5, note = $6, limit_depth = $7,
        limit_per_second = $8, paused_at = $9, allow_list = $10, watched_since = $11,
        folded = $12
    WHERE account_id = $1 AND id = $2";

/// Stores the old key of a rotation in the new one.
pub(crate) const SET_PREDECESSOR: &str =
    "UPDATE api_keys SET replaces = $3 WHERE account_id = $1 AND id = $2";

/// Stores the new key of a rotation in the old one, and when that one expires.
pub(crate) const END_REPLACED: &str = "
    UPDATE api_keys SET replaced_by = $3, replaced_at = $4, expires_at = $5
    WHERE account_id = $1 AND id = $2";

pub(crate) const REVOKE: &str = "
    UPDATE api_keys SET revoked_at = $3, revoked_by = $4, revoke_reason = $5,
        revoked_by_operator = $6
    WHERE account_id = $1 AND id = $2";

/// Pauses or resumes a key.
pub(crate) const PAUSE: &str =
    "UPDATE api_keys SET paused_at = $3 WHERE account_id = $1 AND id = $2";

/// Batches may arrive out of order: an older use never replaces a newer one.
pub(crate) const RECORD_USES: BulkStatement = BulkStatement {
    columns: "key_id, at, ip, user_agent",
    statement: "
    UPDATE api_keys
    SET last_used_at = given.at, last_used_ip = given.ip, last_used_agent = given.user_agent
    FROM given
    WHERE api_keys.id = given.key_id
        AND (api_keys.last_used_at IS NULL OR api_keys.last_used_at < given.at)",
};

macro_rules! key_rows {
    () => {
        "k.id, k.account_id, a.name AS account_name, k.name, k.preview, k.digest,
         k.scopes, k.created_at, c.email AS created_by, k.expires_at, k.paused_at, k.note,
         k.allow_list, k.watched_since,
         k.replaces, k.replaced_by, k.replaced_at,
         (SELECT n.live FROM api_keys n WHERE n.id = k.replaced_by) AS replacement_live,
         k.limit_depth, k.limit_per_second, a.limit_depth AS account_limit_depth,
         a.limit_per_second AS account_limit_per_second,
         k.revoked_at, r.email AS revoked_by, k.revoked_by_operator, k.revoke_reason, k.receipt,
         k.revoked_with_all, v.at AS all_revoked_at, w.email AS all_revoked_by,
         v.reason AS all_revoke_reason, v.receipt AS all_receipt,
         k.last_used_at, k.last_used_ip, k.last_used_agent, k.scope_uses, k.first_network_at,
         k.new_network_at, k.knocked_at
         FROM api_keys k
         JOIN accounts a ON a.id = k.account_id
         JOIN members c ON c.id = k.created_by
         LEFT JOIN members r ON r.id = k.revoked_by
         LEFT JOIN account_revocations v
             ON v.account_id = k.account_id AND v.number = k.generation + 1
         LEFT JOIN members w ON w.id = v.revoked_by "
    };
}

macro_rules! select_keys {
    ($rest:literal) => {
        concat!("SELECT ", key_rows!(), $rest)
    };
}

/// The columns and tables of keys. The caller writes `SELECT` and further columns before them, and
/// the condition and the order behind them.
pub(crate) const ROWS: &str = key_rows!();

pub(crate) const LIST: &str =
    select_keys!("WHERE k.account_id = $1 ORDER BY k.created_at DESC, k.id DESC");

pub(crate) const LIST_BY_NAME: &str = select_keys!(
    "WHERE k.account_id = $1 AND k.folded = $2 ORDER BY k.created_at DESC, k.id DESC LIMIT +$3"
);

pub(crate) const FIND: &str = select_keys!("WHERE k.account_id = $1 AND k.id = $2");

/// A look-up that is not bound to an account, since only the digest identifies the key.
pub(crate) const FIND_BY_DIGEST: &str = select_keys!("WHERE k.digest = $1");

/// Those of many digests that belong to a key.
pub(crate) const FIND_DIGESTS: BulkStatement = BulkStatement {
    columns: "digest",
    statement: "SELECT k.digest FROM given g JOIN api_keys k ON k.digest = g.digest",
};

/// Look-up while the pepper is being replaced. It is one statement, so that a key is found even if
/// its digest changes meanwhile.
pub(crate) const FIND_BY_EITHER: &str = select_keys!("WHERE k.digest IN ($1, $2)");

/// For the operator, who belongs to no account.
pub(crate) const FIND_ANYWHERE: &str = select_keys!("WHERE k.id = $1");

pub(crate) const BY_PREVIEW: &str =
    select_keys!("WHERE k.preview = $1 ORDER BY k.created_at, k.id LIMIT +$2");

pub(crate) const LIST_EVERYWHERE: &str = select_keys!("WHERE k.id > $1 ORDER BY k.id LIMIT +$2");

#[derive(sqlx::FromRow)]
pub(crate) struct KeyRow {
    id: String,
    account_id: String,
    account_name: String,
    name: String,
    preview: String,
    digest: Vec<u8>,
    scopes: String,
    created_at: i64,
    created_by: String,
    expires_at: Option<i64>,
    paused_at: Option<i64>,
    note: Option<String>,
    allow_list: Option<String>,
    watched_since: Option<i64>,
    replaces: Option<String>,
    replaced_by: Option<String>,
    replaced_at: Option<i64>,
    replacement_live: Option<i64>,
    limit_depth: Option<i64>,
    limit_per_second: Option<i64>,
    account_limit_depth: i64,
    account_limit_per_second: i64,
    #[sqlx(flatten)]
    revocation: RevocationRow,
    last_used_at: Option<i64>,
    last_used_ip: Option<String>,
    last_used_agent: Option<String>,
    scope_uses: String,
    first_network_at: Option<i64>,
    new_network_at: Option<i64>,
    knocked_at: Option<i64>,
}

impl TryFrom<KeyRow> for KeyRecord {
    type Error = CorruptValue;

    fn try_from(row: KeyRow) -> Result<Self, CorruptValue> {
        let last_use = match (row.last_used_at, row.last_used_ip) {
            (None, None) => None,
            (Some(at), Some(ip)) => Some(UseRecord {
                at: Timestamp::from_millis(at),
                ip: address(&ip, "api_keys.last_used_ip")?,
                user_agent: row.last_used_agent,
            }),
            _ => return Err(CorruptValue("api_keys.last_used_at")),
        };
        let replaced = match (row.replaced_by, row.replaced_at) {
            (None, None) => None,
            (Some(by), Some(at)) => Some(Replacement {
                by: check_column(KeyId::parse(&by), "api_keys.replaced_by")?,
                at: Timestamp::from_millis(at),
                is_live: row.replacement_live == Some(1),
            }),
            _ => return Err(CorruptValue("api_keys.replaced_at")),
        };
        let predecessor = row
            .replaces
            .map(|id| check_column(KeyId::parse(&id), "api_keys.replaces"));
        let own_limit = match (row.limit_depth, row.limit_per_second) {
            (None, None) => None,
            (Some(depth), Some(per_second)) => {
                Some(limit(depth, per_second, "api_keys.limit_depth")?)
            }
            _ => return Err(CorruptValue("api_keys.limit_depth")),
        };
        let digest: [u8; 32] = row
            .digest
            .try_into()
            .map_err(|_| CorruptValue("api_keys.digest"))?;
        Ok(Self {
            id: check_column(KeyId::parse(&row.id), "api_keys.id")?,
            account_id: check_column(AccountId::parse(&row.account_id), "api_keys.account_id")?,
            account_name: check_column(AccountName::parse(&row.account_name), "accounts.name")?,
            name: check_column(KeyName::parse(&row.name), "api_keys.name")?,
            preview: row.preview,
            digest: KeyDigest::from_bytes(digest),
            scopes: check_column(ScopeSet::parse(&row.scopes), "api_keys.scopes")?,
            created_at: Timestamp::from_millis(row.created_at),
            created_by: check_column(Email::from_stored(&row.created_by), "members.email")?,
            expires_at: row.expires_at.map(Timestamp::from_millis),
            paused_at: row.paused_at.map(Timestamp::from_millis),
            note: match row.note {
                Some(note) => check_column(KeyNote::parse(&note), "api_keys.note")?,
                None => None,
            },
            replaces: predecessor.transpose()?,
            replaced,
            account_limit: limit(
                row.account_limit_depth,
                row.account_limit_per_second,
                "accounts.limit_depth",
            )?,
            own_limit,
            allow_list: match row.allow_list {
                Some(list) => {
                    AllowList::parse(&list).map_err(|_| CorruptValue("api_keys.allow_list"))?
                }
                None => None,
            },
            watched_since: row.watched_since.map(Timestamp::from_millis),
            revocation: row.revocation.read()?,
            last_use,
            call_summary: KeyCallSummary {
                scope_uses: ScopeUses::parse(&row.scope_uses)
                    .ok_or(CorruptValue("api_keys.scope_uses"))?,
                first_network_at: row.first_network_at.map(Timestamp::from_millis),
                new_network_at: row.new_network_at.map(Timestamp::from_millis),
                dead_key_call_at: row.knocked_at.map(Timestamp::from_millis),
            },
        })
    }
}

fn limit(depth: i64, per_second: i64, column: &'static str) -> Result<RateLimit, CorruptValue> {
    let limit = RateLimit::new(number(depth, column)?, number(per_second, column)?);
    check_column(limit, column)
}
