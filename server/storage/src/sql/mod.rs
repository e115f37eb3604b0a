//! The SQL statements, one static text each, and their rows.
//!
//! `$1` placeholders, `ON CONFLICT` and `RETURNING` mean the same in SQLite and PostgreSQL.
//! Statements name their columns instead of `*`, so that a column that is added later changes no
//! row.

pub(crate) mod account;
pub(crate) mod attempt;
pub(crate) mod audit;
pub(crate) mod bulk;
pub(crate) mod call;
pub(crate) mod factor;
pub(crate) mod filter;
pub(crate) mod find;
pub(crate) mod import;
pub(crate) mod installation;
pub(crate) mod inventory;
pub(crate) mod item_change;
pub(crate) mod key;
pub(crate) mod lead;
pub(crate) mod link;
pub(crate) mod member;
pub(crate) mod notice;
pub(crate) mod once;
pub(crate) mod pepper;
pub(crate) mod quota;
pub(crate) mod refusal;
pub(crate) mod revocation;
pub(crate) mod session;
pub(crate) mod several;
pub(crate) mod sighting;
pub(crate) mod team;
pub(crate) mod term;
pub(crate) mod verdict;

use crate::error::Corrupt;
use domain::Rejected;
use std::net::IpAddr;

/// Reads a stored text by the rule that checked it when it was received.
fn parsed<T>(result: Result<T, Rejected>, column: &'static str) -> Result<T, Corrupt> {
    result.map_err(|_| Corrupt(column))
}

/// Reads a stored number into a smaller or unsigned type. PostgreSQL has no unsigned types.
fn number<T: TryFrom<i64>>(stored: i64, column: &'static str) -> Result<T, Corrupt> {
    T::try_from(stored).map_err(|_| Corrupt(column))
}

fn address(text: &str, column: &'static str) -> Result<IpAddr, Corrupt> {
    text.parse().map_err(|_| Corrupt(column))
}

/// All statements, except those that accept any row and the sweep of the links, which are always
/// few.
#[cfg(test)]
pub(crate) const INDEXED: &[&str] = &[
    account::CHANGE,
    account::FIND,
    attempt::ACCOUNT_TO_CLOSE,
    attempt::ADD,
    attempt::BEGIN,
    attempt::CLOSE,
    attempt::NETWORKS,
    attempt::TO_CLOSE,
    audit::END,
    audit::END_OF_ACTOR,
    audit::END_OF_SUBJECT,
    audit::INDEXED_LOGS.account,
    audit::INDEXED_LOGS.actor,
    audit::INDEXED_LOGS.subject,
    audit::NEWEST,
    audit::NEWEST_OF,
    audit::RECORD,
    call::FIND_FIRST_CALL,
    call::OF_ACCOUNT,
    call::OF_KEY,
    call::SWEEP_ACCOUNTS,
    call::SWEEP_KEYS,
    factor::ADD_RECOVERY,
    factor::BEGIN,
    factor::CLAIM_WARNING,
    factor::DISABLE,
    factor::DUE_WARNINGS,
    factor::ENABLE,
    factor::FIND_STEP,
    factor::FORGET_EXPIRED,
    factor::FORGET_RECOVERY,
    factor::FORGET_STEPS,
    factor::FORGET_WARNING,
    factor::RELEASE_WARNING,
    factor::USE_RECOVERY,
    factor::USE_SIGN_IN,
    factor::USE_STEP,
    factor::WARN,
    factor::WARNING,
    find::CREATORS,
    find::LAPSE,
    find::LAPSED,
    import::ADD_PART,
    import::CHOOSE,
    import::DISCARD,
    import::DISCARD_PARTS,
    import::EXPIRED,
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
    inventory::PAGE,
    item_change::CHANGED,
    item_change::FEED,
    item_change::FORGET,
    item_change::FORGOTTEN,
    item_change::LAST_BEYOND,
    item_change::LAST_OLD,
    item_change::NUMBER,
    item_change::OLDEST,
    item_change::REMOVED,
    key::FIND,
    key::CHANGE,
    key::ENDING,
    key::FIND_BY_DIGEST,
    key::FIND_BY_EITHER,
    key::GIVE_WAY,
    key::INSERT,
    key::LIST,
    key::NAME_BY_FORM,
    key::TAKE_OVER,
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
    member::HAS_PASSWORD,
    member::INSERT_ACCOUNT,
    member::INSERT_MEMBER,
    member::PASSWORD_HASH,
    member::SEEN,
    member::SET_PASSWORD,
    notice::CLAIM,
    notice::DUE,
    notice::RELEASE,
    once::CLAIM,
    once::FIND,
    once::FORGET,
    once::FORGET_EXPIRED,
    once::KEEP_ANSWER,
    once::SWEEP,
    pepper::CHANGE,
    pepper::CODES,
    pepper::FACTORS,
    pepper::KEYS,
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
    refusal::RECORD,
    refusal::RECORD_OF_KEY,
    refusal::SWEEP,
    revocation::ADD,
    revocation::KEEP_RECEIPT,
    revocation::KEEP_RECEIPT_OF_ALL,
    revocation::LAPSE,
    revocation::RAISE_GENERATION,
    revocation::REVOKE,
    revocation::WRITE,
    revocation::WRITTEN,
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
    session::SEEN,
    session::SET_DELAY,
    several::CREATION_STOPPED,
    several::PAUSE,
    several::PAUSED_AT,
    several::RESUME,
    several::STOP_CREATION,
    sighting::CALLERS,
    sighting::FORGET_CALLERS,
    sighting::FORGET_NETWORKS,
    sighting::KNOCK,
    sighting::MARK_NETWORK,
    sighting::NETWORKS,
    sighting::NEW_NETWORK,
    sighting::SEE_NETWORK,
    team::ACTIVE,
    team::ACTIVE_OWNERS,
    team::CHANGE,
    team::DEACTIVATED,
    team::HAS_ADDRESS,
    team::INVITATION,
    team::INVITATIONS,
    team::MEMBER,
    team::MEMBER_BY_EMAIL,
    team::WITHDRAW,
    term::ADD,
    term::FORGET,
    term::WRITTEN,
    verdict::ACKNOWLEDGE,
    verdict::CHANGES,
    verdict::EXPEL,
    verdict::REGISTER,
    verdict::REMOVE,
];
