//! The ports, written once and compiled for each engine.
//!
//! This folder is mounted by `sqlite` and by `postgres`, whose `Store`, `Connection` and `Executor` it names through
//! `super`: sqlx's queries are bound to one database, and a store generic over them would carry a dozen higher-ranked
//! bounds on each of its functions. What differs between the engines (how to open, what a change waits for, the few
//! texts of their own) stands in their folders.

mod access;
mod account;
mod attempt;
mod audit;
mod authority;
mod call;
mod factor;
mod feed;
mod find;
mod import;
mod installation;
mod inventory;
mod item_change;
mod key;
mod lead;
mod link;
mod mapping;
mod member;
mod notice;
mod once;
mod operator;
mod pepper;
mod preview;
mod quota;
mod refusal;
mod revocation;
mod rotation;
mod session;
mod several;
mod sighting;
mod team;
pub(super) mod term;
mod verdict;

use super::{Connection, Engine, Executor, KEPT_PEPPER, LOGS, Store, Transaction};
use crate::error::{Corrupt, Doing as _};
use crate::lock_scope::LockScope;
use crate::sql;
use authority::authorise;
use service::store::{AuditEvent, Completion, Listed, StoreError};

pub(super) type Result<T> = std::result::Result<T, StoreError>;

/// Whether a stored text can be like this one: none holds a NUL, and PostgreSQL does not even compare with one.
fn can_be_stored(text: &str) -> bool {
    !text.contains('\0')
}

/// Ends a change: checks that its actor still has the authority for it, and writes its audit event and what is completed
/// with it, such as the answer to a request that carries an idempotency key. All of it belongs to the transaction of the
/// change, so that everything commits together or not at all.
///
/// A change that takes its own actor's authority away, such as a key that revokes itself, calls [`authorise`] before it
/// changes anything and [`write_event`] afterwards.
async fn record(connection: &mut Connection, event: &AuditEvent) -> Result<()> {
    authorise(connection, event).await?;
    write_event(connection, event).await
}

async fn write_event(connection: &mut Connection, event: &AuditEvent) -> Result<()> {
    let (actor_kind, actor_id) = event.actor.parts();
    sqlx::query(sql::audit::RECORD)
        .bind(event.account_id.as_str())
        .bind(event.at.millis())
        .bind(actor_kind)
        .bind(actor_id)
        .bind(event.action.as_str())
        .bind(event.subject.as_str())
        .bind(event.ip.map(|ip| ip.to_string()))
        .bind(event.user_agent.as_deref())
        .bind(event.detail.to_string())
        .execute(&mut *connection)
        .await
        .doing("recording an audit event")?;
    let account = &event.account_id;
    match &event.completion {
        Some(Completion::Answer(kept)) => once::keep_with_change(connection, account, kept).await,
        Some(Completion::Import(applied)) => {
            import::finish_with_change(connection, account, applied).await
        }
        None => Ok(()),
    }
}

/// Reads a row, where there is one.
fn read<R, T>(row: Option<R>, doing: &'static str) -> Result<Option<T>>
where
    T: TryFrom<R, Error = Corrupt>,
{
    row.map(T::try_from).transpose().doing(doing)
}

/// Reads all rows.
fn read_all<R, T>(rows: Vec<R>, doing: &'static str) -> Result<Vec<T>>
where
    T: TryFrom<R, Error = Corrupt>,
{
    rows.into_iter()
        .map(T::try_from)
        .collect::<std::result::Result<_, _>>()
        .doing(doing)
}

/// A row of a page, with how many rows the page would have if their size did not matter.
#[derive(sqlx::FromRow)]
struct Paged<Row> {
    #[sqlx(flatten)]
    row: Row,
    listed: i64,
}

/// Reads a page of at most `limit` rows, for which one row more was asked for.
fn read_page<Row, T>(rows: Vec<Paged<Row>>, limit: u32, doing: &'static str) -> Result<Listed<T>>
where
    T: TryFrom<Row, Error = Corrupt>,
{
    let listed = rows.first().map_or(0, |row| row.listed.unsigned_abs());
    let rows = rows.into_iter().take(limit as usize);
    let entries: Vec<T> = read_all(rows.map(|paged| paged.row).collect(), doing)?;
    Ok(Listed {
        more: listed > entries.len() as u64,
        entries,
    })
}
