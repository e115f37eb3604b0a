//! Statements and rows. The audit log.

use crate::bulk_query::BulkStatement;
use crate::error::CorruptValue;
use crate::ports::columns::{address, check_column};
use crate::query::QueryBuilder;
use domain::{AccountId, Email, KeyId, MemberId, Timestamp};
use service::store::{Action, Actor, AttributedEvent, AuditEvent, Authority, LoggedEvent};

pub(crate) const RECORD: &str = "
    INSERT INTO audit_events
        (account_id, at, actor_kind, actor_id, action, subject, ip, user_agent, detail, request_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

/// Records many events.
pub(crate) const RECORD_MANY: BulkStatement = BulkStatement {
    columns: "account_id, at, actor_kind, actor_id, action, subject, ip, user_agent, detail, request_id",
    statement: "
    INSERT INTO audit_events
        (account_id, at, actor_kind, actor_id, action, subject, ip, user_agent, detail, request_id)
    SELECT account_id, at, actor_kind, actor_id, action, subject, ip, user_agent, detail, request_id
    FROM given",
};

pub(crate) const NEWEST: &str = "
    SELECT account_id, at, actor_kind, actor_id, action, subject, ip, user_agent, detail, request_id
    FROM audit_events
    WHERE account_id = $1
    ORDER BY seq DESC
    LIMIT +$2";

pub(crate) const NEWEST_OF: &str = "
    SELECT account_id, at, actor_kind, actor_id, action, subject, ip, user_agent, detail, request_id
    FROM audit_events
    WHERE account_id = $1 AND action = $2
    ORDER BY seq DESC
    LIMIT 1";

/// Selects the newest event of each action. There has to be at least one.
pub(crate) fn newest_of_each(account: &AccountId, actions: &[Action]) -> QueryBuilder<'static> {
    let mut query = QueryBuilder::new("");
    for (number, action) in actions.iter().enumerate() {
        query.push(if number > 0 { " UNION ALL " } else { "" });
        query.push(
            "SELECT * FROM (
                SELECT account_id, at, actor_kind, actor_id, action, subject, ip, user_agent, detail, request_id
                FROM audit_events WHERE account_id = ",
        );
        query.push_text(account.as_str());
        query.push(" AND action = ").push_text(action.as_str());
        query.push(" ORDER BY seq DESC LIMIT 1) AS newest");
    }
    query
}

pub(crate) const HISTORY: &str = "
    SELECT e.account_id, e.at, e.actor_kind, e.actor_id, e.action, e.subject, e.ip, e.user_agent, e.detail,
        e.request_id, m.email
    FROM audit_events e
    LEFT JOIN members m ON e.actor_kind = 'member' AND m.id = e.actor_id
    WHERE e.account_id = $1 AND e.subject = $2
    ORDER BY e.seq DESC
    LIMIT +$3";

/// Statement for one access path, since no plan serves all of them. The actions are one text with
/// spaces around each. A filter that is not set is an empty text.
macro_rules! select_log {
    ($index:literal, $condition:literal) => {
        concat!(
            "SELECT e.seq, e.account_id, e.at, e.actor_kind, e.actor_id, e.action, e.subject, e.ip, e.user_agent,
                    e.detail, e.request_id, COALESCE(m.email, k.name) AS actor_name, COALESCE(s.name, t.email) AS subject_name,
                    CASE e.action
                        WHEN 'key.revoked' THEN coalesce(s.receipt, (
                            SELECT v.receipt FROM account_revocations v
                            WHERE s.revoked_with_all = 1
                                AND v.account_id = s.account_id AND v.number = s.generation + 1
                        ))
                        WHEN 'key.all_revoked' THEN (
                            SELECT v.receipt FROM account_revocations v
                            WHERE v.account_id = e.account_id AND v.at = e.at ORDER BY v.number LIMIT 1
                        )
                    END AS receipt
             FROM audit_events e ",
            $index,
            "
             LEFT JOIN members m ON e.actor_kind = 'member' AND m.account_id = e.account_id AND m.id = e.actor_id
             LEFT JOIN api_keys k ON e.actor_kind = 'key' AND k.account_id = e.account_id AND k.id = e.actor_id
             LEFT JOIN api_keys s ON s.account_id = e.account_id AND s.id = e.subject
             LEFT JOIN members t ON t.account_id = e.account_id AND t.id = e.subject
             WHERE e.account_id = $1 AND e.seq < $2 AND e.seq >= $10
                AND ($4 = '' OR e.actor_kind = $4)
                AND ($7 = '' OR $7 LIKE '% ' || e.action || ' %')
                AND e.at >= $8 AND e.at < $9 ",
            $condition,
            " ORDER BY e.seq DESC LIMIT +$3"
        )
    };
}

/// The statement for each access path to the events.
pub(crate) struct LogStatements {
    pub(crate) account: &'static str,
    pub(crate) actor: &'static str,
    /// Events of one action, by any actor.
    pub(crate) action: &'static str,
    /// Events of one subject, optionally by one actor.
    pub(crate) subject: &'static str,
}

macro_rules! log_statements {
    ($by_account:literal, $by_actor:literal, $by_action:literal, $by_subject:literal) => {
        LogStatements {
            account: select_log!($by_account, "AND $5 = '' AND $6 = ''"),
            actor: select_log!($by_actor, "AND e.actor_id = $5 AND $6 = ''"),
            action: select_log!(
                $by_action,
                "AND $5 = '' AND $6 = '' AND e.action = trim($7)"
            ),
            subject: select_log!(
                $by_subject,
                "AND e.subject = $6 AND ($5 = '' OR e.actor_id = $5)"
            ),
        }
    };
}

pub(crate) const LOG_STATEMENTS: LogStatements = log_statements!("", "", "", "");

/// The statements for SQLite, which has no statistics. It assumes that few events are between two
/// numbers, so it would use the account's index for all of them.
pub(crate) const INDEXED_LOG_STATEMENTS: LogStatements = log_statements!(
    "INDEXED BY audit_events_by_account",
    "INDEXED BY audit_events_by_actor",
    "INDEXED BY audit_events_by_action",
    "INDEXED BY audit_events_by_subject"
);

/// The numbers of the events at the positions `$3` and `$3 + 1` below the number `$2`, newest first
/// and counted from zero, on the same access path. Both databases read only an index for this.
macro_rules! select_end {
    ($condition:literal) => {
        concat!(
            "SELECT seq FROM audit_events WHERE account_id = $1 AND seq < $2 ",
            $condition,
            " ORDER BY seq DESC LIMIT 2 OFFSET $3"
        )
    };
}

pub(crate) const END: &str = select_end!("");

pub(crate) const END_OF_ACTOR: &str = select_end!("AND actor_id = $4");

pub(crate) const END_OF_ACTION: &str = select_end!("AND action = $4");

pub(crate) const END_OF_SUBJECT: &str = select_end!("AND subject = $4");

#[derive(sqlx::FromRow)]
pub(crate) struct LogRow {
    seq: i64,
    #[sqlx(flatten)]
    event: EventRow,
    actor_name: Option<String>,
    subject_name: Option<String>,
    receipt: Option<String>,
}

impl TryFrom<LogRow> for LoggedEvent {
    type Error = CorruptValue;

    fn try_from(row: LogRow) -> Result<Self, CorruptValue> {
        Ok(Self {
            seq: u64::try_from(row.seq).map_err(|_| CorruptValue("audit_events.seq"))?,
            event: with_receipt(row.event.try_into()?, row.receipt)?,
            actor: row.actor_name,
            subject: row.subject_name,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct HistoryRow {
    #[sqlx(flatten)]
    event: EventRow,
    email: Option<String>,
}

impl TryFrom<HistoryRow> for AttributedEvent {
    type Error = CorruptValue;

    fn try_from(row: HistoryRow) -> Result<Self, CorruptValue> {
        let email = row
            .email
            .map(|email| check_column(Email::from_stored(&email), "members.email"));
        Ok(Self {
            event: row.event.try_into()?,
            email: email.transpose()?,
        })
    }
}

/// Adds the receipt of a revocation to its event when the event is read. Stored events are never
/// altered, and the receipt is known only after the event was written.
fn with_receipt(
    mut event: AuditEvent,
    receipt: Option<String>,
) -> Result<AuditEvent, CorruptValue> {
    if let (Some(receipt), Some(detail)) = (receipt, event.detail.as_object_mut()) {
        let receipt =
            serde_json::from_str(&receipt).map_err(|_| CorruptValue("api_keys.receipt"))?;
        detail.insert("receipt".to_owned(), receipt);
    }
    Ok(event)
}

#[derive(sqlx::FromRow)]
pub(crate) struct EventRow {
    account_id: String,
    at: i64,
    actor_kind: String,
    actor_id: Option<String>,
    action: String,
    subject: String,
    ip: Option<String>,
    user_agent: Option<String>,
    detail: String,
    request_id: Option<String>,
}

impl TryFrom<EventRow> for AuditEvent {
    type Error = CorruptValue;

    fn try_from(row: EventRow) -> Result<Self, CorruptValue> {
        let ip = row
            .ip
            .map(|ip| address(&ip, "audit_events.ip"))
            .transpose()?;
        Ok(Self {
            account_id: check_column(AccountId::parse(&row.account_id), "audit_events.account_id")?,
            at: Timestamp::from_millis(row.at),
            actor: actor(&row.actor_kind, row.actor_id.as_deref())?,
            authority: Authority::Inherent,
            action: Action::ALL
                .into_iter()
                .find(|action| action.as_str() == row.action)
                .ok_or(CorruptValue("audit_events.action"))?,
            subject: row.subject,
            ip,
            user_agent: row.user_agent,
            detail: serde_json::from_str(&row.detail)
                .map_err(|_| CorruptValue("audit_events.detail"))?,
            request_id: row.request_id,
            completion: None,
        })
    }
}

/// Parses the parts that [`Actor::parts`] returns.
fn actor(kind: &str, id: Option<&str>) -> Result<Actor, CorruptValue> {
    match (kind, id) {
        ("member", Some(id)) => {
            check_column(MemberId::parse(id), "audit_events.actor_id").map(Actor::Member)
        }
        ("key", Some(id)) => {
            check_column(KeyId::parse(id), "audit_events.actor_id").map(Actor::Key)
        }
        ("system", None) => Ok(Actor::System),
        ("unknown", None) => Ok(Actor::Unknown),
        _ => Err(CorruptValue("audit_events.actor_kind")),
    }
}
