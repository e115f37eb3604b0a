//! Statements and rows. Revocations of all keys of an account.

use crate::error::CorruptValue;
use crate::ports::columns::{address, check_column, number};
use domain::{AccountId, Email, KeyId, KeyName, MemberId, RevokeReason, Timestamp};
use service::store::{AccountRevocation, Receipt, RevocationRecord, RevokedWithAll, Revoker};

/// For one key, or for all keys that were revoked at that time.
pub(crate) const KEEP_RECEIPT: &str = "
    UPDATE api_keys SET receipt = $4
    WHERE account_id = $1 AND revoked_at = $2 AND receipt IS NULL AND ($3 = '' OR id = $3)";

/// Keys that are neither revoked nor expired at `$2`. Counts up to `$3`.
pub(crate) const COUNT: &str = "
    SELECT count(*) FROM (
        SELECT 1 FROM api_keys
        WHERE account_id = $1 AND live = 1 AND (expires_at IS NULL OR expires_at > $2)
            AND generation = (SELECT key_generation FROM accounts WHERE id = $1)
        LIMIT +$3
    ) AS counted";

/// After this, the generation of every key of the account is too low.
pub(crate) const RAISE_GENERATION: &str = "
    UPDATE accounts SET key_generation = key_generation + 1 WHERE id = $1
    RETURNING key_generation";

pub(crate) const ADD: &str = "
    INSERT INTO account_revocations (account_id, number, at, revoked_by, reason, ip, user_agent)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

pub(crate) const KEEP_RECEIPT_OF_ALL: &str = "
    UPDATE account_revocations SET receipt = $3
    WHERE account_id = $1 AND number = $2 AND receipt IS NULL";

pub(crate) const LIST_UNWRITTEN: &str = "
    SELECT account_id, number, at, revoked_by, reason, ip, user_agent
    FROM account_revocations WHERE written = 0 ORDER BY account_id, number LIMIT +$1";

/// Marks some of the keys that had expired before the revocation. The order uses an index that
/// contains no revoked key.
pub(crate) const LAPSE: &str = "
    UPDATE api_keys SET lapsed = 1
    WHERE id IN (
        SELECT id FROM api_keys
        WHERE account_id = $1 AND live = 1 AND generation = $2 AND expires_at <= $3
        ORDER BY expires_at LIMIT +$4
    )";

/// Copies the revocation into the rows of some of its keys, after those that had expired before it
/// were marked.
pub(crate) const WRITE: &str = "
    UPDATE api_keys SET revoked_at = $3, revoked_by = $4, revoke_reason = $5, revoked_with_all = 1
    WHERE id IN (
        SELECT id FROM api_keys
        WHERE account_id = $1 AND live = 1 AND generation = $2
        ORDER BY expires_at LIMIT +$6
    )
    RETURNING id, name, preview";

pub(crate) const MARK_WRITTEN: &str = "UPDATE account_revocations SET written = 1 WHERE account_id = $1 AND number = $2 AND written = 0";

/// A row of [`LIST_UNWRITTEN`].
#[derive(sqlx::FromRow)]
pub(crate) struct AccountRevocationRow {
    account_id: String,
    number: i64,
    at: i64,
    revoked_by: String,
    reason: String,
    ip: Option<String>,
    user_agent: Option<String>,
}

impl TryFrom<AccountRevocationRow> for AccountRevocation {
    type Error = CorruptValue;

    fn try_from(row: AccountRevocationRow) -> Result<Self, CorruptValue> {
        const ACCOUNT_COLUMN: &str = "account_revocations.account_id";
        Ok(Self {
            account_id: check_column(AccountId::parse(&row.account_id), ACCOUNT_COLUMN)?,
            number: number(row.number, "account_revocations.number")?,
            at: Timestamp::from_millis(row.at),
            by: check_column(
                MemberId::parse(&row.revoked_by),
                "account_revocations.revoked_by",
            )?,
            reason: check_column(
                RevokeReason::parse(&row.reason),
                "account_revocations.reason",
            )?,
            ip: row
                .ip
                .map(|ip| address(&ip, "account_revocations.ip"))
                .transpose()?,
            user_agent: row.user_agent,
        })
    }
}

/// A row that [`WRITE`] returns.
#[derive(sqlx::FromRow)]
pub(crate) struct RevokedKeyRow {
    id: String,
    name: String,
    preview: String,
}

impl TryFrom<RevokedKeyRow> for RevokedWithAll {
    type Error = CorruptValue;

    fn try_from(row: RevokedKeyRow) -> Result<Self, CorruptValue> {
        Ok(Self {
            id: check_column(KeyId::parse(&row.id), "api_keys.id")?,
            name: check_column(KeyName::parse(&row.name), "api_keys.name")?,
            preview: row.preview,
        })
    }
}

/// The columns of a key with its own revocation, and with the first revocation of all keys since it
/// was created.
#[derive(sqlx::FromRow)]
pub(crate) struct RevocationRow {
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    revoked_by: Option<String>,
    revoked_by_operator: i64,
    revoke_reason: Option<String>,
    receipt: Option<String>,
    revoked_with_all: i64,
    all_revoked_at: Option<i64>,
    all_revoked_by: Option<String>,
    all_revoke_reason: Option<String>,
    all_receipt: Option<String>,
}

impl RevocationRow {
    /// Returns the revocation that ended the key. A revocation of all keys takes effect before it
    /// is copied into the key's row, and does not apply to a key that had already expired.
    pub(crate) fn read(self) -> Result<Option<RevocationRecord>, CorruptValue> {
        let own_receipt = if self.revoked_with_all == 1 {
            &self.all_receipt
        } else {
            &self.receipt
        };
        match (self.revoked_at, &self.revoke_reason) {
            (Some(at), Some(reason)) => {
                let by = match (&self.revoked_by, self.revoked_by_operator) {
                    (Some(email), 0) => member(email)?,
                    (None, 0) => Revoker::Holder,
                    (None, 1) => Revoker::Operator,
                    _ => return Err(CorruptValue("api_keys.revoked_by_operator")),
                };
                return record(at, by, reason, own_receipt.as_deref()).map(Some);
            }
            (None, None) => {}
            _ => return Err(CorruptValue("api_keys.revoked_at")),
        }
        match (
            self.all_revoked_at,
            &self.all_revoked_by,
            &self.all_revoke_reason,
        ) {
            (Some(at), Some(email), Some(reason)) => {
                let expired = self.expires_at.is_some_and(|end| end <= at);
                let all = record(at, member(email)?, reason, self.all_receipt.as_deref())?;
                Ok((!expired).then_some(all))
            }
            (None, None, None) => Ok(None),
            _ => Err(CorruptValue("account_revocations.revoked_by")),
        }
    }
}

fn member(email: &str) -> Result<Revoker<Email>, CorruptValue> {
    check_column(Email::from_stored(email), "members.email").map(Revoker::Member)
}

fn record(
    at: i64,
    by: Revoker<Email>,
    reason: &str,
    receipt: Option<&str>,
) -> Result<RevocationRecord, CorruptValue> {
    let receipt: Option<Receipt> = receipt
        .map(serde_json::from_str)
        .transpose()
        .map_err(|_| CorruptValue("api_keys.receipt"))?;
    Ok(RevocationRecord {
        at: Timestamp::from_millis(at),
        by,
        reason: check_column(RevokeReason::parse(reason), "api_keys.revoke_reason")?,
        receipt,
    })
}
