//! The audit log, as people read it.

use super::{Connection, Engine, Result, Store, read_all};
use crate::error::Doing as _;
use crate::sql::audit;
use crate::sql::audit::LogRow;
use crate::sql::given::{MOST, is_full};
use async_trait::async_trait;
use domain::AccountId;
use service::store::{Action, ActorFilter, AuditEvent, AuditFilter, AuditStore, LoggedEvent};

#[async_trait]
impl AuditStore for Store {
    async fn audit_log(
        &self,
        account: &AccountId,
        filter: &AuditFilter,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<LoggedEvent>> {
        const DOING: &str = "reading the audit log";
        let (kind, actor) = match &filter.by {
            None => ("", None),
            Some(ActorFilter::One(actor)) => actor.parts(),
            Some(ActorFilter::AnyKey) => ("key", None),
        };
        let (actor, subject) = (
            actor.unwrap_or_default(),
            filter.subject.as_deref().unwrap_or_default(),
        );
        let statement = match (actor, subject) {
            (_, subject) if !subject.is_empty() => audit::LOG_OF_SUBJECT,
            ("", _) => audit::LOG,
            _ => audit::LOG_OF_ACTOR,
        };
        let before = before.map_or(i64::MAX, |seq| i64::try_from(seq).unwrap_or(i64::MAX));
        let rows: Vec<LogRow> = sqlx::query_as(statement)
            .bind(account.as_str())
            .bind(before)
            .bind(i64::from(limit))
            .bind(kind)
            .bind(actor)
            .bind(subject)
            .bind(listed(&filter.actions))
            .bind(filter.from.millis())
            .bind(filter.until.millis())
            .fetch_all(&self.listings)
            .await
            .doing(DOING)?;
        read_all(rows, DOING)
    }
}

/// Records many events, with one statement for each [`MOST`] of them.
pub(super) async fn record_many(connection: &mut Connection, events: &[AuditEvent]) -> Result<()> {
    for events in events.chunks(MOST) {
        audit::RECORD_MANY
            .with::<Engine, _>(events, |mut row, event| {
                let (actor_kind, actor_id) = event.actor.parts();
                row.push_bind(event.account_id.as_str())
                    .push_bind(event.at.millis())
                    .push_bind(actor_kind)
                    .push_bind(actor_id)
                    .push_bind(event.action.as_str())
                    .push_bind(event.subject.as_str())
                    .push_bind(event.ip.map(|ip| ip.to_string()))
                    .push_bind(event.user_agent.as_deref())
                    .push_bind(event.detail.to_string());
            })
            .build()
            .persistent(is_full(events.len()))
            .execute(&mut *connection)
            .await
            .doing("recording audit events")?;
    }
    Ok(())
}

/// With a space before, between and after them, so that each is found whole.
fn listed(actions: &[Action]) -> String {
    if actions.is_empty() {
        return String::new();
    }
    let words: Vec<_> = actions.iter().map(|action| action.as_str()).collect();
    format!(" {} ", words.join(" "))
}
