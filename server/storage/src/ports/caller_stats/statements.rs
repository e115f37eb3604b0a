//! Statements and rows. Callers of keys: their addresses, networks and programs.

use crate::bulk_query::BulkStatement;
use crate::error::CorruptValue;
use crate::ports::columns::address;
use domain::{Outcome, Timestamp};
use service::store::{Caller, CallingNetwork};

/// Stored uses of permissions of these keys. Skips keys of other accounts.
pub(crate) const SCOPE_USES: BulkStatement = BulkStatement {
    columns: "account_id, key_id",
    statement: "
    SELECT k.account_id, k.id AS key_id, k.scope_uses
    FROM given g CROSS JOIN api_keys k
    WHERE k.id = g.key_id AND k.account_id = g.account_id",
};

pub(crate) const SET_SCOPE_USES: BulkStatement = BulkStatement {
    columns: "account_id, key_id, scope_uses",
    statement: "
    UPDATE api_keys SET scope_uses = given.scope_uses
    FROM given
    WHERE api_keys.id = given.key_id AND api_keys.account_id = given.account_id",
};

pub(crate) const RECORD_DEAD_KEY_USE: &str = "
    UPDATE api_keys SET knocked_at = $3
    WHERE account_id = $1 AND id = $2 AND (knocked_at IS NULL OR knocked_at < $3)";

/// The keys and outcomes for which one of these callers is new.
pub(crate) const FIND_NEW_CALLERS: BulkStatement = BulkStatement {
    columns: "account_id, key_id, outcome, ip, user_agent",
    statement: "
    SELECT DISTINCT g.account_id, g.key_id, g.outcome
    FROM given g
    WHERE NOT EXISTS (
        SELECT 1 FROM key_callers c
        WHERE c.account_id = g.account_id AND c.key_id = g.key_id AND c.outcome = g.outcome
            AND c.ip = g.ip AND c.user_agent = g.user_agent
    )",
};

/// Skips keys of other accounts.
pub(crate) const ADD_CALLERS: BulkStatement = BulkStatement {
    columns: "account_id, key_id, outcome, ip, user_agent, first_seen, last_seen, calls",
    statement: "
    INSERT INTO key_callers
        (account_id, key_id, outcome, ip, user_agent, first_seen, last_seen, calls)
    SELECT k.account_id, k.id, g.outcome, g.ip, g.user_agent, g.first_seen, g.last_seen, g.calls
    FROM given g CROSS JOIN api_keys k
    WHERE k.id = g.key_id AND k.account_id = g.account_id
    ON CONFLICT (account_id, key_id, outcome, ip, user_agent) DO UPDATE SET
        first_seen = CASE WHEN excluded.first_seen < key_callers.first_seen
            THEN excluded.first_seen ELSE key_callers.first_seen END,
        last_seen = CASE WHEN excluded.last_seen > key_callers.last_seen
            THEN excluded.last_seen ELSE key_callers.last_seen END,
        calls = key_callers.calls + excluded.calls",
};

/// Deletes all callers with one outcome except the latest `$4`.
pub(crate) const FORGET_CALLERS: &str = "
    DELETE FROM key_callers
    WHERE account_id = $1 AND key_id = $2 AND outcome = $3 AND (ip, user_agent) NOT IN (
        SELECT ip, user_agent FROM key_callers
        WHERE account_id = $1 AND key_id = $2 AND outcome = $3
        ORDER BY last_seen DESC LIMIT +$4
    )";

pub(crate) const CALLERS: &str = "
    SELECT outcome, ip, user_agent, first_seen, last_seen, calls FROM key_callers
    WHERE account_id = $1 AND key_id = $2";

/// The keys for which one of these networks is new. Skips keys of other accounts.
pub(crate) const FIND_UNKNOWN_NETWORKS: BulkStatement = BulkStatement {
    columns: "account_id, key_id, network",
    statement: "
    SELECT DISTINCT g.account_id, g.key_id
    FROM given g
    WHERE NOT EXISTS (
        SELECT 1 FROM key_networks n
        WHERE n.account_id = g.account_id AND n.key_id = g.key_id AND n.network = g.network
    ) AND EXISTS (SELECT 1 FROM api_keys k WHERE k.id = g.key_id AND k.account_id = g.account_id)",
};

/// Expects each network once. `only_ip` becomes NULL once several addresses of a network were seen.
pub(crate) const UPDATE_NETWORKS: BulkStatement = BulkStatement {
    columns: "account_id, key_id, network, only_ip, last_seen",
    statement: "
    UPDATE key_networks SET
        only_ip = CASE WHEN key_networks.only_ip = given.only_ip THEN key_networks.only_ip END,
        last_seen = CASE WHEN key_networks.last_seen < given.last_seen
            THEN given.last_seen ELSE key_networks.last_seen END
    FROM given
    WHERE key_networks.account_id = given.account_id AND key_networks.key_id = given.key_id
        AND key_networks.network = given.network",
};

/// For networks that [`UPDATE_NETWORK`] did not find. If another node was faster, its row remains.
pub(crate) const NEW_NETWORK: &str = "
    INSERT INTO key_networks (account_id, key_id, network, only_ip, first_seen, last_seen)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (account_id, key_id, network) DO NOTHING";

pub(crate) const UPDATE_NETWORK: &str = "
    UPDATE key_networks SET
        only_ip = CASE WHEN only_ip = $4 THEN only_ip END,
        last_seen = CASE WHEN last_seen < $5 THEN $5 ELSE last_seen END
    WHERE account_id = $1 AND key_id = $2 AND network = $3";

/// The first network of a key is not reported as new.
pub(crate) const MARK_NETWORK: &str = "
    UPDATE api_keys SET
        new_network_at = CASE WHEN first_network_at IS NULL THEN NULL ELSE $3 END,
        first_network_at = coalesce(first_network_at, $3)
    WHERE account_id = $1 AND id = $2";

/// Deletes all networks except the latest `$3`.
pub(crate) const FORGET_NETWORKS: &str = "
    DELETE FROM key_networks
    WHERE account_id = $1 AND key_id = $2 AND network NOT IN (
        SELECT network FROM key_networks
        WHERE account_id = $1 AND key_id = $2
        ORDER BY last_seen DESC LIMIT +$3
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
    type Error = CorruptValue;

    fn try_from(row: CallerRow) -> Result<Self, CorruptValue> {
        Ok(Self {
            outcome: Outcome::of(&row.outcome),
            ip: address(&row.ip, "key_callers.ip")?,
            user_agent: Some(row.user_agent).filter(|text| !text.is_empty()),
            first: Timestamp::from_millis(row.first_seen),
            last: Timestamp::from_millis(row.last_seen),
            calls: u64::try_from(row.calls).map_err(|_| CorruptValue("key_callers.calls"))?,
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
    type Error = CorruptValue;

    fn try_from(row: NetworkRow) -> Result<Self, CorruptValue> {
        let only_ip = row.only_ip.map(|ip| address(&ip, "key_networks.only_ip"));
        Ok(Self {
            network: row.network,
            only_ip: only_ip.transpose()?,
            first: Timestamp::from_millis(row.first_seen),
            last: Timestamp::from_millis(row.last_seen),
        })
    }
}
