//! Members of one account, and invitations to it.

mod statements;

pub(crate) use statements::*;

use super::member_row::{INSERT_MEMBER, forget};
use super::{
    Executor, Result, SqlStore, Transaction, authorise, check_manages, factor, link, quota,
    read_all, record, session, write_event,
};
use crate::query::{query, query_scalar};
use async_trait::async_trait;
use domain::{AccountId, Email, MemberId, Resource, Role, Timestamp};
use service::store::{
    AuditEvent, ChangeMemberOutcome, Invitation, LinkPurpose, MemberChange, MemberCursor, NewLink,
    NewMember, OfferResetOutcome, QuotaStore as _, RedeemOutcome, ResetOffer, SessionChoice,
    SessionRecord, TeamStore, Teammate, TokenDigest,
};

#[async_trait]
impl TeamStore for SqlStore {
    async fn list_members(
        &self,
        account: &AccountId,
        after: Option<&MemberCursor>,
        limit: u32,
    ) -> Result<Vec<Teammate>> {
        let statements = [(LIST_ACTIVE, true), (LIST_DEACTIVATED, false)];
        let mut members = Vec::new();
        for (statement, active) in statements {
            let after = match after {
                Some(after) if after.active == active => after.id.as_str(),
                // All active members precede this cursor.
                Some(after) if active && !after.active => continue,
                _ => "",
            };
            let remaining = limit as usize - members.len();
            let rows: Vec<TeammateRow> = query(statement)
                .bind(account.as_str())
                .bind(after)
                .bind(i64::try_from(remaining).unwrap_or(i64::MAX))
                .fetch_all(self.listings("listing the members of an account"))
                .await?;
            members.extend(read_all::<_, Teammate>(rows)?);
            if members.len() >= limit as usize {
                break;
            }
        }
        Ok(members)
    }

    async fn find_teammate(&self, account: &AccountId, id: &MemberId) -> Result<Option<Teammate>> {
        find(
            self.readers("finding a member of an account"),
            MEMBER,
            account,
            id.as_str(),
        )
        .await
    }

    async fn find_teammate_by_email(
        &self,
        account: &AccountId,
        email: &Email,
    ) -> Result<Option<Teammate>> {
        find(
            self.readers("finding a member of an account"),
            MEMBER_BY_EMAIL,
            account,
            email.as_str(),
        )
        .await
    }

    async fn change_member(
        &self,
        account: &AccountId,
        id: &MemberId,
        change: MemberChange,
        now: Timestamp,
        event: &(dyn for<'a> Fn(&'a Teammate) -> AuditEvent + Send + Sync),
    ) -> Result<ChangeMemberOutcome> {
        let mut tx = self.begin_change(account, "changing a member").await?;
        let Some(before) = find(&mut tx, MEMBER, account, id.as_str()).await? else {
            return Ok(ChangeMemberOutcome::Missing);
        };
        let event = event(&before);
        check_manages(&event, before.role)?;
        let after = before.with_change(change, now);
        if after == before {
            return Ok(ChangeMemberOutcome::Same);
        }
        if let MemberChange::Role {
            from: Some(from), ..
        } = change
            && from != before.role
        {
            return Ok(ChangeMemberOutcome::Differs(before.role));
        }
        let members_before = quota::count_members(&mut tx, account, now).await?;
        update(&mut tx, account, &after).await?;
        let members_after = quota::count_members(&mut tx, account, now).await?;
        quota::check(
            self.quotas(),
            Resource::Members,
            members_before,
            members_after,
        )?;
        let owners: i64 = query_scalar(ACTIVE_OWNERS)
            .bind(account.as_str())
            .fetch_one(&mut tx)
            .await?;
        if owners == 0 {
            return Ok(ChangeMemberOutcome::LastOwner);
        }
        // The member may no longer be allowed to make these invitations.
        forget(&mut tx, FORGET_INVITATIONS_BY, id).await?;
        if change == MemberChange::Deactivate {
            forget(&mut tx, FORGET_LINKS_OF, id).await?;
            factor::end_all(&mut tx, id).await?;
        }
        record(&mut tx, &event).await?;
        tx.commit().await?;
        Ok(ChangeMemberOutcome::Changed)
    }

    async fn end_member_sessions(
        &self,
        account: &AccountId,
        id: &MemberId,
        choice: SessionChoice<'_>,
        now: Timestamp,
        idle_since: Timestamp,
        event: &(dyn for<'a> Fn(&'a Teammate, &'a [SessionRecord]) -> AuditEvent + Send + Sync),
    ) -> Result<Option<u32>> {
        let mut tx = self
            .begin_change(account, "ending sessions of a member")
            .await?;
        let Some(member) = find(&mut tx, MEMBER, account, id.as_str()).await? else {
            return Ok(None);
        };
        let mut sessions = session::list(&mut tx, id, now, idle_since).await?;
        if let SessionChoice::One(chosen) = choice {
            sessions.retain(|session| session.id() == chosen);
        }
        let event = event(&member, &sessions);
        check_manages(&event, member.role)?;
        let ended_rows = match choice {
            SessionChoice::One(_) => match sessions.first() {
                Some(session) => session::delete(&mut tx, &session.digest).await?,
                None => 0,
            },
            SessionChoice::All => factor::end_all(&mut tx, id).await?,
        };
        if ended_rows > 0 {
            record(&mut tx, &event).await?;
            tx.commit().await?;
        }
        Ok(Some(u32::try_from(sessions.len()).unwrap_or(u32::MAX)))
    }

    async fn offer_reset(
        &self,
        account: &AccountId,
        id: &MemberId,
        offer: &(dyn for<'a> Fn(&'a Teammate) -> ResetOffer + Send + Sync),
    ) -> Result<OfferResetOutcome> {
        let mut tx = self
            .begin_change(account, "offering a password reset")
            .await?;
        let Some(member) = find(&mut tx, MEMBER, account, id.as_str()).await? else {
            return Ok(OfferResetOutcome::Missing);
        };
        let ResetOffer {
            link: new,
            mail,
            event,
        } = offer(&member);
        check_manages(&event, member.role)?;
        if !member.is_active() {
            return Ok(OfferResetOutcome::Deactivated);
        }
        if !session::count_mail(&mut tx, &mail).await? {
            return Ok(OfferResetOutcome::TooManyMails);
        }
        link::insert(&mut tx, &new).await?;
        record(&mut tx, &event).await?;
        tx.commit().await?;
        Ok(OfferResetOutcome::Offered(Box::new(member)))
    }

    async fn hand_over(
        &self,
        account: &AccountId,
        from: &MemberId,
        to: &MemberId,
        event: &(dyn for<'a> Fn(&'a Teammate) -> AuditEvent + Send + Sync),
    ) -> Result<bool> {
        let mut tx = self
            .begin_change(account, "handing an account over")
            .await?;
        let (Some(mut old), Some(mut new)) = (
            find(&mut tx, MEMBER, account, from.as_str()).await?,
            find(&mut tx, MEMBER, account, to.as_str()).await?,
        ) else {
            return Ok(false);
        };
        let event = event(&new);
        // Checked first, since the change affects the old owner's own role.
        authorise(&mut tx, &event).await?;
        let is_owner = old.role == Role::Owner && old.is_active();
        if !is_owner || !new.is_active() || from == to {
            return Ok(false);
        }
        (old.role, new.role) = (Role::Admin, Role::Owner);
        update(&mut tx, account, &old).await?;
        update(&mut tx, account, &new).await?;
        forget(&mut tx, FORGET_INVITATIONS_BY, from).await?;
        write_event(&mut tx, &event).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn invite(&self, new: NewLink, event: AuditEvent) -> Result<bool> {
        let mut tx = self
            .begin_change(&event.account_id, "inviting a member")
            .await?;
        if let LinkPurpose::Invitation { account, email, .. } = &new.purpose {
            let count: i64 = query_scalar(HAS_ADDRESS)
                .bind(account.as_str())
                .bind(email.as_str())
                .fetch_one(&mut tx)
                .await?;
            if count > 0 {
                return Ok(false);
            }
            // The older invitation to this address ends.
            let older = find_invitation(&mut tx, account, email, event.at).await?;
            if let Some(older) = older {
                check_manages(&event, older.role)?;
            }
        }
        let members_before = quota::count_members(&mut tx, &event.account_id, event.at).await?;
        link::insert(&mut tx, &new).await?;
        let members_after = quota::count_members(&mut tx, &event.account_id, event.at).await?;
        quota::check(
            self.quotas(),
            Resource::Members,
            members_before,
            members_after,
        )?;
        record(&mut tx, &event).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn list_invitations(
        &self,
        account: &AccountId,
        after: Option<&Email>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Invitation>> {
        query(INVITATIONS)
            .bind(account.as_str())
            .bind(now.millis())
            .bind(after.map_or("", Email::as_str))
            .bind(i64::from(limit))
            .parse_all::<InvitationRow, _>(self.listings("listing invitations"))
            .await
    }

    async fn withdraw_invitation(
        &self,
        account: &AccountId,
        email: &Email,
        now: Timestamp,
        event: &(dyn for<'a> Fn(&'a Invitation) -> AuditEvent + Send + Sync),
    ) -> Result<bool> {
        let mut tx = self
            .begin_change(account, "withdrawing an invitation")
            .await?;
        let open = find_invitation(&mut tx, account, email, now).await?;
        let Some(invitation) = open else {
            return Ok(false);
        };
        let event = event(&invitation);
        check_manages(&event, invitation.role)?;
        query(WITHDRAW)
            .bind(account.as_str())
            .bind(email.as_str())
            .execute(&mut tx)
            .await?;
        record(&mut tx, &event).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn accept_invitation(
        &self,
        link: &TokenDigest,
        now: Timestamp,
        new: NewMember,
        event: AuditEvent,
    ) -> Result<RedeemOutcome> {
        let mut tx = self
            .begin_change(&event.account_id, "accepting an invitation")
            .await?;
        let Some(LinkPurpose::Invitation {
            account,
            email,
            role,
            ..
        }) = link::redeem(&mut tx, link, now).await?
        else {
            return Ok(RedeemOutcome::LinkInvalid);
        };
        let inserted_rows = query(INSERT_MEMBER)
            .bind(new.id.as_str())
            .bind(account.as_str())
            .bind(email.as_str())
            .bind(role.as_str())
            .bind(new.password_hash)
            .bind(now.millis())
            .execute(&mut tx)
            .await?;
        if inserted_rows == 0 {
            return Ok(RedeemOutcome::EmailTaken);
        }
        record(&mut tx, &event).await?;
        tx.commit().await?;
        Ok(RedeemOutcome::Redeemed)
    }
}

/// Returns the member whom `statement` finds in an account by id or address.
async fn find(
    executor: impl Executor,
    statement: &'static str,
    account: &AccountId,
    value: &str,
) -> Result<Option<Teammate>> {
    query(statement)
        .bind(account.as_str())
        .bind(value)
        .parse_optional::<TeammateRow, _>(executor)
        .await
}

/// Returns the invitation to this address, unless it has expired at `now`.
async fn find_invitation(
    tx: &mut Transaction,
    account: &AccountId,
    email: &Email,
    now: Timestamp,
) -> Result<Option<Invitation>> {
    query(INVITATION)
        .bind(account.as_str())
        .bind(now.millis())
        .bind(email.as_str())
        .parse_optional::<InvitationRow, _>(tx)
        .await
}

async fn update(tx: &mut Transaction, account: &AccountId, to: &Teammate) -> Result<()> {
    query(CHANGE)
        .bind(account.as_str())
        .bind(to.id.as_str())
        .bind(to.role.as_str())
        .bind(to.deactivated_at.map(Timestamp::millis))
        .execute(tx)
        .await?;
    Ok(())
}
