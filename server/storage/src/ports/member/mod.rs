//! Accounts and members. See [`super::session`] for their sessions and [`super::link`] for their
//! links.

mod statements;

pub(crate) use statements::*;

use super::member_row::{self, INSERT_MEMBER, MemberRow, SET_PASSWORD};
use super::{
    Result, SqlStore, Transaction, account, factor, installation, link, read_all, record, session,
    sign_in,
};
use crate::error::CorruptValue;
use crate::query::{query, query_scalar};
use async_trait::async_trait;
use domain::{AccountId, Email, MemberId, Role, Timestamp};
use service::Zone;
use service::inventory::Currency;
use service::store::{
    AccountSettings, AuditEvent, Candidate, ChangeAccountOutcome, CountedMail, LinkPurpose,
    LiveSession, MemberRecord, MemberStore, NewLink, NewOwner, NewSession, NodeId, RedeemOutcome,
    TokenDigest,
};

#[async_trait]
impl MemberStore for SqlStore {
    async fn replace_link(&self, link: NewLink, event: Option<AuditEvent>) -> Result<()> {
        link::replace(self, link, event).await
    }

    async fn offer_first_owner_link(&self, link: NewLink, own: Option<&NodeId>) -> Result<()> {
        link::offer_first_owner(self, &link, own).await
    }

    async fn find_link(&self, digest: &TokenDigest, now: Timestamp) -> Result<Option<LinkPurpose>> {
        link::find(self.authentication("finding a link"), digest, now).await
    }

    async fn claim_account(
        &self,
        link: &TokenDigest,
        now: Timestamp,
        owner: NewOwner,
        event: AuditEvent,
    ) -> Result<RedeemOutcome> {
        let mut tx = self.begin_global_change("claiming an account").await?;
        let usable = match link::redeem(&mut tx, link, now).await? {
            Some(LinkPurpose::FirstOwner) => !has_owner(&mut tx).await?,
            Some(LinkPurpose::NewAccount { .. }) => true,
            Some(LinkPurpose::Reset { .. } | LinkPurpose::Invitation { .. }) | None => false,
        };
        if !usable {
            return Ok(RedeemOutcome::LinkInvalid);
        }
        insert_owner(&mut tx, &owner, now).await?;
        record(&mut tx, &event).await?;
        tx.commit().await?;
        Ok(RedeemOutcome::Redeemed)
    }

    async fn seed_owner(&self, owner: NewOwner, now: Timestamp, event: AuditEvent) -> Result<bool> {
        let mut tx = self.begin_global_change("creating the first owner").await?;
        if has_owner(&mut tx).await? {
            return Ok(false);
        }
        insert_owner(&mut tx, &owner, now).await?;
        record(&mut tx, &event).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn reset_password(
        &self,
        link: &TokenDigest,
        now: Timestamp,
        password_hash: &str,
        forget: &[String],
        event: AuditEvent,
    ) -> Result<bool> {
        let mut tx = self
            .begin_change(&event.account_id, "resetting a password")
            .await?;
        let Some(LinkPurpose::Reset { member, .. }) = link::redeem(&mut tx, link, now).await?
        else {
            return Ok(false);
        };
        query(SET_PASSWORD)
            .bind(member.as_str())
            .bind(password_hash)
            .execute(&mut tx)
            .await?;
        factor::forget(&mut tx, &member).await?;
        member_row::forget(&mut tx, factor::FORGET_WARNING, &member).await?;
        session::end_all(&mut tx, &member).await?;
        for subject in forget {
            session::forget_failures(&mut tx, subject).await?;
        }
        record(&mut tx, &event).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn find_account(&self, account: &AccountId) -> Result<Option<AccountSettings>> {
        account::find(self.readers("finding an account"), account).await
    }

    async fn has_chosen_currency(&self, account: &AccountId) -> Result<bool> {
        let readers = self.readers("finding whether the currency of an account was chosen");
        account::has_chosen_currency(readers, account).await
    }

    async fn change_account(
        &self,
        account: &AccountId,
        before: &AccountSettings,
        after: &AccountSettings,
        event: &(dyn for<'a> Fn(&'a AccountSettings) -> AuditEvent + Send + Sync),
    ) -> Result<ChangeAccountOutcome> {
        account::change(self, account, before, after, event).await
    }

    async fn members_by_email(&self, email: &Email, limit: u32) -> Result<Vec<Candidate>> {
        let mut rows: Vec<CandidateRow> = Vec::new();
        for statement in [ACTIVE_BY_EMAIL, DEACTIVATED_BY_EMAIL] {
            let found: Vec<CandidateRow> = query(statement)
                .bind(email.as_str())
                .bind(i64::from(limit))
                .fetch_all(self.authentication("finding members by their address"))
                .await?;
            rows.extend(found);
        }
        rows.truncate(limit as usize);
        read_all(rows)
    }

    async fn find_member(&self, member: &MemberId) -> Result<Option<MemberRecord>> {
        query(FIND)
            .bind(member.as_str())
            .parse_optional::<MemberRow, _>(self.authentication("finding a member"))
            .await
    }

    async fn count_accounts(&self, limit: u32) -> Result<u64> {
        let count: i64 = query_scalar(COUNT_ACCOUNTS)
            .bind(i64::from(limit))
            .fetch_one(self.authentication("counting accounts"))
            .await?;
        Ok(u64::try_from(count).map_err(|_| CorruptValue("accounts.id"))?)
    }

    async fn password_hash(&self, member: &MemberId) -> Result<Option<String>> {
        query_scalar(PASSWORD_HASH)
            .bind(member.as_str())
            .fetch_optional(self.authentication("reading a password's hash"))
            .await
    }

    async fn blocked_until(
        &self,
        subjects: &[String],
        now: Timestamp,
    ) -> Result<Option<Timestamp>> {
        session::blocked_until(self, subjects, now).await
    }

    async fn count_failure(
        &self,
        subjects: &[String],
        now: Timestamp,
        delay_seconds: &[u32],
        forget_before: Timestamp,
    ) -> Result<Timestamp> {
        session::count_failure(self, subjects, now, delay_seconds, forget_before).await
    }

    async fn count_mail(&self, account: &AccountId, mail: &CountedMail) -> Result<bool> {
        let mut tx = self.begin_change(account, "counting a mail").await?;
        let is_counted = session::count_mail(&mut tx, mail).await?;
        if is_counted {
            tx.commit().await?;
        }
        Ok(is_counted)
    }

    async fn open_session(
        &self,
        session: NewSession,
        password_hash: &str,
        forget: &[String],
        event: AuditEvent,
    ) -> Result<bool> {
        sign_in::open(self, session, password_hash, forget, &event).await
    }

    async fn use_session(
        &self,
        digest: &TokenDigest,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<Option<LiveSession>> {
        session::use_session(self, digest, now, idle_since).await
    }

    async fn find_session(
        &self,
        digest: &TokenDigest,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<Option<LiveSession>> {
        session::find(self, digest, now, idle_since).await
    }

    async fn end_session(&self, digest: &TokenDigest, event: AuditEvent) -> Result<()> {
        session::end(self, digest, &event).await
    }
}

async fn has_owner(tx: &mut Transaction) -> Result<bool> {
    query_scalar(installation::HAS_OWNER).fetch_one(tx).await
}

async fn insert_owner(tx: &mut Transaction, owner: &NewOwner, now: Timestamp) -> Result<()> {
    query(INSERT_ACCOUNT)
        .bind(owner.account_id.as_str())
        .bind(owner.account_name.as_str())
        .bind(now.millis())
        .bind(owner.currency.map(Currency::code))
        .bind(owner.time_zone.as_ref().map(Zone::name))
        .execute(&mut *tx)
        .await?;
    query(INSERT_MEMBER)
        .bind(owner.member_id.as_str())
        .bind(owner.account_id.as_str())
        .bind(owner.email.as_str())
        .bind(Role::Owner.as_str())
        .bind(owner.password_hash.as_str())
        .bind(now.millis())
        .execute(tx)
        .await?;
    Ok(())
}
