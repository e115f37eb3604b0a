//! The statements that a test in `sqlite/open.rs` checks for an index. Another test, here, proves
//! that no constant is missing.
//!
//! Statements that are composed at run time, such as those that search keys, are not constants. The
//! tests in `sqlite/query_plans.rs` check the plans of the searches, sums and pages among them.

use super::{
    account, audit, bulk, call, caller_stats, factor, failed_attempts, idempotency, import,
    installation, inventory, item_change, key, key_search, lead, link, member, member_row, notice,
    pepper, quota, refusal, revocation, search_term, session, team, verdict,
};
use crate::bulk_query::BulkStatement;
use std::path::Path;

/// All statements except those of [`UNINDEXED`].
pub(crate) const INDEXED: &[&str] = &[
    account::CHANGE,
    account::CREATION_STOPPED,
    account::CURRENCY_CHOSEN,
    account::FIND,
    failed_attempts::ACCOUNT_TO_CLOSE,
    failed_attempts::ADD,
    failed_attempts::BEGIN,
    failed_attempts::CLOSE,
    failed_attempts::NETWORKS,
    failed_attempts::TO_CLOSE,
    audit::END,
    audit::END_OF_ACTION,
    audit::END_OF_ACTOR,
    audit::END_OF_SUBJECT,
    audit::HISTORY,
    audit::INDEXED_LOG_STATEMENTS.account,
    audit::INDEXED_LOG_STATEMENTS.action,
    audit::INDEXED_LOG_STATEMENTS.actor,
    audit::INDEXED_LOG_STATEMENTS.subject,
    audit::NEWEST,
    audit::NEWEST_OF,
    audit::RECORD,
    call::FIND_FIRST_CALL,
    call::OF_KEY,
    call::SWEEP_ACCOUNTS,
    call::SWEEP_KEYS,
    factor::ADD_RECOVERY,
    factor::BEGIN,
    factor::CLAIM_WARNING,
    factor::DISABLE,
    factor::LIST_DUE_WARNINGS,
    factor::ENABLE,
    factor::FIND,
    factor::FIND_STEP,
    factor::FORGET_EXPIRED,
    factor::FORGET_RECOVERY,
    factor::FORGET_STEPS,
    factor::FORGET_WARNING,
    factor::POLICY,
    factor::RELEASE_WARNING,
    factor::REQUIRE,
    factor::USE_RECOVERY,
    factor::USE_SIGN_IN,
    factor::USE_STEP,
    factor::WARN,
    factor::WARNING,
    key_search::CREATORS,
    key_search::DEAD_IN_USE,
    key_search::LAPSE,
    key_search::COUNT_LAPSED,
    import::ADD_PART,
    import::CHOOSE,
    import::DISCARD,
    import::DISCARD_PARTS,
    import::LIST_EXPIRED,
    import::FIND,
    import::FIND_MAPPING,
    import::FINISH,
    import::FORGET,
    import::FORGET_MAPPINGS,
    import::FORGET_PARTS,
    import::INSERT,
    import::PARTS,
    import::PENDING,
    import::REMEMBER,
    import::SWEEP,
    import::SWEEP_PARTS,
    installation::PEPPER_FINGERPRINT,
    installation::SET_PEPPER_FINGERPRINT,
    inventory::COUNT,
    inventory::DELETE,
    inventory::END,
    inventory::FIND,
    inventory::IDS,
    inventory::PAGE,
    item_change::LIST_CHANGED,
    item_change::FEED,
    item_change::FORGET,
    item_change::SET_FORGOTTEN,
    item_change::LAST_BEYOND,
    item_change::LAST_OLD,
    item_change::NUMBER,
    item_change::OLDEST,
    item_change::LIST_REMOVED,
    key::CHANGE,
    key::LIST_BY_NAME,
    key::LIST_EVERYWHERE,
    key::FIND_ANYWHERE,
    key::FIND,
    key::FIND_BY_DIGEST,
    key::FIND_BY_EITHER,
    key::END_REPLACED,
    key::INSERT,
    key::LIST,
    key::NAME_BY_FORM,
    key::PAUSE,
    key::REVOKE,
    key::SET_PREDECESSOR,
    lead::CHANGES,
    lead::COUNT,
    lead::COUNT_BY_STATUS,
    lead::ERASE,
    lead::FIND,
    lead::INSERT,
    lead::LAST_CHANGE,
    lead::NEWEST,
    lead::NEXT_CHANGE,
    lead::UPDATE,
    link::FIND,
    link::FORGET_FIRST_OWNER,
    link::REPLACE,
    link::USE,
    member::ACTIVE_BY_EMAIL,
    member::DEACTIVATED_BY_EMAIL,
    member::FIND,
    member::INSERT_ACCOUNT,
    member::PASSWORD_HASH,
    member_row::HAS_PASSWORD,
    member_row::INSERT_MEMBER,
    member_row::SET_PASSWORD,
    member_row::UPDATE_LAST_SEEN,
    notice::CLAIM,
    notice::LIST_EXPIRING,
    notice::LIST_DUE,
    notice::RELEASE,
    idempotency::CLAIM,
    idempotency::EVICT,
    idempotency::FIND,
    idempotency::FORGET,
    idempotency::FORGET_EXPIRED,
    idempotency::FORGET_LEAD,
    idempotency::KEEP_ANSWER,
    idempotency::RELEASE,
    idempotency::SWEEP,
    pepper::CHANGE,
    pepper::COUNT_CODES,
    pepper::COUNT_FACTORS,
    pepper::COUNT_KEYS,
    pepper::SET_CODE_PEPPER,
    pepper::SET_FACTOR_PEPPER,
    pepper::REHASH,
    pepper::RESEAL,
    pepper::TO_RESEAL,
    quota::INVITATIONS,
    quota::ITEMS,
    quota::LEADS,
    quota::LIVE_KEYS,
    quota::MEMBERS,
    refusal::FIND,
    refusal::FORGET,
    refusal::LAST_OF_KEY,
    refusal::LIST,
    refusal::RECORD,
    refusal::RECORD_OF_KEY,
    refusal::SWEEP,
    revocation::ADD,
    revocation::KEEP_RECEIPT,
    revocation::KEEP_RECEIPT_OF_ALL,
    revocation::LAPSE,
    revocation::RAISE_GENERATION,
    revocation::WRITE,
    revocation::MARK_WRITTEN,
    session::BLOCKED_UNTIL,
    session::COUNT_FAILURE,
    session::END,
    session::END_ALL_OF_MEMBER,
    session::END_OTHERS,
    session::FIND,
    session::FORGET_EXPIRED,
    session::FORGET_FAILURES,
    session::FORGET_OLD_FAILURES,
    session::OF_MEMBER,
    session::OPEN,
    session::UPDATE_LAST_SEEN,
    session::SET_DELAY,
    bulk::PAUSED_AT,
    bulk::STOP_CREATION,
    caller_stats::CALLERS,
    caller_stats::FORGET_CALLERS,
    caller_stats::FORGET_NETWORKS,
    caller_stats::RECORD_DEAD_KEY_USE,
    caller_stats::MARK_NETWORK,
    caller_stats::NETWORKS,
    caller_stats::NEW_NETWORK,
    caller_stats::UPDATE_NETWORK,
    team::LIST_ACTIVE,
    team::ACTIVE_OWNERS,
    team::CHANGE,
    team::LIST_DEACTIVATED,
    team::HAS_ADDRESS,
    team::INVITATION,
    team::INVITATIONS,
    team::MEMBER,
    team::MEMBER_BY_EMAIL,
    team::WITHDRAW,
    search_term::ADD,
    search_term::FORGET,
    search_term::MARK_WRITTEN,
    verdict::ACKNOWLEDGE,
    verdict::CHANGES,
    verdict::EXPEL,
    verdict::FORGET_ALL,
    verdict::LAST_NUMBER,
    verdict::REGISTER,
    verdict::REGISTER_UPGRADE,
    verdict::REMOVE,
];

/// All bulk statements; see [`INDEXED`].
pub(crate) const BULK: &[&BulkStatement] = &[
    &audit::RECORD_MANY,
    &call::ADD_TO_ACCOUNTS,
    &call::ADD_TO_KEYS,
    &call::FIRST_CALLS,
    &inventory::DELETE_MANY,
    &inventory::FIND_MANY,
    &inventory::UPSERT,
    &key::FIND_DIGESTS,
    &key::RECORD_USES,
    &caller_stats::ADD_CALLERS,
    &caller_stats::FIND_NEW_CALLERS,
    &caller_stats::SCOPE_USES,
    &caller_stats::UPDATE_NETWORKS,
    &caller_stats::SET_SCOPE_USES,
    &caller_stats::FIND_UNKNOWN_NETWORKS,
];

/// Statements that may read a whole table.
const UNINDEXED: &[&str] = &[
    // They accept any row.
    "installation::HAS_KEYS",
    "installation::HAS_OWNER",
    "installation::PING",
    "member::COUNT_ACCOUNTS",
    // Links, nodes and peppers are few.
    "link::FORGET_EXPIRED",
    "pepper::IS_REFUSED_BY_A_NODE",
    "pepper::LIST_USES",
    "team::FORGET_INVITATIONS_BY",
    "team::FORGET_LINKS_OF",
    "verdict::LIVE_NODES",
    "verdict::NODES",
    "verdict::OTHER_NODES_EXIST",
    // The rows of a partial index are few.
    "revocation::LIST_UNWRITTEN",
    "search_term::LIST_UNINDEXED",
    // A command of the operator, who looks for the key in every account.
    "key::BY_PREVIEW",
    // They count or order the few rows that an index has selected.
    "inventory::SIZES",
    "refusal::COUNT_BY_CODE",
    "revocation::COUNT",
    "session::END_UNUSED",
    // The beginning of other statements.
    "key::ROWS",
    // For PostgreSQL alone.
    "pepper::SHARED",
];

/// Returns the statements below a folder of `ports`, such as `key::FIND`.
fn statements(folder: &Path, module: Option<&str>) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let module = module.or(path.file_stem().unwrap().to_str()).unwrap();
        if path.is_dir() {
            names.append(&mut statements(&path, Some(module)));
            continue;
        }
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let constant = line.strip_prefix("pub(crate) const ");
            if let Some((name, rest)) = constant.and_then(|constant| constant.split_once(": "))
                && (rest.starts_with("&str") || rest.starts_with("BulkStatement"))
            {
                names.push(format!("{module}::{name}"));
            }
        }
    }
    names
}

#[test]
fn every_statement_is_checked_for_an_index_or_is_an_exception() {
    let ports = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ports");
    let statements = statements(&ports, None);
    assert!(statements.len() > 200, "{}", statements.len());
    let list = include_str!("index_check.rs");
    for name in &statements {
        let is_checked = list.contains(&format!(" {name},")) || list.contains(&format!("&{name},"));
        let is_exception = UNINDEXED.contains(&name.as_str());
        assert!(is_checked != is_exception, "{name}");
    }
    let unknown = UNINDEXED
        .iter()
        .find(|name| !statements.contains(&(**name).to_owned()));
    assert_eq!(unknown, None);
}
