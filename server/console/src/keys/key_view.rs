//! Row of a key in a list.

use super::words;
use domain::{KeyView, LastUse, Revocation};
use service::Zone;
use service::keys::{CurrentKey, KeyWarning};
use service::store::UseRecord;
use web::words::receipt;
use web::words::time::{display_expiry, display_time};

/// Returns a row of the list.
pub fn view(key: CurrentKey, zone: &Zone) -> KeyView {
    let CurrentKey {
        record,
        status,
        used_recently,
        warnings,
        ..
    } = key;
    KeyView {
        expires_soon: warnings.contains(&KeyWarning::ExpiresSoon),
        used_recently,
        notices: warnings.iter().map(words::warning).collect(),
        rotation: None,
        needs_attention: warnings.iter().any(KeyWarning::needs_attention),
        id: record.id,
        name: record.name,
        preview: record.preview,
        scopes: record.scopes,
        created: display_time(record.created_at, zone),
        created_by: record.created_by.to_string(),
        expires: record.expires_at.map(|end| display_expiry(end, zone)),
        own_limit: record.own_limit.map(|limit| limit.to_string()),
        last_use: record.last_use.map(|last| last_use(last, zone)),
        status,
        revocation: record.revocation.map(|revocation| Revocation {
            at: display_time(revocation.at, zone),
            by: words::revoker(&revocation.by),
            reason: revocation.reason,
            receipt: (revocation.receipt).map(|receipt| receipt::describe(receipt, false)),
        }),
    }
}

pub fn last_use(last: UseRecord, zone: &Zone) -> LastUse {
    LastUse {
        at: display_time(last.at, zone),
        ip: last.ip.to_string(),
        user_agent: last.user_agent,
    }
}
