//! Re-reads the actor of a change in the transaction of the change.
//!
//! Every change that takes authority away (ending a session, changing a member, revoking or
//! narrowing a key) first takes the account's lock, as all changes do. Under that lock, the rows
//! read here stay unchanged until the commit.

use super::session::SessionRow;
use super::{Result, Transaction, key, read, session};
use crate::query::query;
use domain::{AccountId, Role};
use service::store::{
    AuditEvent, Authority, Denial, LiveSession, MemberRecord, StoreError, TokenDigest,
};

/// Checks that the actor of `event` still has the authority for it.
///
/// # Errors
/// [`StoreError::Denied`] if not. The caller drops the transaction.
pub(super) async fn authorise(tx: &mut Transaction, event: &AuditEvent) -> Result<()> {
    let (account, now) = (&event.account_id, event.at);
    let result = match &event.authority {
        Authority::Inherent => Ok(()),
        Authority::Session {
            digest,
            role,
            idle_since,
        } => {
            let times = [now.millis(), idle_since.millis()];
            let member = member(tx, account, digest, times).await?;
            Denial::check_member(member.as_ref(), *role)
        }
        Authority::Key { id, scope, ip } => {
            let key = key::find(&mut *tx, account, id).await?;
            Denial::check_key(key.as_ref(), *scope, *ip, now)
        }
    };
    result.map_err(StoreError::Denied)
}

/// Checks that the actor of `event` may change a member who has this role, which was read in the
/// transaction of the change.
///
/// # Errors
/// [`StoreError::Denied`] if not. The caller drops the transaction.
pub(super) fn check_manages(event: &AuditEvent, role: Role) -> Result<()> {
    let allowed = event.authority.check_manages(role);
    allowed.map_err(StoreError::Denied)
}

/// Returns the active member of a live session in this account, unless they first have to set up a
/// second factor. The change that sets it up is made before this check.
async fn member(
    tx: &mut Transaction,
    account: &AccountId,
    digest: &TokenDigest,
    [now, idle_since]: [i64; 2],
) -> Result<Option<MemberRecord>> {
    let row: Option<SessionRow> = query(session::FIND)
        .bind(digest.0.as_slice())
        .bind(now)
        .bind(idle_since)
        .fetch_optional(tx)
        .await?;
    let session: Option<LiveSession> = read(row)?;
    let session = session.filter(|session| !session.factor_due);
    let member = session.map(|session| session.member);
    Ok(member.filter(|member| member.account_id == *account))
}
