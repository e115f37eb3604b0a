//! Where calls come from.

use super::address;
use crate::error::Corrupt;
use domain::{Outcome, Timestamp};
use service::store::{Caller, CallingNetwork};

/// What is known already of the key, where it is the account's.
pub(crate) const SCOPE_USES: &str =
    "SELECT scope_uses FROM api_keys WHERE account_id = $1 AND id = $2";

pub(crate) const SET_SCOPE_USES: &str =
    "UPDATE api_keys SET scope_uses = $3 WHERE account_id = $1 AND id = $2";

pub(crate) const KNOCK: &str = "
    UPDATE api_keys SET knocked_at = $3
    WHERE account_id = $1 AND id = $2 AND (knocked_at IS NULL OR knocked_at < $3)";

/// Gives all calls of the caller that are counted now; nothing where the key is not the account's.
pub(crate) const ADD_CALLER: &str = "
    INSERT INTO key_callers
        (account_id, key_id, outcome, ip, user_agent, first_seen, last_seen, calls)
    SELECT account_id, id, $3, $4, $5, $6, $7, $8 FROM api_keys WHERE id = $2 AND account_id = $1
    ON CONFLICT (account_id, key_id, outcome, ip, user_agent) DO UPDATE SET
        first_seen = CASE WHEN excluded.first_seen < key_callers.first_seen
            THEN excluded.first_seen ELSE key_callers.first_seen END,
        last_seen = CASE WHEN excluded.last_seen > key_callers.last_seen
            THEN excluded.last_seen ELSE key_callers.last_seen END,
        calls = key_callers.calls + excluded.calls
    RETURNING calls";

/// All but the latest `$4` of one outcome.
pub(crate) const FORGET_CALLERS: &str = "
    DELETE FROM key_callers
    WHERE account_id = $1 AND key_id = $2 AND outcome = $3 AND (ip, user_agent) NOT IN (
        SELECT ip, user_agent FROM key_callers
        WHERE account_id = $1 AND key_id = $2 AND outcome = $3
        ORDER BY last_seen DESC LIMIT $4
    )";

pub(crate) const CALLERS: &str = "
    SELECT outcome, ip, user_agent, first_seen, last_seen, calls FROM key_callers
    WHERE account_id = $1 AND key_id = $2";

/// Where [`SEE_NETWORK`] knew nothing of it. Another node may have come first: then that stands.
pub(crate) const NEW_NETWORK: &str = "
    INSERT INTO key_networks (account_id, key_id, network, only_ip, first_seen, last_seen)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (account_id, key_id, network) DO NOTHING";

pub(crate) const SEE_NETWORK: &str = "
    UPDATE key_networks SET
        only_ip = CASE WHEN only_ip = $4 THEN only_ip END,
        last_seen = CASE WHEN last_seen < $5 THEN $5 ELSE last_seen END
    WHERE account_id = $1 AND key_id = $2 AND network = $3";

/// The first one is no news.
pub(crate) const MARK_NETWORK: &str = "
    UPDATE api_keys SET
        new_network_at = CASE WHEN first_network_at IS NULL THEN NULL ELSE $3 END,
        first_network_at = coalesce(first_network_at, $3)
    WHERE account_id = $1 AND id = $2";

/// All but the latest `$3`.
pub(crate) const FORGET_NETWORKS: &str = "
    DELETE FROM key_networks
    WHERE account_id = $1 AND key_id = $2 AND network NOT IN (
        SELECT network FROM key_networks
        WHERE account_id = $1 AND key_id = $2
        ORDER BY last_seen DESC LIMIT $3
    )";

pub(crate) const NETWORKS: &str = "
    SELECT network, only_ip, first_seen, last_seen FROM key_networks
    WHERE account_id = $1 AND key_id = $2";

#[derive(sqlx::FromRow)]
pub(crate) struct CallerRow {
    outcome: String,
    ip: String,
    user_agent: String,
    first_seen: i64,
    last_seen: i64,
    calls: i64,
}

impl TryFrom<CallerRow> for Caller {
    type Error = Corrupt;

    fn try_from(row: CallerRow) -> Result<Self, Corrupt> {
        Ok(Self {
            outcome: Outcome::of(&row.outcome),
            ip: address(&row.ip, "key_callers.ip")?,
            user_agent: Some(row.user_agent).filter(|text| !text.is_empty()),
            first: Timestamp::from_millis(row.first_seen),
            last: Timestamp::from_millis(row.last_seen),
            calls: u64::try_from(row.calls).map_err(|_| Corrupt("key_callers.calls"))?,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct NetworkRow {
    network: String,
    only_ip: Option<String>,
    first_seen: i64,
    last_seen: i64,
}

impl TryFrom<NetworkRow> for CallingNetwork {
    type Error = Corrupt;

    fn try_from(row: NetworkRow) -> Result<Self, Corrupt> {
        let only_ip = row.only_ip.map(|ip| address(&ip, "key_networks.only_ip"));
        Ok(Self {
            network: row.network,
            only_ip: only_ip.transpose()?,
            first: Timestamp::from_millis(row.first_seen),
            last: Timestamp::from_millis(row.last_seen),
        })
    }
}
