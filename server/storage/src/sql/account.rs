//! What an account decides for itself.

use super::parsed;
use crate::error::Corrupt;
use domain::{AccountName, KeyPolicy, RateLimit};
use service::Zone;
use service::inventory::Currency;
use service::store::AccountSettings;

pub(crate) const FIND: &str = "
    SELECT name, currency, limit_depth, limit_per_second, time_zone, keys_must_expire, key_max_days
    FROM accounts WHERE id = $1";

pub(crate) const CHANGE: &str = "
    UPDATE accounts
    SET name = $2, currency = $3, limit_depth = $4, limit_per_second = $5, time_zone = $6,
        keys_must_expire = $7, key_max_days = $8
    WHERE id = $1";

#[derive(sqlx::FromRow)]
pub(crate) struct AccountRow {
    name: String,
    currency: String,
    limit_depth: u32,
    limit_per_second: u32,
    time_zone: String,
    keys_must_expire: bool,
    key_max_days: Option<u32>,
}

impl TryFrom<AccountRow> for AccountSettings {
    type Error = Corrupt;

    fn try_from(row: AccountRow) -> Result<Self, Corrupt> {
        let limit = RateLimit::new(row.limit_depth, row.limit_per_second);
        let policy = KeyPolicy::new(row.keys_must_expire, row.key_max_days);
        Ok(Self {
            name: parsed(AccountName::parse(&row.name), "accounts.name")?,
            currency: Currency::parse(&row.currency).ok_or(Corrupt("accounts.currency"))?,
            limit: parsed(limit, "accounts.limit_depth")?,
            time_zone: Zone::from_stored(&row.time_zone),
            key_policy: parsed(policy, "accounts.key_max_days")?,
        })
    }
}
