//! The ports: a file or folder for each aggregate, with its statements and rows.
//!
//! `$1` placeholders, `ON CONFLICT` and `RETURNING` mean the same in SQLite and PostgreSQL.
//! Statements name their columns instead of `*`, so that a column that is added later changes no
//! row.
//!
//! The engines differ in how a connection is opened, what a change waits for, and a few texts. All
//! of that is below [`crate::engine`].

mod access;
mod account;
pub(crate) mod audit;
mod authority;
mod bulk;
pub(crate) mod call;
mod caller_stats;
mod columns;
mod factor;
mod failed_attempts;
pub(crate) mod idempotency;
mod import;
#[cfg(test)]
pub(crate) mod index_check;
pub(crate) mod installation;
pub(crate) mod inventory;
mod item_change;
mod item_row;
mod key;
pub(crate) mod key_search;
mod lead;
mod link;
mod member;
mod member_row;
mod notice;
mod operator;
pub(crate) mod pepper;
mod preview;
mod quota;
mod refusal;
mod revocation;
pub(crate) mod search_term;
mod session;
mod sign_in;
mod team;
pub(crate) mod verdict;

use crate::engine::Transaction;
use crate::error::CorruptValue;
use crate::query::{Executor, query};
use crate::store::SqlStore;
use authority::{authorise, check_manages};
use service::store::{AuditEvent, Completion, Page, StoreError};

type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Returns whether a text can be stored or compared: PostgreSQL refuses a NUL even in a comparison.
fn can_be_stored(text: &str) -> bool {
    !text.contains('\0')
}

/// Ends a change: checks that its actor still has the authority for it, and writes its audit event
/// and what is completed with it, such as the answer to a request that carries an idempotency key.
/// All of it belongs to the transaction of the change, so that everything commits together or not
/// at all.
///
/// A change that takes its own actor's authority away, such as a key that revokes itself, calls
/// [`authorise`] before it changes anything and [`write_event`] afterwards.
async fn record(tx: &mut Transaction, event: &AuditEvent) -> Result<()> {
    authorise(tx, event).await?;
    write_event(tx, event).await
}

async fn write_event(tx: &mut Transaction, event: &AuditEvent) -> Result<()> {
    let (actor_kind, actor_id) = event.actor.parts();
    query(audit::RECORD)
        .bind(event.account_id.as_str())
        .bind(event.at.millis())
        .bind(actor_kind)
        .bind(actor_id)
        .bind(event.action.as_str())
        .bind(event.subject.as_str())
        .bind(event.ip.map(|ip| ip.to_string()))
        .bind(event.user_agent.as_deref())
        .bind(event.detail.to_string())
        .bind(event.request_id.as_deref())
        .execute(&mut *tx)
        .await?;
    let account = &event.account_id;
    match &event.completion {
        Some(Completion::Answer(answer)) => {
            idempotency::keep_with_change(tx, account, answer).await
        }
        Some(Completion::Import(applied)) => import::finish_with_change(tx, account, applied).await,
        None => Ok(()),
    }
}

/// Parses a row, if there is one.
fn read<R, T>(row: Option<R>) -> Result<Option<T>>
where
    T: TryFrom<R, Error = CorruptValue>,
{
    Ok(row.map(T::try_from).transpose()?)
}

/// Parses all rows.
fn read_all<R, T>(rows: Vec<R>) -> Result<Vec<T>>
where
    T: TryFrom<R, Error = CorruptValue>,
{
    let records: Result<_, CorruptValue> = rows.into_iter().map(T::try_from).collect();
    Ok(records?)
}

/// A row of a page, with the number of rows that the page would have without a bound on its size.
#[derive(sqlx::FromRow)]
struct PageRow<Row> {
    #[sqlx(flatten)]
    row: Row,
    listed: i64,
}

/// Parses a page of at most `limit` rows, for which one row more was requested.
fn read_page<Row, T>(rows: Vec<PageRow<Row>>, limit: u32) -> Result<Page<T>>
where
    T: TryFrom<Row, Error = CorruptValue>,
{
    let listed = rows.first().map_or(0, |row| row.listed.unsigned_abs());
    let rows = rows.into_iter().take(limit as usize);
    let entries: Vec<T> = read_all(rows.map(|paged| paged.row).collect())?;
    Ok(Page {
        more: listed > entries.len() as u64,
        entries,
    })
}
