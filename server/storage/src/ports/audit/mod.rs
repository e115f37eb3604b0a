//! Searches of the audit log.

mod statements;

pub(crate) use statements::*;

use super::{Result, SqlStore, Transaction, can_be_stored, record};
use crate::bulk_query::MAX_ROWS;
use crate::query::{query, query_scalar};
use async_trait::async_trait;
use domain::AccountId;
use service::store::{Action, ActorFilter, AuditEvent, AuditFilter, AuditStore, LoggedEvent};

#[async_trait]
impl AuditStore for SqlStore {
    async fn record_event(&self, event: &AuditEvent) -> Result<()> {
        let mut tx = self
            .begin_change(
                &event.account_id,
                "recording an event that changes nothing else",
            )
            .await?;
        record(&mut tx, event).await?;
        tx.commit().await
    }

    async fn audit_log(
        &self,
        account: &AccountId,
        filter: &AuditFilter,
        before: Option<u64>,
        down_to: Option<u64>,
        limit: u32,
    ) -> Result<Vec<LoggedEvent>> {
        let (kind, actor, subject) = parts(filter);
        if !can_be_stored(subject) {
            return Ok(Vec::new());
        }
        let logs = self.engine.audit_log_statements();
        let statement = match AccessPath::of(filter) {
            AccessPath::Account => logs.account,
            AccessPath::Actor(_) => logs.actor,
            AccessPath::Action(_) => logs.action,
            AccessPath::Subject(_) => logs.subject,
        };
        query(statement)
            .bind(account.as_str())
            .bind(before.map_or(i64::MAX, number))
            .bind(i64::from(limit))
            .bind(kind)
            .bind(actor)
            .bind(subject)
            .bind(join_actions(&filter.actions))
            .bind(filter.from.millis())
            .bind(filter.until.millis())
            .bind(down_to.map_or(0, number))
            .parse_all::<LogRow, _>(self.listings("reading the audit log"))
            .await
    }

    async fn audit_end(
        &self,
        account: &AccountId,
        filter: &AuditFilter,
        before: Option<u64>,
        events: u32,
    ) -> Result<Option<u64>> {
        let (statement, value) = match AccessPath::of(filter) {
            AccessPath::Subject(subject) if !can_be_stored(subject) => return Ok(None),
            AccessPath::Account => (END, None),
            AccessPath::Actor(actor) => (END_OF_ACTOR, Some(actor)),
            AccessPath::Action(action) => (END_OF_ACTION, Some(action)),
            AccessPath::Subject(subject) => (END_OF_SUBJECT, Some(subject)),
        };
        let query = query_scalar(statement)
            .bind(account.as_str())
            .bind(before.map_or(i64::MAX, number))
            .bind(i64::from(events) - 1);
        let query = match value {
            Some(value) => query.bind(value),
            None => query,
        };
        let end: Vec<i64> = query
            .fetch_all(self.listings("finding the end of a search of the audit log"))
            .await?;
        // The second event shows that there is more to search.
        Ok(match *end {
            [last, _] => Some(last.unsigned_abs()),
            _ => None,
        })
    }
}

/// The index by which events are found.
enum AccessPath<'a> {
    Account,
    Actor(&'a str),
    Action(&'a str),
    Subject(&'a str),
}

impl<'a> AccessPath<'a> {
    fn of(filter: &'a AuditFilter) -> Self {
        match parts(filter) {
            (_, "", "") => match &*filter.actions {
                [action] => Self::Action(action.as_str()),
                _ => Self::Account,
            },
            (_, actor, "") => Self::Actor(actor),
            (.., subject) => Self::Subject(subject),
        }
    }
}

/// Returns the kind of the actor, the actor and the subject. Each is empty if the filter omits it.
fn parts(filter: &AuditFilter) -> (&'static str, &str, &str) {
    let (kind, actor) = match &filter.by {
        None => ("", None),
        Some(ActorFilter::One(actor)) => actor.parts(),
        Some(ActorFilter::AnyKey) => ("key", None),
    };
    let subject = filter.subject.as_deref();
    (kind, actor.unwrap_or_default(), subject.unwrap_or_default())
}

fn number(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// Records many events, with one statement for every [`MAX_ROWS`] of them.
pub(super) async fn record_many(tx: &mut Transaction, events: &[AuditEvent]) -> Result<()> {
    for events in events.chunks(MAX_ROWS) {
        RECORD_MANY
            .with_rows(events, |row, event| {
                let (actor_kind, actor_id) = event.actor.parts();
                row.bind(event.account_id.as_str())
                    .bind(event.at.millis())
                    .bind(actor_kind)
                    .bind(actor_id)
                    .bind(event.action.as_str())
                    .bind(event.subject.as_str())
                    .bind(event.ip.map(|ip| ip.to_string()))
                    .bind(event.user_agent.as_deref())
                    .bind(event.detail.to_string())
                    .bind(event.request_id.as_deref());
            })
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Joins the actions with a space before, between and after them, so that each is matched as a
/// whole.
fn join_actions(actions: &[Action]) -> String {
    if actions.is_empty() {
        return String::new();
    }
    let words: Vec<_> = actions.iter().map(|action| action.as_str()).collect();
    format!(" {} ", words.join(" "))
}
